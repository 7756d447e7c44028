import type { Measurement } from '@leeway/contract';

export interface WorstSlice {
  slice: string;
  /** Share of all loss that would go if the slice did as well as the other rows. */
  excess: number;
  n: number;
  loss: number | null;
  lower: number | null;
  upper: number | null;
  rest: number | null;
  ratio: number | null;
  /** Windows of the time shown in which it was found. */
  windows: number;
}

export interface WorstSlicesFound {
  /** The window that was looked at last. */
  window: Measurement;
  slices: WorstSlice[];
  searched: number;
}

/** The slices that a search found in the last window in which it looked, the most costly first; null where it never did. */
export function worstSlices(measurements: readonly Measurement[]): WorstSlicesFound | null {
  const searches = measurements.filter(({ metric }) => metric === 'slices.found');
  const window = searches.reduce<Measurement | null>(
    (last, one) => (last === null || one.windowStart > last.windowStart ? one : last),
    null,
  );
  if (!window) return null;
  const found = measurements.filter(({ metric, value }) => metric === 'slices.excess' && value !== null);
  const times = new Map<string, number>();
  for (const { slice } of found) times.set(slice, (times.get(slice) ?? 0) + 1);
  const slices = found
    .filter(({ windowStart }) => windowStart === window.windowStart)
    .map(({ slice, value, n, detail }): WorstSlice => {
      const number = (key: string) => (typeof detail[key] === 'number' ? detail[key] : null);
      return {
        ...{ slice, n, excess: value!, windows: times.get(slice)! },
        ...{ loss: number('loss'), lower: number('lower'), upper: number('upper') },
        ...{ rest: number('rest'), ratio: number('ratio') },
      };
    })
    .sort((a, b) => b.excess - a.excess || a.slice.localeCompare(b.slice));
  return { window, slices, searched: searches.filter(({ status }) => status === 'ok').length };
}
