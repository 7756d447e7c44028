import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dataset, type DatasetFile, LeewayError } from '@leeway/contract';
import { hashFile } from '../../storage/hash-file.ts';
import { storageOf, type WithStorage } from '../../storage/index.ts';
import { keepFile } from '../../storage/keep-file.ts';
import type { StoreReader } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { runFolder } from '../run-folder.ts';
import { datasetOf } from './dataset-records.ts';

/** The files of a dataset: what the trainer learns from, what it predicts, and what only Leeway sees. */
export const TRAIN_FILE = 'train.parquet';
/** Without labels. */
export const HOLDOUT_FILE = 'holdout.parquet';
/** With labels, as the features were recorded, with the columns of slices and groups and the regime. */
export const LABELS_FILE = 'holdout-labels.parquet';

const keyOf = ({ sha256 }: Pick<DatasetFile, 'sha256'>): string => `datasets/${sha256.slice(0, 2)}/${sha256}`;

export async function storeDatasetFile(ctx: WithStorage, name: string, path: string): Promise<DatasetFile> {
  const sha256 = await hashFile(path);
  const file = { name, sha256, bytes: (await stat(path)).size };
  await storageOf(ctx).put(keyOf(file), path);
  return file;
}

/** Path of a file of a dataset on this machine. @throws LeewayError `not_found` when it is gone. */
export async function datasetFile(
  ctx: WithStorage,
  { hash, files, available }: Pick<Dataset, 'hash' | 'files' | 'available'>,
  name: string,
): Promise<string> {
  const file = files.find((one) => one.name === name);
  if (!file) {
    throw new LeewayError('not_found', `dataset ${hash} has ${files.map((one) => one.name).join(', ')}, not "${name}"`);
  }
  if (!available) {
    throw new LeewayError(
      'not_found',
      `the files of dataset ${hash} have gone; \`leeway datasets rebuild\` makes them again`,
    );
  }
  return storageOf(ctx).get(keyOf(file));
}

/** Whether all files of a dataset are kept still. */
export async function hasFiles(ctx: WithStorage, { files, available }: Dataset): Promise<boolean> {
  if (!available) return false;
  const there = await Promise.all(files.map((file) => storageOf(ctx).has(keyOf(file))));
  return there.every(Boolean);
}

/** Path of the held-out rows with their labels. Trainers never see it. */
export async function heldOutRows(ctx: RetrainingContext, hash: string): Promise<string> {
  return datasetFile(ctx, await datasetOf(ctx.store.db, hash), LABELS_FILE);
}

/** Sees to it that a run's folder has what its trainer is given, on whatever replica it goes on; by the dataset or its hash. */
export async function bringTrainingFiles(ctx: RetrainingContext, run: string, given: Dataset | string): Promise<void> {
  const dataset = typeof given === 'string' ? await datasetOf(ctx.store.db, given) : given;
  for (const name of [TRAIN_FILE, HOLDOUT_FILE]) {
    const target = join(runFolder(ctx, run).dir, name);
    const wanted = dataset.files.find((file) => file.name === name);
    if ((await stat(target).catch(() => null))?.size === wanted?.bytes) continue;
    // A copy: a trainer may do to it what it likes.
    await keepFile(await datasetFile(ctx, dataset, name), target);
  }
}

/** Datasets of a model whose files are kept; those of runs that have not ended are kept besides. */
const KEPT = 3;

/** Lets go of the files of old datasets; the records stay. */
export async function dropOldDatasets(ctx: RetrainingContext, model: string): Promise<void> {
  const { db } = ctx.store;
  const records = await db
    .selectFrom('datasets')
    .select(['hash', 'files', 'createdAt'])
    .where('model', '=', model)
    .where('droppedAt', 'is', null)
    .orderBy('createdAt', 'desc')
    .orderBy('hash')
    .execute();
  const used = await datasetsInUse(db, model);
  const old = records.filter(({ hash }, i) => i >= KEPT && !used.has(hash));
  const filesOf = (row: { files: string }) => (JSON.parse(row.files) as DatasetFile[]).map(keyOf);
  const kept = new Set(
    (await db.selectFrom('datasets').select(['hash', 'files']).where('droppedAt', 'is', null).execute())
      .filter(({ hash }) => !old.some((one) => one.hash === hash))
      .flatMap(filesOf),
  );
  for (const row of old) {
    // Said first: a record never promises files that may be gone.
    await db.updateTable('datasets').set({ droppedAt: ctx.clock.now() }).where('hash', '=', row.hash).execute();
    for (const key of filesOf(row)) if (!kept.has(key)) await storageOf(ctx).delete(key);
  }
}

/** Datasets of the newest runs, and of those under way. */
async function datasetsInUse(db: StoreReader, model: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('runs')
    .select('dataset')
    .where('model', '=', model)
    .where('dataset', 'is not', null)
    .where('endedAt', 'is', null)
    .execute();
  const hashes = rows.map(({ dataset }) => (JSON.parse(dataset as string) as { hash: string }).hash);
  const newest = await db
    .selectFrom('runs')
    .select('dataset')
    .where('model', '=', model)
    .where('dataset', 'is not', null)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(KEPT)
    .execute();
  for (const { dataset } of newest) hashes.push((JSON.parse(dataset as string) as { hash: string }).hash);
  return new Set(hashes);
}
