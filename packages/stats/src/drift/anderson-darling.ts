import { andersonDarlingSurvival } from '../special/anderson-darling-survival.ts';
import { binGaps } from './bin-gaps.ts';
import { orderTest } from './order-test.ts';
import { gapVariance } from './row-statistics.ts';

/** Standard deviation of the limit of the statistic: sqrt(2 sum 1 / (j (j + 1))^2). */
const LIMIT_DEVIATION = Math.sqrt((2 * Math.PI ** 2) / 3 - 6);

/**
 * Standard deviation of A^2 of two samples of n and m rows without ties.
 *
 * Source: Scholz and Stephens (1987), JASA 82, eq. 4.
 */
export function andersonDarlingDeviation(n: number, m: number): number {
  const N = n + m;
  const H = 1 / n + 1 / m;
  const h = harmonic(N - 1);
  // Sum over i < j < N of 1 / ((N - i) j), in closed form.
  const g = harmonicSquares(N) - (2 * harmonic(N) - 1 / N) / N;
  const a = 4 * g - 6 + (10 - 6 * g) * H;
  const b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * H - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * H + 4 * h;
  const d = (2 * h + 6) * 4 - 8 * h;
  return Math.sqrt((a * N ** 3 + b * N ** 2 + c * N + d) / ((N - 1) * (N - 2) * (N - 3)));
}

/** Terms that are added up before the series for the rest takes over. */
const ADDED = 20;

/** 1 + 1/2 + ... + 1/k. */
function harmonic(k: number): number {
  if (k > ADDED)
    return Math.log(k) + 0.5772156649015329 + 1 / (2 * k) - 1 / (12 * k ** 2) + 1 / (120 * k ** 4) - 1 / (252 * k ** 6);
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += 1 / i;
  return sum;
}

/** 1 + 1/4 + ... + 1/k^2. */
function harmonicSquares(k: number): number {
  if (k > ADDED)
    return Math.PI ** 2 / 6 - 1 / k + 1 / (2 * k ** 2) - 1 / (6 * k ** 3) + 1 / (30 * k ** 5) - 1 / (42 * k ** 7);
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += 1 / i ** 2;
  return sum;
}

/**
 * P(A^2 >= a) for samples of n and m rows: the standardized statistic (a - 1) / deviation, referred to the limiting
 * distribution. Not interpolated in a table and not capped, unlike `scipy.stats.anderson_ksamp`, whose p never leaves
 * 0.001 to 0.25.
 */
export function andersonDarlingPValue(a: number, n: number, m: number): number {
  if (n + m < 4) return 1;
  return andersonDarlingSurvival(1 + ((a - 1) / andersonDarlingDeviation(n, m)) * LIMIT_DEVIATION);
}

/**
 * A^2 = n m (N - 1) / N times the sum of t d^2 / (B (N - B) - N t / 4) over distinct values: squared gaps, weighing more
 * in the tails, where they are rarer; of the values present only. The midrank form of Scholz and Stephens for two
 * samples, not yet standardized: `scipy.stats.anderson_ksamp([x, y], variant='midrank')` reports (A^2 - 1) / deviation.
 *
 * The effect is sqrt(A^2 / its value for samples of these sizes without overlap), from 0 to 1.
 */
export const andersonDarling = orderTest({
  id: 'anderson_darling',
  label: 'Anderson-Darling test',
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.1,
  symmetric: true,
  reference: 'Scholz and Stephens (1987), JASA 82',
  answer({ n, m, weightedGapSquares }) {
    const scale = n * m * ((n + m - 1) / (n + m));
    const statistic = weightedGapSquares * scale;
    const effect = Math.min(1, Math.sqrt(statistic / ((n * m) / (n + m)) / widestGap(n / (n + m))));
    return { statistic, pValue: andersonDarlingPValue(statistic, n, m), effect };
  },
  /**
   * Inside a bin each row's d^2 lies between `least`^2 and `most`^2, and B (N - B) - N t / 4 between its least and its
   * largest value over the groups that fit into the bin: concave in B and t, so least at a corner.
   */
  bound(reference, current) {
    const { count: n } = reference;
    const { count: m } = current;
    const N = n + m;
    let [over, under] = [0, 0];
    for (const { a, b, below, before, after, least, most, exact } of binGaps(reference, current)) {
      if (exact) continue;
      const t = a + b;
      const own = divided(t * ((before + after) / 2) ** 2, gapVariance(below + t / 2, t, N));
      const corners = [1, t].flatMap((k) => [below + k / 2, below + t - k / 2].map((B) => gapVariance(B, k, N)));
      const middle = Math.min(Math.max(N / 2, below + 0.5), below + t - 0.5);
      over += (t * most ** 2) / Math.min(...corners) - own;
      under += own - divided(t * least ** 2, gapVariance(middle, 1, N));
    }
    const bound = Math.max(over, under) * n * m * ((N - 1) / N);
    return Number.isFinite(bound) ? bound : null;
  },
});

const divided = (x: number, room: number) => (room > 0 ? x / room : 0);

/** Integral of D^2 / (H (1 - H)) dH for samples without overlap, the reference being this share of all rows. */
function widestGap(share: number): number {
  const part = (x: number) => (-x - Math.log1p(-x)) / (x * x);
  return part(share) + part(1 - share);
}
