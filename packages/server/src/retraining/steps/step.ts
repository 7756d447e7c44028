import { type ErrorCode, LeewayError, type RunState } from '@leeway/contract';
import { exponentialBackoff, type Job } from '../../jobs/jobs.ts';
import type { StoreTx } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { hasEnded } from '../decide/next-run-state.ts';
import { abandonExecutions } from '../executions.ts';
import { changeRun, type RunRow } from '../runs.ts';

export type StepKind = 'retrain-prepare' | 'retrain-train' | 'retrain-evaluate';

export interface StepPayload {
  run: string;
  model: string;
  /** The training that counts. */
  training?: string;
  /** Name of the folder in which its trainer left what it made. */
  output?: string;
}

/** Adds the next step of a run in the transaction of the one before. Steps of one model go one after the other. */
export async function enqueueStep(
  ctx: RetrainingContext,
  tx: StoreTx,
  kind: StepKind,
  payload: StepPayload,
): Promise<void> {
  await ctx.jobs.enqueue(tx, { kind, key: payload.run, lane: `retrain/${payload.model}`, payload });
}

/** Errors that are an answer, not a mishap: the run ends with them at once. All others are tried again. */
const ANSWERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'trainer_failed',
  'trainer_timeout',
  'no_candidate',
  'ambiguous_candidate',
  'broken_model',
  'too_few_rows',
  'config_invalid',
  'dvc_unusable',
  'unknown_model',
]);

/** A server that is killed in the midst of a step has used up a try, so that some are for that. */
const MOST_TRIES = 10;

type Write = (tx: StoreTx) => Promise<void>;

/**
 * Defines a step. Its work finds the run as it is, and leaves it alone unless it stands in one of the states; what it
 * returns is written if nobody has moved the run meanwhile.
 */
export function defineStep(
  ctx: RetrainingContext,
  kind: StepKind,
  states: readonly RunState[],
  work: (run: RunRow, job: Job<StepPayload>) => Promise<Write | undefined>,
  options: { concurrency?: number } = {},
): void {
  ctx.jobs.define<StepPayload>(kind, {
    ...options,
    maxAttempts: MOST_TRIES,
    backoff: exponentialBackoff(2_000, 120_000),
    handler: async (job) => {
      const run = await find(ctx, job.payload.run);
      if (!run || !states.includes(run.state as RunState)) return undefined;
      try {
        return await work(run, job);
      } catch (error) {
        if (!(error instanceof LeewayError) || !ANSWERS.has(error.code)) throw error;
        return (tx) => fail(ctx, tx, run.id, { code: error.code, detail: error.detail }, states);
      }
    },
    onDead: (tx, job, error) => {
      const detail = `${kind}: ${error instanceof Error ? error.message : String(error)}`;
      return fail(ctx, tx, job.payload.run, { code: 'internal', detail }, states);
    },
  });
}

const find = (ctx: RetrainingContext, id: string, db: RetrainingContext['store']['db'] | StoreTx = ctx.store.db) =>
  db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();

async function fail(
  ctx: RetrainingContext,
  tx: StoreTx,
  id: string,
  error: { code: string; detail: string },
  states: readonly RunState[],
): Promise<void> {
  const run = await find(ctx, id, tx);
  if (!run || !states.includes(run.state as RunState)) return;
  await abandonExecutions(ctx, tx, run.id, error.detail);
  if (!hasEnded(run.state as RunState)) await changeRun(ctx, tx, run, 'failed', { error });
}
