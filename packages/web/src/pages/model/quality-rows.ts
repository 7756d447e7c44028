import type { Measurement } from '@leeway/contract';
import { groupBy } from '../../charts/series.ts';
import { describeMetric } from '../../lib/metrics.ts';

export interface QualityRow {
  /** The column, or the metric where rows are metrics. */
  key: string;
  /** The last window's measurement of each metric. */
  last: Map<string, Measurement>;
  /** The finding that went furthest beyond the reference; null where none did. */
  worst: Measurement | null;
}

/** Quality of each column, or each metric: how it is now and how bad it was at worst; those with the worst findings first. */
export function qualityRows(measurements: readonly Measurement[], by: 'column' | 'metric'): QualityRow[] {
  const rows = [...groupBy(measurements, by)].map(([key, own]): QualityRow => {
    const inOrder = own.toSorted((a, b) => a.windowStart.localeCompare(b.windowStart));
    const last = new Map(inOrder.map((measurement) => [measurement.metric, measurement]));
    const worst = inOrder.reduce<Measurement | null>((found, one) => (excess(one) > excess(found) ? one : found), null);
    return { key, last, worst };
  });
  return rows.sort((a, b) => excess(b.worst) - excess(a.worst) || a.key.localeCompare(b.key));
}

/** Below half a percentage point beyond the reference nothing is called a finding. */
const WORTH_SAYING = 0.005;

/** How bad a finding is. The check says what is one, in `detail.found`; where it does not, a share beyond the reference is. */
function excess(measurement: Measurement | null): number {
  if (measurement?.status !== 'ok' || measurement.value === null) return 0;
  const { metric, value, reference, detail } = measurement;
  const beyond = Math.min(1, Math.abs(value - (reference ?? 0)));
  if (typeof detail['found'] === 'boolean') return detail['found'] ? Math.max(WORTH_SAYING, beyond) : 0;
  if (describeMetric(metric).unit !== 'share' || value < (reference ?? 0)) return 0;
  return beyond >= WORTH_SAYING ? beyond : 0;
}

export const isFinding = (measurement: Measurement): boolean => excess(measurement) > 0;
