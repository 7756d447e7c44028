import type { Alert } from '@leeway/contract';
import type { Context } from '../context.ts';
import { loadOnnx } from '../gateway/runtime.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { RetrainingContext, RetrainingOptions } from './context.ts';
import { registerSchedules, scheduleRuns } from './schedule.ts';
import { registerEvaluate } from './steps/evaluate.ts';
import { registerPrepare } from './steps/prepare.ts';
import { registerTrain } from './steps/train.ts';
import { approveRun, cancelRun, type Decision, rejectRun } from './verbs/decide-run.ts';
import { getRun, listRuns, type RunFilter } from './verbs/list-runs.ts';
import { onAlertFiring, onWindowJudged, type RunRequest, startRun, startRunInTx } from './verbs/start-run.ts';

export type { RetrainingOptions } from './context.ts';
export { EXECUTORS } from './executors/index.ts';
export type { Decision } from './verbs/decide-run.ts';
export type { RunFilter } from './verbs/list-runs.ts';
export type { RunRequest } from './verbs/start-run.ts';

export type Retraining = ReturnType<typeof registerRetraining>;

/** Retraining: defines its jobs and gives its verbs. Once per process, before the jobs start. */
export function registerRetraining(base: Context, options: RetrainingOptions = {}) {
  const ctx: RetrainingContext = {
    ...base,
    loadScorer: options.loadScorer ?? loadOnnx,
  };
  registerPrepare(ctx);
  registerTrain(ctx);
  registerEvaluate(ctx);
  registerSchedules(ctx);
  return {
    startRun: (request: RunRequest) => startRun(ctx, request),
    startRunInTx: (tx: StoreTx, request: RunRequest) => startRunInTx(ctx, tx, request),
    /** For alerting's hook: called in the transaction in which an alert begins to fire. */
    onAlertFiring: (tx: StoreTx, alert: Pick<Alert, 'id' | 'model' | 'rule' | 'summary' | 'labels'>) =>
      onAlertFiring(ctx, tx, alert),
    /** In the transaction in which a window was judged: alerts that go on firing ask again. */
    onWindowJudged: (tx: StoreTx, model: string, windowEnd: number) => onWindowJudged(ctx, tx, model, windowEnd),
    approveRun: (given: Decision & { force?: boolean }) => approveRun(ctx, given),
    rejectRun: (given: Decision) => rejectRun(ctx, given),
    cancelRun: (given: Decision) => cancelRun(ctx, given),
    listRuns: (filter?: RunFilter) => listRuns(ctx.store.db, filter),
    getRun: (id: string) => getRun(ctx.store.db, id),
    /** To be called at start, and in the transaction that applies a configuration. */
    schedule: (db: StoreReader) => scheduleRuns(ctx, db),
  };
}
