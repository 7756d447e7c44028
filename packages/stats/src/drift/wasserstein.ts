import type { NumericSummary } from '../summary/column-summary.ts';
import { assertSameBins } from '../summary/merge-summaries.ts';
import { standardDeviation } from '../summary/standard-deviation.ts';
import { kindMismatch } from './cells.ts';
import { type DriftResult, type DriftTest, emptySide, noAnswer } from './drift-test.ts';
import { ksStatistic } from './kolmogorov-smirnov.ts';
import { ksPValue } from './ks-p-value.ts';

/**
 * Wasserstein-1 (earth mover's) distance in the column's unit: the integral of |F - G|, with the rows of each bin
 * placed at their own mean. `null` for a side without values, and where it overflows.
 *
 * Off from the distance of the rows by at most the mean distance of rows to the mean of their bin, both sides added,
 * so by less than the widths of the occupied bins weighted by their shares. Exact where each value has its own bin.
 *
 * Source: Vallender (1974), Theory of Probability and its Applications 18.
 * @throws Error when the edges differ.
 */
export function wassersteinDistance(reference: NumericSummary, current: NumericSummary): number | null {
  assertSameBins(reference, current);
  if (reference.count === 0 || current.count === 0) return null;
  const steps = [...stepsOf(reference, 1), ...stepsOf(current, -1)].sort((a, b) => a.at - b.at);
  let distance = 0;
  let difference = 0;
  for (const [i, { at, share }] of steps.entries()) {
    difference += share;
    distance += Math.abs(difference) * ((steps[i + 1]?.at ?? at) - at);
  }
  return Number.isFinite(distance) ? distance : null;
}

function stepsOf({ bins, sums, count }: NumericSummary, sign: 1 | -1) {
  return bins.flatMap((inBin, i) => (inBin === 0 ? [] : [{ at: sums[i]! / inBin, share: (sign * inBin) / count }]));
}

/** The numbers of `wassersteinExact`: W1 and KS D over the rows, the sample sizes, the reference's deviation. */
export interface WassersteinOfRows {
  w1: number | null;
  d: number;
  n: number;
  m: number;
  /** Population standard deviation; 0 for a constant, whatever rounding left of it. */
  standardDeviation: number | null;
}

/**
 * The answer from numbers that were computed over the rows. The statistic is W1 divided by the reference's standard
 * deviation; a constant reference has no scale for a W1 above 0. `null` for W1 or the deviation: it overflowed.
 */
export function wassersteinExact({ w1, d, n, m, standardDeviation }: WassersteinOfRows): DriftResult {
  const empty = emptySide(n, m);
  if (empty) return empty;
  const pValue = ksPValue(d, n, m);
  if (w1 === null || standardDeviation === null) return { ...noAnswer('overflow'), pValue };
  const statistic = w1 === 0 ? 0 : w1 / standardDeviation;
  if (!Number.isFinite(statistic)) return { ...noAnswer('constant_reference'), pValue };
  return { statistic, pValue, effect: statistic };
}

/** Looks at the values present only. Its p-value is that of the Kolmogorov-Smirnov test over the same bins. */
export const wasserstein: DriftTest = {
  id: 'wasserstein',
  label: 'Wasserstein distance in reference deviations',
  kinds: ['numeric'],
  decidesBy: 'distance',
  defaultThreshold: 0.1,
  significance: 'ks',
  minimumSample: 30,
  symmetric: false,
  reference: 'Vallender (1974), Theory of Probability and its Applications 18',
  compute(reference, current) {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') throw kindMismatch(reference, current);
    return wassersteinExact({
      w1: wassersteinDistance(reference, current),
      d: ksStatistic(reference, current) ?? 0,
      n: reference.count,
      m: current.count,
      standardDeviation: standardDeviation(reference),
    });
  },
};
