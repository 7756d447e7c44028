import { parentPort, workerData } from 'node:worker_threads';
import { compareSamples, type SampleComparison } from './compare-samples.ts';

parentPort!.postMessage(compareSamples(workerData as SampleComparison));
