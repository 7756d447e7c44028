import type { NumericSummary } from './column-summary.ts';

/**
 * Counts numbers held in memory over the bins of `edges`; `shift` is what the squares are taken about. Infinite values
 * and NaN are missing. n log k.
 */
export function summarizeNumeric(values: ArrayLike<number>, edges: readonly number[], shift = 0): NumericSummary {
  const bins = new Array<number>(edges.length + 1).fill(0);
  const sums = new Array<number>(edges.length + 1).fill(0);
  let count = 0;
  let sum = 0;
  let sumSquares = 0;
  let min: number | null = null;
  let max: number | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const bin = edgesUpTo(edges, value);
    bins[bin]!++;
    sums[bin]! += value;
    count++;
    sum += value;
    sumSquares += (value - shift) ** 2;
    if (min === null || value < min) min = value;
    if (max === null || value > max) max = value;
  }
  return {
    kind: 'numeric',
    count,
    missing: values.length - count,
    edges,
    bins,
    sums,
    min,
    max,
    sum,
    sumSquares,
    shift,
  };
}

/** How many of the ascending edges are at most the value. */
function edgesUpTo(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
