import { parentPort, workerData } from 'node:worker_threads';
import { type ComparisonTask, compare } from './comparison-task.ts';

parentPort!.postMessage(compare(workerData as ComparisonTask));
