import type { Measurement } from '@leeway/contract';
import { groupBy } from '../../charts/series.ts';

export interface QualityRow {
  column: string;
  /** The last window's measurement of each metric. */
  last: Map<string, Measurement>;
  /** The finding that went furthest beyond the reference; null where none did. */
  worst: Measurement | null;
}

/** Quality of each column: how it is now and how bad it was at worst; columns with the worst findings first. */
export function qualityRows(measurements: readonly Measurement[], metrics: readonly string[]): QualityRow[] {
  const rows = [...groupBy(measurements, 'column')].map(([column, own]): QualityRow => {
    const inOrder = own.toSorted((a, b) => a.windowStart.localeCompare(b.windowStart));
    const last = new Map<string, Measurement>();
    for (const measurement of inOrder)
      if (metrics.includes(measurement.metric)) last.set(measurement.metric, measurement);
    const worst = inOrder.reduce<Measurement | null>((found, one) => (excess(one) > excess(found) ? one : found), null);
    return { column, last, worst };
  });
  return rows.sort((a, b) => excess(b.worst) - excess(a.worst) || a.column.localeCompare(b.column));
}

/** Below half a percentage point beyond the reference nothing is called a finding. */
const WORTH_SAYING = 0.005;

function excess(measurement: Measurement | null): number {
  if (measurement?.status !== 'ok' || measurement.value === null) return 0;
  const beyond = measurement.value - (measurement.reference ?? 0);
  return beyond >= WORTH_SAYING ? beyond : 0;
}
