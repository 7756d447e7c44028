import type { NumericSummary } from '../summary/column-summary.ts';

/** What the gap D = F - G can be inside one bin, whatever the order of its rows. */
export interface BinGap {
  /** Rows of each side in the bin. */
  a: number;
  b: number;
  /** Rows of both sides below the bin. */
  below: number;
  /** D before and after the bin. */
  before: number;
  after: number;
  /** The least and the largest D inside: all the current rows first, or all of the reference's. */
  low: number;
  high: number;
  /** The least and the largest |D| inside. */
  least: number;
  most: number;
  /** Whether all its rows are known to be equal: then nothing is hidden in it. */
  exact: boolean;
}

/** The bins that have rows, ascending. Both sides need values, and the same edges. */
export function binGaps(reference: NumericSummary, current: NumericSummary): BinGap[] {
  const gaps: BinGap[] = [];
  let below = 0;
  let after = 0;
  for (const [i, a] of reference.bins.entries()) {
    const b = current.bins[i]!;
    if (a + b === 0) continue;
    const before = after;
    const exact = a + b === 1 || holdOneValue(reference, current, i);
    const high = exact
      ? Math.max(before, before + a / reference.count - b / current.count)
      : before + a / reference.count;
    const low = exact ? Math.min(before, before + a / reference.count - b / current.count) : before - b / current.count;
    after = before + a / reference.count - b / current.count;
    const least = low > 0 ? low : high < 0 ? -high : 0;
    gaps.push({ a, b, below, before, after, low, high, least, most: Math.max(-low, high), exact });
    below += a + b;
  }
  return gaps;
}

/**
 * The most by which the rows of one side can lie away from the mean of their bin, on average over the rows of the bin:
 * rows in [low, high] with mean u are spread widest when they sit at the ends, which gives 2 (u - low)(high - u) /
 * (high - low).
 */
export function meanDistance(side: NumericSummary, i: number): number {
  const { bins, sums, edges, min, max } = side;
  const low = Math.max(edges[i - 1] ?? min!, min!);
  const high = Math.min(edges[i] ?? max!, max!);
  const mean = sums[i]! / bins[i]!;
  if (!(high > low)) return 0;
  return Math.max(0, (2 * (mean - low) * (high - mean)) / (high - low));
}

/** Whether the rows of both sides in a bin are all equal (up to the rounding of their sum): at the least value it can hold. */
function holdOneValue(reference: NumericSummary, current: NumericSummary, i: number): boolean {
  const lows = [reference, current].flatMap((side) => {
    if (side.bins[i] === 0) return [];
    const low = Math.max(side.edges[i - 1] ?? side.min!, side.min!);
    return [
      Math.abs(side.sums[i]! / side.bins[i]! - low) <= 2 * side.bins[i]! * Number.EPSILON * Math.abs(low) ? low : NaN,
    ];
  });
  return lows.every((low) => low === lows[0]);
}
