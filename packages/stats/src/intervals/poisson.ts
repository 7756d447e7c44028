import { upperRegularizedGamma } from '../special/regularized-gamma.ts';
import type { Interval } from './interval.ts';

/**
 * Exact (Garwood's) interval of the mean of a Poisson count: the means under which a count this large, or this small, is no less
 * likely than (1 - confidence) / 2. Divide by the exposure for a rate. P(X <= k) at mean m is Q(k + 1, m).
 *
 * Source: Garwood (1936), Biometrika 28.
 */
export function poissonInterval(count: number, confidence = 0.95): Interval {
  const tail = (1 - confidence) / 2;
  return {
    lower: count === 0 ? 0 : meanWhere((mean) => upperRegularizedGamma(count, mean) > 1 - tail, count),
    upper: meanWhere((mean) => upperRegularizedGamma(count + 1, mean) > tail, count),
  };
}

/** The mean up to which `holds` is true, which it is at 0 and no more far to the right. */
function meanWhere(holds: (mean: number) => boolean, count: number): number {
  let low = 0;
  let high = count + 10 * Math.sqrt(count + 1) + 10;
  while (holds(high)) high *= 2;
  for (let i = 0; i < 80 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
