import { benjaminiHochberg } from '../multiple-testing.ts';
import { normalSurvival } from '../special/normal.ts';
import type { VectorSummary } from './vector-summary.ts';

export interface VectorComparison {
  /** Euclidean distance of the mean vectors, in the unit of the vectors. */
  euclidean: number | null;
  /** 1 - cosine of the angle between the mean vectors, 0 to 2; null where one of them is 0. */
  cosine: number | null;
  /** Share of the components whose mean has moved. */
  componentShare: number | null;
  /** Mean norm of a vector on either side. */
  meanNorm: { reference: number | null; current: number | null };
  /** Smallest p-value of the components, corrected over all of them. */
  pValue: number | null;
  threshold: number;
  drifted: boolean | null;
  reason?: 'empty_reference' | 'empty_current' | 'insufficient' | 'overflow';
}

const LEAST_ROWS = 30;
/** A component has moved when its mean did by so many deviations of the reference, and significantly. */
const LEAST_SHIFT = 0.1;

/**
 * Compares two columns of vectors by their summaries. A component has moved where a z test of its means (unequal variances)
 * gives p < 0.05 after Benjamini-Hochberg over the components, and the shift is at least 0.1 deviations of the reference.
 * Drift: a component has moved, and the cosine distance of the means or the share of moved components reaches `threshold`.
 * Means only: a change of form at equal means is for `maximumMeanDiscrepancy` and the domain classifier.
 *
 * @param threshold default 0.2, as Evidently's for distance and for share of components.
 * @throws RangeError for vectors of different dimensions.
 */
export function compareVectors(reference: VectorSummary, current: VectorSummary, threshold = 0.2): VectorComparison {
  if (reference.dimension !== current.dimension) {
    throw new RangeError(`Vectors of ${reference.dimension} and of ${current.dimension} components can't be compared.`);
  }
  const meanNorm = { reference: perRow(reference.normSum, reference), current: perRow(current.normSum, current) };
  const nothing = { euclidean: null, cosine: null, componentShare: null, meanNorm, pValue: null, threshold };
  if (reference.count === 0) return { ...nothing, drifted: null, reason: 'empty_reference' };
  if (current.count === 0) return { ...nothing, drifted: null, reason: 'empty_current' };
  const [a, b] = [reference, current].map(({ sums, count }) => sums.map((sum) => sum / count)) as [number[], number[]];
  const euclidean = Math.hypot(...a.map((mean, i) => b[i]! - mean));
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  const product = a.reduce((sum, mean, i) => sum + (mean / (lengthA || 1)) * (b[i]! / (lengthB || 1)), 0);
  const cosine = lengthA > 0 && lengthB > 0 ? Math.max(0, Math.min(2, 1 - product)) : null;
  if (![euclidean, product, ...Object.values(meanNorm)].every((value) => Number.isFinite(value))) {
    return { ...nothing, meanNorm: { reference: null, current: null }, drifted: null, reason: 'overflow' };
  }
  const distances = { ...nothing, euclidean, cosine };
  if (Math.min(reference.count, current.count) < LEAST_ROWS) {
    return { ...distances, drifted: null, reason: 'insufficient' };
  }
  const shifts = a.map((mean, i) => {
    const [before, now] = [varianceOf(reference, i), varianceOf(current, i)];
    const error = Math.sqrt(before / reference.count + now / current.count);
    const shift = Math.abs(b[i]! - mean);
    // A component that never varied has moved by any shift.
    const pValue = error > 0 ? 2 * normalSurvival(shift / error) : shift > 0 ? 0 : 1;
    return { pValue, effect: before > 0 ? shift / Math.sqrt(before) : shift > 0 ? Infinity : 0 };
  });
  const adjusted = benjaminiHochberg(shifts.map(({ pValue }) => pValue));
  const moved = shifts.filter(({ effect }, i) => effect >= LEAST_SHIFT && adjusted[i]! < 0.05).length;
  const componentShare = moved / reference.dimension;
  const large = (cosine ?? 0) >= threshold || componentShare >= threshold;
  const pValue = adjusted.reduce<number>((least, p) => Math.min(least, p ?? 1), 1);
  return { ...distances, componentShare, pValue, drifted: large && pValue < 0.05 };
}

const perRow = (sum: number, { count }: VectorSummary): number | null => (count > 0 ? sum / count : null);

/** Sample variance of a component. */
function varianceOf({ sums, sumSquares, count }: VectorSummary, i: number): number {
  const variance = (sumSquares[i]! - sums[i]! ** 2 / count) / (count - 1);
  // What is left of a constant is rounding, not variance.
  return variance <= (1e-12 * sumSquares[i]!) / count ? 0 : variance;
}
