import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Dataset, DvcConfig } from '@leeway/contract';
import { dvcRemote } from '../../dvc/dvc-remote.ts';
import { type Pushed, pushDvc } from '../../dvc/push-dvc.ts';
import type { RetrainingContext } from '../context.ts';
import { datasetFile, HOLDOUT_FILE, TRAIN_FILE } from './dataset-files.ts';

/**
 * Writes what a trainer is given, and the record, into a repository of DVC. The labels of the held-out rows are not among it:
 * whoever trains on it must not see them.
 */
export async function writeToDvc(ctx: RetrainingContext, config: DvcConfig, dataset: Dataset): Promise<Pushed> {
  const repo = resolve(config.repo);
  const cache = join(ctx.dataDir, 'dvc');
  const remote = await dvcRemote(repo, config.remote, { outbound: ctx.outbound, cache });
  const folder = join(ctx.dataDir, 'datasets', `.dvc-${dataset.hash}`);
  const record = join(folder, 'dataset.json');
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(record, `${JSON.stringify({ ...dataset, available: undefined }, null, 2)}\n`);
    const files = new Map([['dataset.json', record]]);
    for (const name of [TRAIN_FILE, HOLDOUT_FILE]) files.set(name, await datasetFile(ctx, dataset, name));
    const { hash, model, query } = dataset;
    return await pushDvc(remote, repo, config.path, files, {
      desc: `Rows of ${model} from ${query.train.from} to ${query.recent.to}`,
      meta: { leeway: { dataset: hash, model } },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
