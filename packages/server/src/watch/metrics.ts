import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { durationMs, type Measurement, type ModelConfig } from '@leeway/contract';
import { Cron } from 'croner';
import type { Context } from '../context.ts';
import { referenceFor } from '../monitoring/reference.ts';
import { labelsTable, predictionsTable } from '../warehouse/model-tables.ts';

const HOUR_MS = 3_600_000;

export type WatchContext = Pick<Context, 'clock' | 'store' | 'warehouse' | 'jobs' | 'config' | 'dataDir' | 'log'> &
  Context;

type Watched = Pick<Measurement, 'value' | 'reason'>;

export interface WatchMetric {
  id: string;
  measure(ctx: WatchContext, model: ModelConfig, now: number): Promise<Watched>;
}

const none = (reason: string): Watched => ({ value: null, reason });
const hours = (ms: number): Watched => ({ value: Math.max(0, ms) / HOUR_MS, reason: '' });

/** What is measured by the clock, whether predictions come or not. A new one is an entry here and a line in monitoring/metrics.ts. */
export const WATCH_METRICS: readonly WatchMetric[] = [
  {
    id: 'freshness.predictions',
    async measure({ warehouse }, model, now) {
      const [row] = await warehouse.query<{ last: number | null }>(
        `SELECT maxOrNull(toUnixTimestamp64Milli(time)) AS last FROM ${predictionsTable(model)} WHERE role = 'live'`,
        {},
        'watch/predictions',
      );
      return row?.last ? hours(now - row.last) : none('no prediction has come yet');
    },
  },
  {
    id: 'freshness.labels',
    async measure({ warehouse }, model, now) {
      const [row] = await warehouse.query<{ last: number | null }>(
        `SELECT maxOrNull(toUnixTimestamp64Milli(received)) AS last FROM ${labelsTable(model)} WHERE source != 'feedback'`,
        {},
        'watch/labels',
      );
      return row?.last ? hours(now - row.last) : none('no label has come yet');
    },
  },
  {
    id: 'freshness.windows',
    async measure({ store }, model, now) {
      let late = 0;
      for (const monitor of model.monitors) {
        const windows = store.db
          .selectFrom('windows')
          .where('model', '=', model.name)
          .where('monitor', '=', monitor.name);
        const newest = await windows.select((e) => e.fn.max('endAt').as('end')).executeTakeFirst();
        if (newest?.end == null) continue;
        const open = await windows
          .select((e) => e.fn.min('endAt').as('end'))
          .where('state', '=', 'open')
          .executeTakeFirst();
        const waiting = await windows
          .select((e) => e.fn.min('endAt').as('end'))
          .where('state', '=', 'closed')
          .executeTakeFirst();
        const grace = durationMs(monitor.grace);
        const patience = Math.max(durationMs(monitor.maturity.timeout), durationMs(monitor.maturity.delay));
        late = Math.max(
          late,
          now - (Number(newest.end) + durationMs(monitor.window) + grace),
          open?.end == null ? 0 : now - (Number(open.end) + grace),
          waiting?.end == null ? 0 : now - (Number(waiting.end) + patience),
        );
      }
      return hours(late);
    },
  },
  {
    id: 'freshness.retraining',
    async measure({ store }, model, now) {
      const schedules = (model.retrain?.triggers ?? []).filter((trigger) => trigger.on === 'schedule');
      if (schedules.length === 0) return none('no retraining is scheduled');
      let late = 0;
      for (const { cron, timeZone } of schedules) {
        const [due] = new Cron(cron, { timezone: timeZone, paused: true }).previousRuns(1, new Date(now));
        const applied = await store.db
          .selectFrom('configRevisions')
          .select((e) => e.fn.min('appliedAt').as('at'))
          .executeTakeFirst();
        // What was due before there was a Leeway here was not missed.
        if (!due || due.getTime() <= Number(applied?.at ?? now)) continue;
        const run = await store.db
          .selectFrom('runs')
          .select('id')
          .where('model', '=', model.name)
          .where('createdAt', '>=', due.getTime())
          .limit(1)
          .executeTakeFirst();
        if (!run) late = Math.max(late, now - due.getTime());
      }
      return hours(late);
    },
  },
  {
    id: 'freshness.reference',
    async measure(ctx, model, now) {
      const [monitor] = model.monitors;
      if (!monitor) return none('the model has no monitor');
      const reference = await referenceFor(ctx, model, monitor, { start: now, end: now + durationMs(monitor.window) });
      const ends = reference?.spans.map(({ end }) => end) ?? [];
      return ends.length === 0 ? none('there is no reference yet') : hours(now - Math.max(...ends));
    },
  },
  {
    id: 'queue.overdue',
    async measure({ store }, _model, now) {
      const row = await store.db
        .selectFrom('jobs')
        .select((e) => e.fn.min('runAt').as('runAt'))
        .where('state', '=', 'queued')
        .executeTakeFirst();
      return hours(row?.runAt == null ? 0 : now - Number(row.runAt));
    },
  },
  {
    id: 'process.memory_share',
    async measure() {
      const limit = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
      return { value: process.memoryUsage.rss() / limit, reason: '' };
    },
  },
  {
    id: 'process.event_loop_p99',
    async measure() {
      eventLoop ??= startHistogram();
      const p99 = eventLoop.percentile(99) / 1e6;
      eventLoop.reset();
      return Number.isFinite(p99) ? { value: p99, reason: '' } : none('nothing was measured yet');
    },
  },
  {
    id: 'disk.free_share',
    async measure({ dataDir }) {
      const { bavail, blocks } = await statfs(dataDir);
      return blocks > 0 ? { value: bavail / blocks, reason: '' } : none('the file system does not tell its size');
    },
  },
];

let eventLoop: IntervalHistogram | undefined;
function startHistogram(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  return histogram;
}
