import type { Measurement } from '@leeway/contract';

export interface SliceRow {
  slice: string;
  value: number | null;
  n: number;
  /** What the slice lies above (or below) all rows, over the same windows. */
  difference: number | null;
  windows: number;
}

/**
 * Slices over a stretch of windows, the worst first: mean of the windows, weighted by their rows. An overview of where to look;
 * windows without a usable value play no part and are not counted.
 */
export function rankSlices(measurements: readonly Measurement[], better: 'higher' | 'lower' | null): SliceRow[] {
  const usable = measurements.filter(
    ({ status, value, version }) => status === 'ok' && value !== null && version === '',
  );
  const whole = new Map(usable.filter(({ slice }) => slice === '').map((one) => [one.windowStart, one.value!]));
  const slices = [...new Set(measurements.map(({ slice }) => slice))].filter((slice) => slice !== '');
  const rows = slices.map((slice): SliceRow => {
    const own = usable.filter((one) => one.slice === slice && one.n > 0);
    const n = own.reduce((sum, one) => sum + one.n, 0);
    const weighted = (of: (one: Measurement) => number) => own.reduce((sum, one) => sum + of(one) * one.n, 0) / n;
    const comparable = own.length > 0 && own.every(({ windowStart }) => whole.has(windowStart));
    return {
      slice,
      n,
      windows: own.length,
      value: own.length === 0 ? null : weighted(({ value }) => value!),
      difference: comparable ? weighted(({ value, windowStart }) => value! - whole.get(windowStart)!) : null,
    };
  });
  const badness = ({ difference }: SliceRow) => {
    if (difference === null) return Number.NEGATIVE_INFINITY;
    return better === 'higher' ? -difference : better === 'lower' ? difference : Math.abs(difference);
  };
  return rows.sort((a, b) => badness(b) - badness(a) || a.slice.localeCompare(b.slice));
}
