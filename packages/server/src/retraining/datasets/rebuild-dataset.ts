import type { Dataset, DatasetVerification } from '@leeway/contract';
import { LeewayError } from '@leeway/contract';
import { hashFile } from '../../storage/hash-file.ts';
import type { RetrainingContext } from '../context.ts';
import { datasetFile } from './dataset-files.ts';
import { datasetOf, foundBefore, recordDataset } from './dataset-records.ts';
import { measurePart, type Stage, withStage } from './dataset-rows.ts';
import { writeFiles } from './make-dataset.ts';

/** Asks for the rows of a record again, and says whether they and the files are what they were. */
export async function verifyDataset(ctx: RetrainingContext, hash: string): Promise<DatasetVerification> {
  const dataset = await datasetOf(ctx.store.db, hash);
  return again(ctx, dataset, 'verify', async (stage) => {
    const rows = await compareRows(ctx, dataset, stage);
    const files = await Promise.all(
      dataset.files.map(async ({ name, sha256 }) => ({ name, state: await stateOf(ctx, dataset, name, sha256) })),
    );
    const ok = rows.ok && files.every(({ state }) => state !== 'changed');
    return { hash, ...rows, ok, files };
  });
}

/**
 * Makes the files of a record again. What came after the dataset was made, rows, labels and corrections alike, is not in them.
 * @throws LeewayError `dataset_changed` when the rows are not there any more as they were.
 */
export async function rebuildDataset(ctx: RetrainingContext, hash: string): Promise<Dataset> {
  const dataset = await datasetOf(ctx.store.db, hash);
  return again(ctx, dataset, 'rebuild', async (stage) => {
    const { ok, train, holdout } = await compareRows(ctx, dataset, stage);
    if (!ok) {
      const part = train.recorded === train.found ? 'held-out' : 'training';
      const { recorded, found } = part === 'training' ? train : holdout;
      throw new LeewayError('dataset_changed', `the ${part} rows of ${hash} have the hash ${found}, not ${recorded}`);
    }
    const files = await writeFiles(ctx, dataset.query, stage, dataset.fitted, `rebuild-${hash}`);
    const summaries = (await foundBefore(ctx.store.db, hash))?.summaries ?? {};
    const made = { ...dataset, files, available: true };
    await ctx.store.db.transaction().execute((tx) => recordDataset(tx, made, summaries));
    return made;
  });
}

const again = <T>(
  ctx: RetrainingContext,
  { hash, query }: Dataset,
  why: string,
  work: (stage: Stage) => Promise<T>,
): Promise<T> => withStage(ctx.warehouse, query, `${why}_${hash.slice(0, 8)}_${ctx.newId('stage')}`, work);

async function compareRows(ctx: RetrainingContext, { query, train, holdout }: Dataset, stage: Stage) {
  const found = {
    train: await measurePart(ctx.warehouse, query, 'train', stage.train),
    holdout: await measurePart(ctx.warehouse, query, 'holdout', stage.holdout),
  };
  return {
    ok: found.train.rowsHash === train.rowsHash && found.holdout.rowsHash === holdout.rowsHash,
    train: { recorded: train.rowsHash, found: found.train.rowsHash },
    holdout: { recorded: holdout.rowsHash, found: found.holdout.rowsHash },
  };
}

async function stateOf(
  ctx: RetrainingContext,
  dataset: Dataset,
  name: string,
  sha256: string,
): Promise<'ok' | 'changed' | 'gone'> {
  const path = await datasetFile(ctx, dataset, name).catch((error: unknown) => {
    if (error instanceof LeewayError && error.code === 'not_found') return null;
    throw error;
  });
  if (path === null) return 'gone';
  return (await hashFile(path)) === sha256 ? 'ok' : 'changed';
}
