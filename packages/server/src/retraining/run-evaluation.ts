import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type EvaluationInput, type EvaluationResult, evaluate } from './evaluation.ts';
import { FROM_SOURCE, programPath } from './program.ts';

/** Evaluates in a thread of its own, so that the server goes on answering. */
export async function runEvaluation(input: EvaluationInput, signal: AbortSignal): Promise<EvaluationResult> {
  if (FROM_SOURCE) return evaluate(input); // a thread would run the built program, which may be another
  const worker = new Worker(programPath('retraining/evaluate-worker'), { workerData: input });
  try {
    const [result] = (await once(worker, 'message', { signal })) as [EvaluationResult];
    return result;
  } finally {
    await worker.terminate();
  }
}
