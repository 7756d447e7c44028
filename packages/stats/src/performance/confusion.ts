import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, type MetricEstimate, noValue } from './performance-metric.ts';
import type { MulticlassSummary } from './performance-summary.ts';

/** Labelled rows. */
export function rowsOf({ matrix }: MulticlassSummary): number {
  return matrix.reduce((sum, row) => row.reduce((total, count) => total + count, sum), 0);
}

/** Rows predicted right. */
export function trace({ matrix }: MulticlassSummary): number {
  return matrix.reduce((sum, row, i) => sum + row[i]!, 0);
}

/** A metric of one class: hits / (labelled * class rows + predicted * rows predicted so), in the given proportions. */
export interface ClassRatio {
  labelled: number;
  predicted: number;
}

export const PRECISION: ClassRatio = { labelled: 0, predicted: 1 };
export const RECALL: ClassRatio = { labelled: 1, predicted: 0 };
export const F1: ClassRatio = { labelled: 0.5, predicted: 0.5 };

/** Which classes count, and how much: all that occur alike, those with labelled rows alike, or by labelled rows. */
export type Average = 'macro' | 'labelled' | 'weighted';

/**
 * The average of a ratio over classes; a ratio without denominator is 0, as scikit-learn's `zero_division=0`.
 *
 * Interval: delta method. The average M does not change when all counts are scaled alike, so the multinomial variance
 * reduces to the sum over cells of count * (dM / d count)^2.
 */
export function averageOverClasses(summary: MulticlassSummary, ratio: ClassRatio, average: Average): MetricEstimate {
  const { matrix } = summary;
  const n = rowsOf(summary);
  if (n === 0) return noValue('no_data');

  const classes = matrix.map((row, k) => {
    const labelled = row.reduce((sum, count) => sum + count, 0);
    const predicted = matrix.reduce((sum, other) => sum + other[k]!, 0);
    const denominator = ratio.labelled * labelled + ratio.predicted * predicted;
    return { labelled, predicted, denominator, value: denominator === 0 ? 0 : row[k]! / denominator };
  });
  const counts = (k: { labelled: number; predicted: number }) =>
    average === 'macro' ? k.labelled + k.predicted > 0 : k.labelled > 0;
  const used = classes.filter(counts).length;
  const weights = classes.map((k) => (average === 'weighted' ? k.labelled / n : counts(k) ? 1 / used : 0));
  const value = classes.reduce((sum, k, i) => sum + weights[i]! * k.value, 0);

  // d ratio_k / d count of a cell that adds `hit` to its numerator and `part` to its denominator.
  const slope = (k: number, hit: number, part: number) => {
    const { denominator, value } = classes[k]!;
    return denominator === 0 ? 0 : (weights[k]! * (hit - value * part)) / denominator;
  };
  let variance = 0;
  for (const [i, row] of matrix.entries()) {
    const weightSlope = average === 'weighted' ? (classes[i]!.value - value) / n : 0;
    for (const [j, count] of row.entries()) {
      const slopes =
        i === j
          ? slope(i, 1, ratio.labelled + ratio.predicted)
          : slope(i, 0, ratio.labelled) + slope(j, 0, ratio.predicted);
      variance += count * (slopes + weightSlope) ** 2;
    }
  }
  return estimate(value, n, normalInterval(value, Math.sqrt(variance), { minimum: 0, maximum: 1 }));
}
