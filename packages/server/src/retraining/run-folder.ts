import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { StoreReader } from '../store/open.ts';

/** Runs of a model whose data stay on disk; of older ones the hash stays on record. */
const KEPT_RUNS = 3;

/** Where the files of a run lie. */
export function runFolder(ctx: Pick<Context, 'dataDir'>, run: string) {
  const dir = join(ctx.dataDir, 'runs', run);
  return {
    dir,
    train: join(dir, 'train.parquet'),
    holdout: join(dir, 'holdout.parquet'),
    schema: join(dir, 'schema.json'),
    /** What a training leaves; each has its own. */
    output: (name: string) => join(dir, name),
  };
}

/** Deletes the files of all but the last runs of a model. */
export async function dropOldFolders(ctx: Pick<Context, 'dataDir'>, db: StoreReader, model: string): Promise<void> {
  const rows = await db
    .selectFrom('runs')
    .select('id')
    .where('model', '=', model)
    .where('dataset', 'is not', null)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .offset(KEPT_RUNS)
    .limit(100)
    .execute();
  for (const { id } of rows) await rm(runFolder(ctx, id).dir, { recursive: true, force: true });
}
