import { upperRegularizedGamma } from './regularized-gamma.ts';

/** P(X > x) for a chi-squared X with the given degrees of freedom (1 or more): Q(df / 2, x / 2). */
export function chiSquaredSurvival(x: number, degreesOfFreedom: number): number {
  return upperRegularizedGamma(degreesOfFreedom / 2, x / 2);
}
