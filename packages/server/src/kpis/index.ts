import { durationMs } from '@leeway/contract';
import type { Context } from '../context.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { exponentialBackoff } from '../jobs/jobs.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { StoreReader } from '../store/open.ts';
import { type PrometheusSource, queryPrometheus } from './query-prometheus.ts';

const PULL_JOB = 'pull-kpi';

interface PullPayload {
  model: string;
  kpi: string;
}

/** The KPIs that are asked of a Prometheus: a job each, which goes on where the last point lies. */
export function registerKpis(ctx: Context, ingest: Pick<Ingest, 'kpis'>, outbound: Outbound) {
  const schedule = async (db: StoreReader, payload: PullPayload, runAt: number): Promise<void> => {
    await ctx.jobs.enqueue(db, { kind: PULL_JOB, key: `${payload.model}/${payload.kpi}`, payload, runAt });
  };

  ctx.jobs.define<PullPayload>(PULL_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(5_000, 300_000),
    handler: async ({ payload, signal }) => {
      const source = sourceOf(ctx, payload);
      if (!source) return undefined; // taken out of the configuration
      const now = ctx.clock.now();
      const step = durationMs(source.step);
      const last = await lastPoint(ctx, payload);
      const from = alignUp(Math.max(last === null ? 0 : last + 1, now - durationMs(source.past)), step);
      const points = from > now ? [] : await queryPrometheus(outbound, source, from, now, signal);
      await ingest.kpis(
        payload.model,
        points.map((point) => ({ name: payload.kpi, ...point })),
      );
      return (tx) => schedule(tx, payload, now + durationMs(source.every));
    },
  });

  return {
    /** To be called when a configuration comes into force; safe to repeat. */
    async schedule(db: StoreReader): Promise<void> {
      for (const { name: model, kpis } of ctx.config().models) {
        for (const { name: kpi, source } of kpis) {
          if (source.type === 'prometheus') await schedule(db, { model, kpi }, ctx.clock.now());
        }
      }
    },
  };
}

function sourceOf(ctx: Pick<Context, 'config'>, { model, kpi }: PullPayload): PrometheusSource | null {
  const found = ctx
    .config()
    .models.find(({ name }) => name === model)
    ?.kpis.find(({ name }) => name === kpi);
  return found?.source.type === 'prometheus' ? found.source : null;
}

async function lastPoint(
  { warehouse }: Pick<Context, 'warehouse'>,
  { model, kpi }: PullPayload,
): Promise<number | null> {
  const [row] = await warehouse.query<{ last: number | null }>(
    `SELECT maxOrNull(toUnixTimestamp64Milli(time)) AS last FROM kpis WHERE model = {model:String} AND name = {kpi:String}`,
    { model, kpi },
    'kpis/last',
  );
  return row?.last ?? null;
}

const alignUp = (time: number, step: number): number => Math.ceil(time / step) * step;
