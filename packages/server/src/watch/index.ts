import { durationMs, type Measurement, type ModelConfig, monitorOfRule, WATCH_MONITOR } from '@leeway/contract';
import type { Context } from '../context.ts';
import { exponentialBackoff } from '../jobs/jobs.ts';
import { storeMeasurements } from '../monitoring/measurements.ts';
import { iso } from '../platform/clock.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import { WATCH_METRICS } from './metrics.ts';

const WATCH_JOB = 'watch';

/** Judges the rules of a model over what was measured; what it returns commits with the next turn. */
export type JudgeWatched = (given: {
  model: ModelConfig;
  measurements: Measurement[];
  windowStart: number;
  windowEnd: number;
}) => Promise<(tx: StoreTx) => Promise<void>>;

/**
 * Looks by the clock whether anything comes and anything runs: what a window cannot tell that was never closed. One job with a
 * timer of its own measures, for every model with a rule about it, `freshness.*`, `queue.*`, `process.*` and `disk.*` as windows of
 * the monitor `watch`, `server.watch` long.
 */
export function registerWatch(ctx: Context, judge: JudgeWatched) {
  const schedule = async (db: StoreReader, runAt: number): Promise<void> => {
    await ctx.jobs.enqueue(db, { kind: WATCH_JOB, key: WATCH_JOB, payload: {}, runAt });
  };

  ctx.jobs.define<object>(WATCH_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(2_000, 60_000),
    handler: async () => {
      const every = durationMs(ctx.config().server.watch);
      const now = ctx.clock.now();
      const windowEnd = Math.floor(now / every) * every;
      const follow: ((tx: StoreTx) => Promise<void>)[] = [];
      for (const model of ctx.config().models) {
        if (!model.rules.some((rule) => monitorOfRule(rule, model) === WATCH_MONITOR)) continue;
        const measurements = await measure(ctx, model, { start: windowEnd - every, end: windowEnd, now });
        await storeMeasurements(ctx.warehouse, measurements);
        follow.push(await judge({ model, measurements, windowStart: windowEnd - every, windowEnd }));
      }
      return async (tx) => {
        for (const write of follow) await write(tx);
        await schedule(tx, windowEnd + every);
      };
    },
  });

  return {
    /** To be called when a configuration comes into force; safe to repeat. */
    schedule: (db: StoreReader): Promise<void> => schedule(db, ctx.clock.now()),
  };
}

async function measure(
  ctx: Context,
  model: ModelConfig,
  { start, end, now }: { start: number; end: number; now: number },
): Promise<Measurement[]> {
  const wanted = new Set(
    model.rules.flatMap((rule) => JSON.stringify(rule).match(/(?:freshness|process|disk|queue)\.\w+/g) ?? []),
  );
  const found: Measurement[] = [];
  for (const { id, measure: look } of WATCH_METRICS) {
    if (!wanted.has(id)) continue;
    // What cannot be looked at is no reason to look at nothing.
    const { value, reason } = await look(ctx, model, now).catch((error: unknown) => {
      ctx.log.warn({ err: error, metric: id, model: model.name }, 'could not be watched');
      return { value: null, reason: 'it could not be measured; the log of the server says why' };
    });
    found.push({
      model: model.name,
      monitor: WATCH_MONITOR,
      metric: id,
      column: '',
      slice: '',
      version: '',
      windowStart: iso(start),
      windowEnd: iso(end),
      revision: 0,
      value,
      lower: null,
      upper: null,
      n: value === null ? 0 : 1,
      coverage: null,
      reference: null,
      threshold: null,
      status: value === null ? 'no_data' : 'ok',
      reason,
      detail: {},
      computedAt: iso(now),
    });
  }
  return found;
}
