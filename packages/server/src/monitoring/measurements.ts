import type { Measurement } from '@leeway/contract';
import { iso } from '../platform/clock.ts';
import { INSTANT } from '../warehouse/model-tables.ts';
import { instant, type Warehouse } from '../warehouse/warehouse.ts';

/** Stores measurements. Storing the same one again changes nothing. */
export async function storeMeasurements(warehouse: Warehouse, measurements: Measurement[]): Promise<void> {
  const rows = measurements.map(({ windowStart, windowEnd, computedAt, detail, ...rest }) => ({
    ...rest,
    window_start: Date.parse(windowStart),
    window_end: Date.parse(windowEnd),
    computed_at: Date.parse(computedAt),
    detail: JSON.stringify(detail),
  }));
  await warehouse.insert('measurements', rows, 'measurements/store');
}

export interface MeasurementQuery {
  model: string;
  monitor?: string | undefined;
  /** Metric ids, or beginnings of them with a * at the end, such as `fairness.*`; all by default. */
  metrics?: string[] | undefined;
  /** A column, '' for the whole, or '*' for any. */
  column?: string | undefined;
  slice?: string | undefined;
  /** A version, '' for what served, or '*' for any. */
  version?: string | undefined;
  /** Only windows that start at one of these times. */
  starts?: number[] | undefined;
  /** Every revision instead of the latest. */
  allRevisions?: boolean | undefined;
  /** Windows that start in [from, to). */
  from: number;
  to: number;
  /** Only the newest window of each measurement. */
  newest?: boolean;
}

/** The latest revision of each measurement, by time, or all of them. */
export async function readMeasurements(warehouse: Warehouse, query: MeasurementQuery): Promise<Measurement[]> {
  const conditions = ['model = {model:String}', `window_start >= {from:${INSTANT}}`, `window_start < {to:${INSTANT}}`];
  const params: Record<string, unknown> = { model: query.model, from: instant(query.from), to: instant(query.to) };
  if (query.metrics && query.metrics.length > 0) {
    const beginnings = query.metrics.filter((id) => id.endsWith('*'));
    const among = ['metric IN {metrics:Array(String)}'];
    params['metrics'] = query.metrics.filter((id) => !id.endsWith('*'));
    for (const [i, id] of beginnings.entries()) {
      among.push(`startsWith(metric, {beginning${i}:String})`);
      params[`beginning${i}`] = id.slice(0, -1);
    }
    conditions.push(`(${among.join(' OR ')})`);
  }
  if (query.starts) {
    conditions.push('toUnixTimestamp64Milli(window_start) IN {starts:Array(Int64)}');
    params['starts'] = query.starts;
  }
  for (const name of ['monitor', 'column', 'slice', 'version'] as const) {
    const value = query[name];
    if (value === undefined || value === '*') continue;
    conditions.push(`${name} = {${name}:String}`);
    params[name] = value;
  }
  const rows = await warehouse.query<Row>(
    `SELECT * FROM measurements FINAL WHERE ${conditions.join(' AND ')}
     ORDER BY window_start${query.newest ? ' DESC' : ''}, metric, column, slice, version, revision DESC
     LIMIT 1 BY monitor, metric, column, slice, version${query.newest ? '' : ', window_start'}${query.allRevisions ? ', revision' : ''}`,
    params,
    'measurements/read',
  );
  return rows.map(fromRow);
}

type Row = Omit<Measurement, 'windowStart' | 'windowEnd' | 'computedAt' | 'detail'> & {
  window_start: string;
  window_end: string;
  computed_at: string;
  detail: string;
};

function fromRow({ window_start, window_end, computed_at, detail, ...rest }: Row): Measurement {
  return {
    ...rest,
    windowStart: iso(Date.parse(window_start)),
    windowEnd: iso(Date.parse(window_end)),
    computedAt: iso(Date.parse(computed_at)),
    detail: JSON.parse(detail) as Record<string, unknown>,
  };
}
