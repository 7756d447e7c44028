import { parentPort, workerData } from 'node:worker_threads';
import { type EvaluationInput, evaluate } from './evaluation.ts';

parentPort!.postMessage(evaluate(workerData as EvaluationInput));
