import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type TreeEnsemble, type TreeShapValues, treeShap } from '@leeway/stats';
import { FROM_SOURCE, programPath } from '../retraining/program.ts';

export interface TreeTask {
  ensemble: TreeEnsemble;
  rows: Float64Array;
  background: Float64Array;
}

/** Nodes times rows up to which a thread would take longer to start than the work takes: some milliseconds. */
const LITTLE = 1e6;

/** SHAP values of trees, in a thread of their own where they are much work, so that the server goes on answering. */
export async function runTreeShap(task: TreeTask): Promise<TreeShapValues> {
  const { ensemble, rows, background } = task;
  const nodes = ensemble.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const work = (nodes * (rows.length + background.length)) / ensemble.features;
  // A thread would run the built program, which may be another than the sources that run here.
  if (work <= LITTLE || FROM_SOURCE) return treeShap(ensemble, rows, { background });
  const worker = new Worker(programPath('explanations/tree-shap-worker'), { workerData: task });
  try {
    const [values] = (await once(worker, 'message')) as [TreeShapValues];
    return values;
  } finally {
    await worker.terminate();
  }
}
