import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { FROM_SOURCE, programPath } from '../retraining/program.ts';
import { type Learned, type Lesson, learn } from './learn.ts';

/** Learns in a thread of its own, so that the server goes on answering. */
export async function runLearning<L extends Lesson>(lesson: L): Promise<Learned<L>> {
  if (FROM_SOURCE) return learn(lesson); // a thread would run the built program, which may be another
  const worker = new Worker(programPath('estimation/learn-worker'), { workerData: lesson });
  try {
    const [result] = (await once(worker, 'message')) as [Learned<L>];
    return result;
  } finally {
    await worker.terminate();
  }
}
