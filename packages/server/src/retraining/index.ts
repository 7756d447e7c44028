import type { Alert } from '@leeway/contract';
import type { Context } from '../context.ts';
import { loadOnnx } from '../gateway/runtime.ts';
import { createOutbound } from '../platform/outbound.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { RetrainingContext, RetrainingOptions } from './context.ts';
import { datasetFile } from './datasets/dataset-files.ts';
import { datasetOf, listDatasets } from './datasets/dataset-records.ts';
import { rebuildDataset, verifyDataset } from './datasets/rebuild-dataset.ts';
import { registerLook } from './look.ts';
import { registerSchedules, scheduleRuns } from './schedule.ts';
import { registerEvaluate } from './steps/evaluate.ts';
import { registerPrepare } from './steps/prepare.ts';
import { registerTrain } from './steps/train.ts';
import { closeBreaker } from './verbs/close-breaker.ts';
import { approveRun, cancelRun, type Decision, rejectRun } from './verbs/decide-run.ts';
import { registerExpiry } from './verbs/expire-run.ts';
import { followRunLink, readRunLink } from './verbs/follow-run-link.ts';
import { getRun, listRuns, type RunFilter } from './verbs/list-runs.ts';
import { onAlertFiring, onWindowJudged } from './verbs/occasions.ts';
import { previewRun } from './verbs/preview-run.ts';
import { type RunRequest, startRun, startRunInTx } from './verbs/start-run.ts';
import { startSuggested } from './verbs/start-suggested.ts';
import {
  type Completion,
  completeTraining,
  describeTraining,
  noteProgress,
  type Progress,
  storeOutput,
  type TrainingFile,
  trainingFile,
} from './verbs/train-remotely.ts';

export type { RetrainingOptions } from './context.ts';
export { EXECUTORS } from './executors/index.ts';
export type { Decision } from './verbs/decide-run.ts';
export type { RunFilter } from './verbs/list-runs.ts';
export type { RunRequest } from './verbs/start-run.ts';
export { TRAINING_FILES } from './verbs/train-remotely.ts';

export type Retraining = ReturnType<typeof registerRetraining>;

/** Retraining: defines its jobs and gives its verbs. Once per process, before the jobs start. */
export function registerRetraining(base: Context, options: RetrainingOptions = {}) {
  const ctx: RetrainingContext = {
    ...base,
    loadScorer: options.loadScorer ?? loadOnnx,
    outbound: options.outbound ?? createOutbound({ allow: () => base.config().server.allowPrivateNetworks }),
  };
  registerPrepare(ctx);
  registerTrain(ctx);
  registerEvaluate(ctx);
  registerSchedules(ctx);
  registerLook(ctx);
  registerExpiry(ctx);
  return {
    startRun: (request: RunRequest) => startRun(ctx, request),
    startRunInTx: (tx: StoreTx, request: RunRequest) => startRunInTx(ctx, tx, request),
    /** For alerting's hook: called in the transaction in which an alert begins to fire. */
    onAlertFiring: (tx: StoreTx, alert: Pick<Alert, 'id' | 'model' | 'rule' | 'summary' | 'labels'>) =>
      onAlertFiring(ctx, tx, alert),
    /** In the transaction in which a window was judged: alerts that go on firing ask again. */
    onWindowJudged: (tx: StoreTx, model: string, windowEnd: number) => onWindowJudged(ctx, tx, model, windowEnd),
    /** What would happen now, and why not. */
    previewRun: (model: string) => previewRun(ctx, model),
    startSuggested: (given: Decision) => startSuggested(ctx, given),
    closeBreaker: (given: Parameters<typeof closeBreaker>[1]) => closeBreaker(ctx, given),
    readLink: (token: string) => readRunLink(ctx, token),
    followLink: (token: string, comment: string) => followRunLink(ctx, token, comment),
    approveRun: (given: Decision & { force?: boolean }) => approveRun(ctx, given),
    rejectRun: (given: Decision) => rejectRun(ctx, given),
    cancelRun: (given: Decision) => cancelRun(ctx, given),
    describeTraining: (key: string) => describeTraining(ctx, key),
    trainingFile: (key: string, name: TrainingFile) => trainingFile(ctx, key, name),
    noteProgress: (key: string, given: Progress) => noteProgress(ctx, key, given),
    storeOutput: (key: string, name: string, stream: AsyncIterable<Buffer>, sha256: string | undefined) =>
      storeOutput(ctx, key, name, stream, sha256),
    completeTraining: (key: string, given: Completion) => completeTraining(ctx, key, given),
    listDatasets: (filter?: { model?: string | undefined }) => listDatasets(ctx.store.db, filter),
    getDataset: (hash: string) => datasetOf(ctx.store.db, hash),
    /** Path of a file of a dataset on this machine. */
    datasetFile: async (hash: string, name: string) => datasetFile(ctx, await datasetOf(ctx.store.db, hash), name),
    verifyDataset: (hash: string) => verifyDataset(ctx, hash),
    rebuildDataset: (hash: string) => rebuildDataset(ctx, hash),
    listRuns: (filter?: RunFilter) => listRuns(ctx.store.db, filter),
    getRun: (id: string) => getRun(ctx.store.db, id),
    /** To be called at start, and in the transaction that applies a configuration. */
    schedule: (db: StoreReader) => scheduleRuns(ctx, db),
  };
}
