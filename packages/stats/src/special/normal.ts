import { upperRegularizedGamma } from './regularized-gamma.ts';

/** P(Z > z) for a standard normal Z: Q(1/2, z^2 / 2) / 2 for z >= 0, by symmetry below. */
export function normalSurvival(z: number): number {
  const tail = upperRegularizedGamma(0.5, (z * z) / 2) / 2;
  return z >= 0 ? tail : 1 - tail;
}

/**
 * The z of a two-sided normal interval of the given confidence: P(|Z| <= z) = confidence. 0.95 gives 1.959964.
 * Newton's method from 0, which approaches from below because the upper tail is convex there.
 *
 * @throws RangeError when the confidence does not lie inside (0, 1).
 */
export function normalCritical(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`A confidence lies in (0, 1), got ${confidence}.`);
  const tail = (1 - confidence) / 2;
  let z = 0;
  for (let step = 1; step > 1e-12 * z; z += step) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    step = (normalSurvival(z) - tail) / density;
  }
  return z;
}
