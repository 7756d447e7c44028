import { durationMs, leavesOfTrigger, type ModelConfig, schedulesOfTriggers } from '@leeway/contract';
import { exponentialBackoff } from '../jobs/jobs.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import { type RetrainingContext, SYSTEM } from './context.ts';
import { type CronTime, nextTime } from './decide/cron-time.ts';
import { look, lookSoon } from './look.ts';
import { needsWarehouse } from './observe.ts';
import { keepTriggers, occasionKey, policyVersion } from './policy-state.ts';
import { startRunInTx } from './verbs/start-run.ts';

interface Schedule {
  model: string;
  cron: string;
  /** Absent of UTC. */
  timeZone?: string;
  at: number;
}

/** How often new labels and rows are counted, where a trigger waits for them. */
const COUNT_MS = durationMs('15m');

/** What begins runs by the clock: a job for each schedule, and one for each model whose labels or rows are counted. */
export function registerSchedules(ctx: RetrainingContext): void {
  const again = { maxAttempts: Number.POSITIVE_INFINITY, backoff: exponentialBackoff(2_000, 300_000) };
  ctx.jobs.define<Schedule>('schedule-retrain', {
    ...again,
    handler: async ({ payload: { model, cron, timeZone = 'UTC', at } }) => {
      const declared = ctx.config().models.find((candidate) => candidate.name === model);
      const known = declared && schedulesOf(declared).some((one) => one.cron === cron && one.timeZone === timeZone);
      if (!known) return undefined; // taken out of the configuration
      return async (tx) => {
        await tick(ctx, tx, declared, { cron, timeZone }, at);
        await scheduleNext(ctx, tx, model, { cron, timeZone });
      };
    },
  });
  ctx.jobs.define<{ model: string }>('retrain-count', {
    ...again,
    handler: async ({ payload: { model } }) => {
      const declared = ctx.config().models.find((candidate) => candidate.name === model);
      if (!declared || !counts(declared)) return undefined;
      const act = await look(ctx, model);
      return async (tx) => {
        await act?.(tx);
        await countNext(ctx, tx, model);
      };
    },
  });
}

/** The time of a schedule has come. What is a trigger by itself asks at once; what is part of one is looked at with the rest. */
async function tick(
  ctx: RetrainingContext,
  tx: StoreTx,
  { name: model, retrain }: ModelConfig,
  { cron, timeZone }: CronTime,
  at: number,
): Promise<void> {
  if (!retrain) return;
  const alone = retrain.triggers.find(
    (trigger) => trigger.on === 'schedule' && trigger.cron === cron && trigger.timeZone === timeZone,
  );
  if (!alone || needsWarehouse(retrain)) await lookSoon(ctx, tx, model, `schedule/${cron}/${timeZone}/${at}`);
  if (!alone || retrain.minimumNewLabels > 0) return;
  const cause = alone.name ?? 'schedule';
  await startRunInTx(ctx, tx, {
    ...{ model, trigger: cause, reason: `schedule ${cron}${timeZone === 'UTC' ? '' : ` ${timeZone}`}`, actor: SYSTEM },
    key: occasionKey(model, cause, `schedule ${cron} ${timeZone} ${at}`, policyVersion(retrain)),
  });
}

/** Sees to it that every schedule of the configuration waits for its next time, and that what is counted is counted. */
export async function scheduleRuns(ctx: RetrainingContext, db: StoreReader): Promise<void> {
  for (const model of ctx.config().models) {
    await keepTriggers(db, model, ctx.clock.now());
    for (const schedule of schedulesOf(model)) await scheduleNext(ctx, db, model.name, schedule);
    if (counts(model)) await countNext(ctx, db, model.name);
  }
}

const schedulesOf = ({ retrain }: ModelConfig): CronTime[] => schedulesOfTriggers(retrain?.triggers ?? []);

const counts = ({ retrain }: ModelConfig): boolean =>
  (retrain?.triggers ?? []).flatMap(leavesOfTrigger).some(({ on }) => on === 'labels' || on === 'data');

async function scheduleNext(ctx: RetrainingContext, db: StoreReader, model: string, schedule: CronTime): Promise<void> {
  const at = nextTime(schedule, ctx.clock.now());
  if (at === null) return;
  const { cron, timeZone } = schedule;
  const zone = timeZone === 'UTC' ? '' : `/${timeZone}`;
  const payload: Schedule = { model, cron, timeZone, at };
  await ctx.jobs.enqueue(db, { kind: 'schedule-retrain', key: `${model}/${cron}${zone}`, payload, runAt: at });
}

async function countNext(ctx: RetrainingContext, db: StoreReader, model: string): Promise<void> {
  const runAt = ctx.clock.now() + COUNT_MS;
  await ctx.jobs.enqueue(db, { kind: 'retrain-count', key: model, payload: { model }, runAt });
}
