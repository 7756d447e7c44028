import { INSTANT } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import type { Scope } from '../check.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const LOOK_BACK = 13 * WEEK;
/** So many windows are enough to be judged by, and more than this are not needed. */
const ENOUGH = 6;
const MOST = 28;

/**
 * Rows of earlier windows of the same monitor that this one may be compared with: of the same weekday and hour; if there are
 * fewer than six, of the same hour; if these are too few too, of any time.
 */
export async function windowsLike({
  warehouse,
  model,
  monitor,
  from,
  to,
}: Scope): Promise<{ windows: number[]; like: 'same weekday and hour' | 'same hour' | 'any' }> {
  const rows = await warehouse.query<{ start: number; rows: number }>(
    `SELECT toUnixTimestamp64Milli(window_start) AS start, argMax(value, (revision, computed_at)) AS rows FROM measurements
     WHERE model = {model:String} AND monitor = {monitor:String} AND metric = 'quality.rows' AND column = '' AND slice = '' AND version = ''
       AND window_start >= {since:${INSTANT}} AND window_start < {from:${INSTANT}} AND window_end - window_start = {length:UInt32}
     GROUP BY window_start ORDER BY window_start DESC`,
    {
      ...{ model: model.name, monitor: monitor.name, length: (to - from) / 1_000 },
      ...{ since: instant(Math.max(0, from - LOOK_BACK)), from: instant(from) },
    },
    'check/row-history',
  );
  const every = (period: number) => rows.filter(({ start }) => (from - start) % period === 0).map((row) => row.rows);
  for (const [period, like] of [
    [WEEK, 'same weekday and hour'],
    [DAY, 'same hour'],
  ] as const) {
    const windows = every(period);
    if (windows.length >= ENOUGH) return { windows: windows.slice(0, MOST), like };
  }
  return { windows: every(1).slice(0, MOST), like: 'any' };
}
