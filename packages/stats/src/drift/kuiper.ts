import { binGaps } from './bin-gaps.ts';
import { orderTest } from './order-test.ts';

/**
 * P(V >= v) of the two-sample Kuiper test: 2 sum (4 j^2 x^2 - 1) exp(-2 j^2 x^2), x = (r + 0.155 + 0.24 / r) v,
 * r = sqrt(n m / (n + m)). An approximation, within 0.01 from 30 rows a side on; 1 for x < 0.4, where the sum is 1 to
 * seven digits.
 *
 * Source: Stephens (1965), Biometrika 52; Press et al., Numerical Recipes, 3rd ed., section 14.3.4.
 */
export function kuiperPValue(v: number, n: number, m: number): number {
  const root = Math.sqrt((n * m) / (n + m));
  const x = (root + 0.155 + 0.24 / root) * v;
  if (x < 0.4) return 1;
  let sum = 0;
  for (let j = 1; j <= 20; j++) {
    const square = j * j * x * x;
    sum += (4 * square - 1) * Math.exp(-2 * square);
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/**
 * V = max(F - G) + max(G - F), of the values present only: as sensitive at the ends as in the middle, and to a change of
 * spread. From 0 to 1; between D of Kolmogorov-Smirnov and twice D. The effect is V.
 *
 * From summaries never above the V of the rows, and below by at most `errorBound`: both maxima as for `ks`.
 */
export const kuiper = orderTest({
  id: 'kuiper',
  label: 'Kuiper test',
  decidesBy: 'p_value',
  defaultThreshold: 0.05,
  minimumEffect: 0.1,
  symmetric: true,
  reference: 'Kuiper (1960), Indagationes Mathematicae 22; Stephens (1965), Biometrika 52',
  answer({ n, m, up, down }) {
    const v = Math.min(1, up + down);
    return { statistic: v, pValue: kuiperPValue(v, n, m), effect: v };
  },
  bound(reference, current) {
    let [up, down, ownUp, ownDown] = [0, 0, 0, 0];
    for (const { high, low, after } of binGaps(reference, current)) {
      up = Math.max(up, high);
      down = Math.max(down, -low);
      ownUp = Math.max(ownUp, after);
      ownDown = Math.max(ownDown, -after);
    }
    return up + down - ownUp - ownDown;
  },
});
