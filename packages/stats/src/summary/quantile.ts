import type { NumericSummary } from './column-summary.ts';

/**
 * The q-quantile (0 <= q <= 1), read from the bins: find the bin where the cumulative share reaches q, then go
 * linearly from its lower to its upper end. The outer bins end at the minimum and the maximum.
 * Error: at most the width of that bin. `null` for no values.
 *
 * @throws RangeError when q lies outside [0, 1].
 */
export function quantile(summary: NumericSummary, q: number): number | null {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`A quantile's order lies in [0, 1], got ${q}.`);
  const { count, bins, edges, min, max } = summary;
  if (count === 0 || min === null || max === null) return null;
  const rank = q * count;
  let below = 0;
  for (const [i, inBin] of bins.entries()) {
    if (inBin > 0 && below + inBin >= rank) {
      const low = Math.max(min, edges[i - 1] ?? min);
      const high = Math.min(max, edges[i] ?? max);
      const way = (rank - below) / inBin;
      return (1 - way) * low + way * high;
    }
    below += inBin;
  }
  return max;
}
