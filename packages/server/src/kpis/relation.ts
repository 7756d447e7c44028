import { correlateLags, type RankCorrelation } from '@leeway/stats';
import type { Context } from '../context.ts';
import { readMeasurements } from '../monitoring/measurements.ts';

export interface Relation {
  /** Rank correlation of the two over the same windows. */
  same: RankCorrelation;
  /** The lag at which they go together most, in windows: above zero the KPI follows the metric. Null where none has an answer. */
  strongest: (RankCorrelation & { lag: number }) | null;
  lags: (RankCorrelation & { lag: number })[];
  points: { windowStart: string; metric: number | null; kpi: number | null }[];
}

/** How a KPI and a metric of the model move together, over the windows of one monitor that start in [from, to). */
export async function relate(
  ctx: Pick<Context, 'warehouse'>,
  query: { model: string; monitor: string; kpi: string; metric: string; from: number; to: number; mostLag: number },
): Promise<Relation> {
  const { model, monitor, from, to, mostLag } = query;
  const kpi = `kpi.${query.kpi}`;
  const measurements = await readMeasurements(ctx.warehouse, {
    ...{ model, monitor, from, to, metrics: [kpi, query.metric], column: '', slice: '', version: '' },
  });
  const points = new Map<string, { metric: number | null; kpi: number | null }>();
  for (const { windowStart, metric, status, value } of measurements) {
    const point = points.get(windowStart) ?? { metric: null, kpi: null };
    point[metric === kpi ? 'kpi' : 'metric'] = status === 'ok' ? value : null;
    points.set(windowStart, point);
  }
  const rows = [...points]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([windowStart, point]) => ({ windowStart, ...point }));
  const lags = correlateLags(
    rows.map((row) => row.metric),
    rows.map((row) => row.kpi),
    mostLag,
  );
  const strength = ({ value }: RankCorrelation) => Math.abs(value ?? 0);
  const strongest = lags
    .filter(({ value }) => value !== null)
    .reduce<Relation['strongest']>((best, lag) => (best && strength(best) >= strength(lag) ? best : lag), null);
  return { same: lags[mostLag]!, strongest, lags, points: rows };
}
