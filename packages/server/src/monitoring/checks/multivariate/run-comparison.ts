import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { FROM_SOURCE, programPath } from '../../../retraining/program.ts';
import { type Compared, type ComparisonTask, compare } from './comparison-task.ts';

/** Compares samples in a thread of its own, so that the server goes on answering. */
export async function runComparison<T extends ComparisonTask>(task: T): Promise<Compared<T>> {
  if (FROM_SOURCE) return compare(task) as Compared<T>; // a thread would run the built program, which may be another
  const worker = new Worker(programPath('monitoring/checks/multivariate/compare-worker'), { workerData: task });
  try {
    const [result] = (await once(worker, 'message')) as [Compared<T>];
    return result;
  } finally {
    await worker.terminate();
  }
}
