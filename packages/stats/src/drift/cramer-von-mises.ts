import { cramerVonMisesSurvival } from '../special/cramer-von-mises-survival.ts';
import { binGaps } from './bin-gaps.ts';
import { orderTest } from './order-test.ts';

/** Largest sample for which the p-value is counted. */
const EXACT_LIMIT = 20;

/**
 * P(T >= t) for samples of n and m rows. Counted over all orders where both have at most 20 rows, as
 * `scipy.stats.cramervonmises_2samp`; else from the limit at 1/6 + (t - mean) / sqrt(45 variance), with the mean and
 * the variance of t for n and m. With ties of most rows it can be slightly too small; see the reference.
 *
 * Source: Anderson (1962), Annals of Mathematical Statistics 33; Xiao, Gordon and Yakovlev (2006), Journal of
 * Statistical Software 17(8).
 */
export function cramerVonMisesPValue(t: number, n: number, m: number): number {
  if (Math.max(n, m) <= EXACT_LIMIT) return exact(t, n, m);
  const N = n + m;
  const k = n * m;
  const mean = (1 + 1 / N) / 6;
  const variance = ((N + 1) * (4 * k * N - 3 * (n * n + m * m) - 2 * k)) / (45 * N * N * 4 * k);
  return cramerVonMisesSurvival(1 / 6 + (t - mean) / Math.sqrt(45 * variance));
}

/** Lattice paths by the sum that they have collected so far, ascending. */
interface Paths {
  sums: number[];
  counts: number[];
}

/** Share of the orders in which sum (i/n - j/m)^2 over the pooled rows is as large: lattice paths, counted by their sum. */
function exact(t: number, n: number, m: number): number {
  const unit = leastCommonMultiple(n, m);
  const [a, b] = [unit / n, unit / m];
  const observed = Math.round((unit * unit * (n + m) ** 2 * t) / (n * m) - 1e-6);
  const none: Paths = { sums: [], counts: [] };
  const start: Paths = { sums: [0], counts: [1] };
  let row: Paths[] = [];
  for (let i = 0; i <= n; i++) {
    const next: Paths[] = [];
    for (let j = 0; j <= m; j++) {
      const before = i + j === 0 ? start : (row[j] ?? none);
      next.push(mergePaths(before, next[j - 1] ?? none, (i * a - j * b) ** 2, observed));
    }
    row = next;
  }
  const { sums, counts } = row[m]!;
  const all = counts.reduce((sum, paths) => sum + paths, 0);
  return sums.at(-1) === observed ? counts.at(-1)! / all : 0;
}

/** Both together, one step further; sums of `most` or more need not be told apart. */
function mergePaths(left: Paths, right: Paths, step: number, most: number): Paths {
  const merged: Paths = { sums: [], counts: [] };
  for (let i = 0, j = 0; i < left.sums.length || j < right.sums.length; ) {
    const fromLeft = j >= right.sums.length || (i < left.sums.length && left.sums[i]! <= right.sums[j]!);
    const sum = Math.min(most, (fromLeft ? left.sums[i]! : right.sums[j]!) + step);
    const paths = fromLeft ? left.counts[i++]! : right.counts[j++]!;
    const last = merged.sums.length - 1;
    if (merged.sums[last] === sum) merged.counts[last]! += paths;
    else {
      merged.sums.push(sum);
      merged.counts.push(paths);
    }
  }
  return merged;
}

function leastCommonMultiple(n: number, m: number): number {
  let [a, b] = [n, m];
  while (b > 0) [a, b] = [b, a % b];
  return (n / a) * m;
}

/**
 * T = n m / N times the mean of D^2 = (F - G)^2 over the rows of both sides, of the values present only. Where values
 * repeat, D^2 at a value is the mean of before and after it, so that T is 0 for equal shares and does not depend on the
 * direction of the axis. Without ties it is `scipy.stats.cramervonmises_2samp`'s.
 *
 * The effect is sqrt(3 x mean of D^2), from 0 to 1 (no overlap), whatever the sizes.
 */
export const cramerVonMises = orderTest({
  id: 'cramer_von_mises',
  label: 'Cramér-von Mises test',
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.1,
  symmetric: true,
  reference: 'Anderson (1962), Annals of Mathematical Statistics 33',
  answer({ n, m, gapSquares }) {
    const statistic = gapSquares * n * (m / (n + m));
    const pValue = cramerVonMisesPValue(statistic, n, m);
    return { statistic, pValue, effect: Math.min(1, Math.sqrt(3 * gapSquares)) };
  },
  /** Inside a bin D^2 lies between `least`^2 and `most`^2, at each of its rows. */
  bound(reference, current) {
    const { count: n } = reference;
    const { count: m } = current;
    let [over, under] = [0, 0];
    for (const { a, b, before, after, least, most, exact } of binGaps(reference, current)) {
      if (exact) continue;
      const own = (before ** 2 + after ** 2) / 2;
      over += (a + b) * (most ** 2 - own);
      under += (a + b) * (own - least ** 2);
    }
    return Math.max(over, under) * (n / (n + m)) * (m / (n + m));
  },
});
