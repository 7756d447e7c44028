import { normalSurvival } from '../special/normal.ts';
import { binGaps } from './bin-gaps.ts';
import type { Direction } from './drift-test.ts';
import { orderTest } from './order-test.ts';

/** Up to this size of the smaller sample, and without ties, the p-value is counted... */
const EXACT_SMALLER = 8;
/** ... unless the larger one holds more than this. */
const EXACT_LARGER = 5000;

/** Pairs won by the current window, the sample sizes, and the sum of t^3 - t over ties. */
export interface MannWhitneyInput {
  wins: number;
  n: number;
  m: number;
  ties: number;
}

/**
 * The p-value of the Mann-Whitney test, as `scipy.stats.mannwhitneyu(method='auto')`: counted where the smaller sample
 * has at most 8 rows and there are no ties, else normal with a correction for ties and for continuity. Two-sided, or
 * against a rise (`up`) or a fall (`down`) of the current window. All rows equal: 1.
 *
 * Source: Mann and Whitney (1947), Annals of Mathematical Statistics 18; Lehmann (1975), Nonparametrics.
 */
export function mannWhitneyPValue({ wins, n, m, ties }: MannWhitneyInput, direction: Direction = 'both'): number {
  const losses = n * m - wins;
  const u = direction === 'both' ? Math.max(wins, losses) : direction === 'up' ? wins : losses;
  const sides = direction === 'both' ? 2 : 1;
  if (ties === 0 && Math.min(n, m) <= EXACT_SMALLER && Math.max(n, m) <= EXACT_LARGER) {
    return Math.min(1, sides * shareOfAtLeast(u, n, m));
  }
  const N = n + m;
  const variance = ((n * m) / 12) * (N + 1 - ties / (N * (N - 1)));
  if (!(variance > 0)) return 1;
  return Math.min(1, sides * normalSurvival((u - (n * m) / 2 - 0.5) / Math.sqrt(variance)));
}

/** Share of all orders with u or more wins: the coefficients of the Gaussian binomial, by multiplying and dividing. */
function shareOfAtLeast(u: number, n: number, m: number): number {
  const small = Math.min(n, m);
  const large = Math.max(n, m);
  const counts = new Float64Array(n * m + large + small + 1);
  counts[0] = 1;
  for (let i = 1; i <= small; i++) {
    const top = large + i;
    for (let k = counts.length - 1; k >= top; k--) counts[k]! -= counts[k - top]!;
    for (let k = i; k < counts.length; k++) counts[k]! += counts[k - i]!;
  }
  // The distribution is symmetric: the lower tail is the one whose counts are small and exact.
  let [tail, all] = [0, 0];
  for (let k = 0; k <= n * m; k++) {
    all += counts[k]!;
    if (k <= n * m - u) tail += counts[k]!;
  }
  return tail / all;
}

/**
 * U: pairs of a reference and a current value in which the reference's is larger, equal ones as half, of the values
 * present only; `scipy.stats.mannwhitneyu(reference, current)`. No drift: n m / 2.
 *
 * The effect is Cliff's delta, |2 U / (n m) - 1| = |P(current > reference) - P(current < reference)|, from 0 to 1; with
 * a direction, its part in that direction. It is blind to a change that only widens. The minimum effect is what Romano
 * et al. (2006) call the end of negligible.
 */
export const mannWhitney = orderTest({
  id: 'mann_whitney',
  label: 'Mann-Whitney test',
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.147,
  symmetric: false,
  directional: true,
  reference: 'Mann and Whitney (1947), Annals of Mathematical Statistics 18; Cliff (1993), Psychological Bulletin 114',
  answer({ n, m, wins, ties }, direction) {
    const delta = (2 * wins) / n / m - 1;
    const effect = direction === 'both' ? Math.abs(delta) : Math.max(0, direction === 'up' ? delta : -delta);
    return { statistic: n * m - wins, pValue: mannWhitneyPValue({ wins, n, m, ties }, direction), effect };
  },
  /** Only the order of rows inside a bin is unknown: each of its pairs counts one half, and is 0 or 1. */
  bound(reference, current) {
    return binGaps(reference, current).reduce((sum, { a, b, exact }) => sum + (exact ? 0 : (a * b) / 2), 0);
  },
});
