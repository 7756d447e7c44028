import type { ModelConfig } from '@leeway/contract';
import { Cron } from 'croner';
import { exponentialBackoff } from '../jobs/jobs.ts';
import { iso } from '../platform/clock.ts';
import type { StoreReader } from '../store/open.ts';
import { type RetrainingContext, SYSTEM } from './context.ts';
import { startRunInTx } from './verbs/start-run.ts';

interface Schedule {
  model: string;
  cron: string;
  at: number;
}

/** The next time of a cron expression after a time, in UTC; null if there is none. @throws when it cannot be read. */
export function nextCronTime(cron: string, after: number): number | null {
  return new Cron(cron, { timezone: 'UTC' }).nextRun(new Date(after))?.getTime() ?? null;
}

/** Runs that begin by the clock: one job for each schedule, which starts a run and waits for its next time. */
export function registerSchedules(ctx: RetrainingContext): void {
  ctx.jobs.define<Schedule>('schedule-retrain', {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(2_000, 300_000),
    handler: async ({ payload: { model, cron, at } }) => {
      const declared = ctx.config().models.find((candidate) => candidate.name === model);
      if (!declared || !schedulesOf(declared).includes(cron)) return undefined; // taken out of the configuration
      return async (tx) => {
        await startRunInTx(ctx, tx, {
          model,
          trigger: 'schedule',
          reason: `schedule ${cron}`,
          key: `schedule:${cron}:${iso(at)}`,
          actor: SYSTEM,
        });
        await scheduleNext(ctx, tx, model, cron);
      };
    },
  });
}

/** Sees to it that every schedule of the configuration waits for its next time. */
export async function scheduleRuns(ctx: RetrainingContext, db: StoreReader): Promise<void> {
  for (const model of ctx.config().models) {
    for (const cron of schedulesOf(model)) await scheduleNext(ctx, db, model.name, cron);
  }
}

const schedulesOf = (model: ModelConfig): string[] =>
  (model.retrain?.triggers ?? []).flatMap((trigger) => (trigger.on === 'schedule' ? [trigger.cron] : []));

async function scheduleNext(ctx: RetrainingContext, db: StoreReader, model: string, cron: string): Promise<void> {
  const at = nextCronTime(cron, ctx.clock.now());
  if (at === null) return;
  const payload: Schedule = { model, cron, at };
  await ctx.jobs.enqueue(db, { kind: 'schedule-retrain', key: `${model}/${cron}`, payload, runAt: at });
}
