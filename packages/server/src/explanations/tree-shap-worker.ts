import { parentPort, workerData } from 'node:worker_threads';
import { treeShap } from '@leeway/stats';
import type { TreeTask } from './run-tree-shap.ts';

const { ensemble, rows, background } = workerData as TreeTask;
parentPort!.postMessage(treeShap(ensemble, rows, { background }));
