import { standardErrorOfMean } from '../intervals/normal-interval.ts';
import { studentSurvival } from '../special/student-t.ts';

/** Two one-sided tests of a mean difference. `null` where there is no variance to test with. */
export interface TostResult {
  /** Of the hypothesis that the mean is at most `low`, and of that it is at least `high`. */
  pLow: number | null;
  pHigh: number | null;
  /** The larger of both: below the level, the mean lies between the margins. */
  pValue: number | null;
  difference: number | null;
  degreesOfFreedom: number;
  n: number;
}

/**
 * Equivalence of two models by the differences of their rows: two one-sided t tests, as `ttost_paired` of statsmodels.
 *
 * Source: Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15.
 * @throws RangeError unless low < high.
 */
export function tostPaired(differences: Float64Array, low: number, high: number): TostResult {
  if (!(low < high)) throw new RangeError(`The margins of an equivalence are ordered, got ${low} and ${high}.`);
  const n = differences.length;
  const difference = n === 0 ? null : differences.reduce((sum, value) => sum + value, 0) / n;
  const squares = differences.reduce((sum, value) => sum + (value - (difference ?? 0)) ** 2, 0);
  const error = standardErrorOfMean(n, 0, squares);
  const base = { difference, degreesOfFreedom: Math.max(0, n - 1), n };
  // What is left of a constant is rounding, not variance.
  if (difference === null || !(error > 1e-13 * Math.abs(difference)))
    return { ...base, pLow: null, pHigh: null, pValue: null };
  const pLow = studentSurvival((difference - low) / error, n - 1);
  const pHigh = studentSurvival((high - difference) / error, n - 1);
  return { ...base, pLow, pHigh, pValue: Math.max(pLow, pHigh) };
}
