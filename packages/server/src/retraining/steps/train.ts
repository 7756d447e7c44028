import { mkdir, rm } from 'node:fs/promises';
import { type DatasetInfo, durationMs, LeewayError, type ModelConfig, type RetrainConfig } from '@leeway/contract';
import { RetryLater } from '../../jobs/jobs.ts';
import { decode } from '../../store/json.ts';
import { advance } from '../advance.ts';
import type { RetrainingContext } from '../context.ts';
import { bringTrainingFiles, dropOldDatasets } from '../datasets/dataset-files.ts';
import { datasetOf } from '../datasets/dataset-records.ts';
import { planTrials, type Trial } from '../decide/plan-trials.ts';
import { type ExecutionRow, executionsOf, planExecutions } from '../executions.ts';
import { executorOf } from '../executors/index.ts';
import { asPrepared } from '../preprocessing/prepared-model.ts';
import { reportedMetrics } from '../reported-metrics.ts';
import { dropOldFolders, runFolder } from '../run-folder.ts';
import { changeRun, type RunRow } from '../runs.ts';
import { ticketOf, writeSchema } from '../ticket.ts';
import { retrainingOf } from './prepare.ts';
import { defineStep, enqueueStep } from './step.ts';

/** Lines of the log that an error tells. */
const TOLD_LINES = 10;

/**
 * Has the model trained: once, or as often as a search for parameters wants. Each turn begins what is planned, looks at what
 * is under way and comes back later, so that it survives any process.
 */
export function registerTrain(ctx: RetrainingContext): void {
  defineStep(
    ctx,
    'retrain-train',
    ['training', 'cancelled'],
    async (run, job) => {
      if (run.state === 'cancelled') {
        await turn(ctx, run, job.signal, 'cancelled');
        return undefined;
      }
      const { model, retrain } = retrainingOf(ctx, run.model);
      const before = await executionsOf(ctx.store.db, run.id);
      if (before.length === 0) await begin(ctx, run, model);
      await plan(ctx, run, retrain, before);
      await turn(ctx, run, job.signal, null);
      const rows = await executionsOf(ctx.store.db, run.id);
      const next = planTrials(retrain.tuning, trialsOf(retrain, rows), limits(ctx, retrain, rows));
      if ('begin' in next) throw new RetryLater('a training was planned', 0, { progress: true });
      if ('failed' in next) throw explain(next.failed, rows, retrain.executor.timeout);
      const winner = rows.find(({ trial }) => trial === next.winner)!;
      for (const { output } of rows.filter((row) => row !== winner)) {
        await rm(runFolder(ctx, run.id).output(output), { recursive: true, force: true });
      }
      return async (tx) => {
        const changed = await changeRun(ctx, tx, run, 'evaluating', { log: winner.log, params: decode(winner.params) });
        const { id, output } = winner;
        if (changed)
          await enqueueStep(ctx, tx, 'retrain-evaluate', { run: run.id, model: run.model, training: id, output });
      };
    },
    { concurrency: 8 },
  );
}

/** Makes the room in which trainers work. */
async function begin(ctx: RetrainingContext, run: RunRow, model: ModelConfig): Promise<void> {
  const dataset = await datasetOf(ctx.store.db, decode<DatasetInfo>(run.dataset as string).hash);
  await bringTrainingFiles(ctx, run.id, dataset);
  await dropOldFolders(ctx, ctx.store.db, model.name);
  await dropOldDatasets(ctx, model.name);
  await writeSchema(ctx, run.id, asPrepared(model, dataset.fitted));
}

async function plan(ctx: RetrainingContext, run: RunRow, retrain: RetrainConfig, rows: ExecutionRow[]): Promise<void> {
  const next = planTrials(retrain.tuning, trialsOf(retrain, rows), limits(ctx, retrain, rows));
  if (!('begin' in next) || next.begin.length === 0) return;
  const { executor } = executorOf(retrain.executor);
  // What a person asked for by hand goes before what is configured.
  const params = { ...retrain.params, ...decode<Record<string, unknown>>(run.params) };
  const given = { run: run.id, model: run.model, executor: executor.type, params, trials: next.begin };
  await ctx.store.db.transaction().execute((tx) => planExecutions(ctx, tx, given));
}

/**
 * One look at every training that is open. @throws RetryLater as long as one still is, and when the run was cancelled, until
 * all of its trainings have ended.
 */
async function turn(ctx: RetrainingContext, run: RunRow, signal: AbortSignal, stop: 'cancelled' | null): Promise<void> {
  const open = (await executionsOf(ctx.store.db, run.id)).filter(({ endedAt }) => endedAt === null);
  if (open.length === 0) return;
  const { model, retrain } = retrainingOf(ctx, run.model);
  const { executor, options } = executorOf(retrain.executor);
  const waits = await Promise.all(
    open.map((row) => {
      if (row.executor !== executor.type) {
        throw new LeewayError(
          'config_invalid',
          `training ${row.id} is in the hands of ${row.executor}, and retrain.executor.type is ${executor.type} now`,
        );
      }
      const deadline = row.createdAt + durationMs(retrain.executor.timeout);
      const timeUp = ctx.clock.now() >= deadline ? 'timed_out' : null;
      const output = runFolder(ctx, run.id).output(row.output);
      const ticket = async () => {
        await mkdir(output, { recursive: true });
        return ticketOf(ctx, { run, row, model, executor, retrain, deadline });
      };
      const metrics = () => reportedMetrics(output, decode(row.metrics));
      return advance(ctx, { row, model: model.name, executor, options, ticket, metrics, stop: stop ?? timeUp }, signal);
    }),
  );
  const next = waits.filter((wait) => wait !== null);
  if (next.length === 0) return;
  // Where one has ended, another may begin at once.
  throw new RetryLater('trainings are under way', next.length < waits.length ? 0 : Math.min(...next), {
    progress: true,
  });
}

function limits(ctx: RetrainingContext, { tuning, executor }: RetrainConfig, rows: readonly ExecutionRow[]) {
  const since = rows[0]?.createdAt ?? ctx.clock.now();
  const timeUp = tuning !== undefined && ctx.clock.now() >= since + durationMs(tuning.timeout);
  return { timeUp, parallel: executorOf(executor).executor.parallel ? Number.POSITIVE_INFINITY : 1 };
}

const trialsOf = ({ tuning }: RetrainConfig, rows: readonly ExecutionRow[]): Trial[] =>
  rows.map(({ trial, rung, params, state, metrics, endedAt }) => ({
    trial,
    rung,
    params: decode(params),
    state: endedAt === null ? 'open' : state === 'succeeded' ? 'succeeded' : 'failed',
    objective: (tuning && decode<Record<string, number | null>>(metrics)[tuning.objective.metric]) ?? null,
  }));

/** Why there is no model, with what the trainer wrote last. */
function explain(failed: string, rows: readonly ExecutionRow[], timeout: string): LeewayError {
  const last = rows.findLast(({ state }) => state !== 'succeeded') ?? rows.at(-1)!;
  const { state, reason, native, log } = last;
  const why = state === 'timed_out' ? `stopped after ${timeout}` : (reason ?? native ?? state);
  const what = rows.length > 1 ? `${failed}; the last that did not end well: ${why}` : why;
  const lines = log.split('\n').slice(-TOLD_LINES).join('\n');
  return new LeewayError(
    state === 'timed_out' ? 'trainer_timeout' : 'trainer_failed',
    lines === '' ? `${what}; it wrote nothing` : `${what}; its last lines:\n${lines}`,
  );
}
