import type { Interval } from '../intervals/interval.ts';
import { normalCritical, normalSurvival } from '../special/normal.ts';

/**
 * Bias-corrected and accelerated bootstrap interval from the ascending values of the draws, the value of the sample and
 * those of a jackknife, whose skewness gives the acceleration. `null` where it is not defined: all draws lie on one side
 * of the value of the sample, or the jackknife does not vary.
 *
 * Source: Efron (1987), Journal of the American Statistical Association 82.
 */
export function bcaInterval(
  draws: Float64Array,
  observed: number,
  jackknife: readonly number[],
  confidence: number,
): Interval | null {
  const below = draws.reduce((sum, value) => sum + (value < observed ? 1 : value === observed ? 0.5 : 0), 0);
  if (below === 0 || below === draws.length) return null;
  const bias = normalQuantile(below / draws.length);
  const middle = jackknife.reduce((sum, value) => sum + value, 0) / jackknife.length;
  let [squares, cubes] = [0, 0];
  for (const value of jackknife) {
    squares += (middle - value) ** 2;
    cubes += (middle - value) ** 3;
  }
  if (!(squares > 0)) return null;
  const acceleration = cubes / (6 * squares ** 1.5);
  const at = (z: number) => {
    const shifted = bias + z;
    return 1 - normalSurvival(bias + shifted / (1 - acceleration * shifted));
  };
  const z = normalCritical(confidence);
  return { lower: sortedQuantile(draws, at(-z)), upper: sortedQuantile(draws, at(z)) };
}

/** Linear between the two nearest of the ascending values, as `numpy.quantile`. */
export function sortedQuantile(values: Float64Array, q: number): number {
  const at = q * (values.length - 1);
  const low = values[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (values[Math.ceil(at)]! - low);
}

/** The z below which a standard normal lies with probability p. */
function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  return p > 0.5 ? normalCritical(2 * p - 1) : -normalCritical(1 - 2 * p);
}
