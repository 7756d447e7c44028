import type { Context } from '../../context.ts';
import { exponentialBackoff } from '../../jobs/jobs.ts';
import type { StoreReader } from '../../store/open.ts';
import { collectGarbage } from './collect.ts';

export { collectGarbage } from './collect.ts';

const COLLECT_JOB = 'collect-artifacts';
const DAY = 86_400_000;

/** Deletes what nothing needs, once a day. */
export function registerCollection(ctx: Context) {
  const schedule = async (db: StoreReader, runAt: number): Promise<void> => {
    await ctx.jobs.enqueue(db, { kind: COLLECT_JOB, key: COLLECT_JOB, payload: {}, runAt });
  };
  ctx.jobs.define<object>(COLLECT_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(60_000, 3_600_000),
    handler: async () => {
      if (ctx.config().registry.collect) await collectGarbage(ctx, { dryRun: false, actor: 'leeway' });
      return (tx) => schedule(tx, ctx.clock.now() + DAY);
    },
  });
  return {
    /** To be called when a configuration comes into force; safe to repeat. */
    schedule: (db: StoreReader): Promise<void> => schedule(db, ctx.clock.now() + DAY),
  };
}
