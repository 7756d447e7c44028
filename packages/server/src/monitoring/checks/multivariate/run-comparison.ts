import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { FROM_SOURCE, programPath } from '../../../retraining/program.ts';
import { type ComparedSamples, compareSamples, type SampleComparison } from './compare-samples.ts';

/** Compares samples in a thread of its own, so that the server goes on answering. */
export async function runComparison(samples: SampleComparison): Promise<ComparedSamples> {
  if (FROM_SOURCE) return compareSamples(samples); // a thread would run the built program, which may be another
  const worker = new Worker(programPath('monitoring/checks/multivariate/compare-worker'), { workerData: samples });
  try {
    const [result] = (await once(worker, 'message')) as [ComparedSamples];
    return result;
  } finally {
    await worker.terminate();
  }
}
