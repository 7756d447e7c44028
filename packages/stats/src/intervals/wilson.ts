import { normalCritical } from '../special/normal.ts';
import type { Interval } from './interval.ts';

/**
 * Wilson score interval of a share: `successes` of `n` independent rows. `null` for no rows.
 * Stays inside [0, 1] and keeps its coverage for small n and for shares near 0 and 1.
 *
 * (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)
 *
 * Source: Wilson (1927), Journal of the American Statistical Association 22.
 */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): Interval | null {
  if (n === 0) return null;
  const z2 = normalCritical(confidence) ** 2;
  const share = successes / n;
  const middle = share + z2 / (2 * n);
  const margin = Math.sqrt(z2 * ((share * (1 - share)) / n + z2 / (4 * n * n)));
  const scale = 1 + z2 / n;
  return {
    lower: successes === 0 ? 0 : Math.max(0, (middle - margin) / scale),
    upper: successes === n ? 1 : Math.min(1, (middle + margin) / scale),
  };
}
