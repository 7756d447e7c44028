import { parentPort, workerData } from 'node:worker_threads';
import { type Lesson, learn } from './learn.ts';

parentPort!.postMessage(learn(workerData as Lesson));
