import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, type MetricEstimate, noValue } from './performance-metric.ts';
import type { BinarySummary, MulticlassSummary, MulticlassSums } from './performance-summary.ts';

/** Labelled rows. */
export function rowsOf({ matrix }: Pick<MulticlassSums, 'matrix'>): number {
  return matrix.reduce((sum, row) => row.reduce((total, count) => total + count, sum), 0);
}

/** Rows predicted right. */
export function trace({ matrix }: Pick<MulticlassSums, 'matrix'>): number {
  return matrix.reduce((sum, row, i) => sum + row[i]!, 0);
}

/** A confusion matrix with its marginal sums, and its counts under squared weights (without weights, the same). */
export interface Confusion {
  matrix: ReadonlyArray<readonly number[]>;
  squares: ReadonlyArray<readonly number[]>;
  n: number;
  trace: number;
  labelled: number[];
  predicted: number[];
  /** Rows of equal weight that would say as much: n^2 / squared n. */
  effective: number;
}

/** The confusion matrix of a summary; of a binary one, negatives come first. */
export function confusionOf(summary: BinarySummary | MulticlassSummary): Confusion {
  const cells = ({ tn, fp, fn, tp }: Pick<BinarySummary, 'tn' | 'fp' | 'fn' | 'tp'>) => [
    [tn, fp],
    [fn, tp],
  ];
  const matrix = summary.task === 'binary' ? cells(summary) : summary.matrix;
  const squares =
    summary.task === 'binary' ? cells(summary.squared ?? summary) : (summary.squared?.matrix ?? summary.matrix);
  const n = rowsOf({ matrix });
  return {
    matrix,
    squares,
    n,
    trace: trace({ matrix }),
    labelled: matrix.map((row) => row.reduce((sum, count) => sum + count, 0)),
    predicted: matrix.map((_, k) => matrix.reduce((sum, row) => sum + row[k]!, 0)),
    effective: summary.squared ? n ** 2 / rowsOf({ matrix: squares }) : n,
  };
}

/**
 * Variance of a metric of the confusion matrix by the delta method. The metric must not change when all counts are
 * scaled alike; then the multinomial variance is the sum over cells of count * (d metric / d count)^2. `slope` is that
 * derivative, for rows of class i predicted as j.
 */
export function deltaVariance({ squares }: Confusion, slope: (i: number, j: number) => number): number {
  let variance = 0;
  for (const [i, row] of squares.entries()) {
    for (const [j, count] of row.entries()) variance += count === 0 ? 0 : count * slope(i, j) ** 2;
  }
  return variance;
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
 * Interval: delta method.
 */
export function averageOverClasses(summary: MulticlassSummary, ratio: ClassRatio, average: Average): MetricEstimate {
  const confusion = confusionOf(summary);
  const { matrix, n, effective } = confusion;
  if (n === 0) return noValue('no_data');

  const classes = matrix.map((row, k) => {
    const [labelled, predicted] = [confusion.labelled[k]!, confusion.predicted[k]!];
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
  const variance = deltaVariance(confusion, (i, j) => {
    const slopes =
      i === j
        ? slope(i, 1, ratio.labelled + ratio.predicted)
        : slope(i, 0, ratio.labelled) + slope(j, 0, ratio.predicted);
    return slopes + (average === 'weighted' ? (classes[i]!.value - value) / n : 0);
  });
  return estimate(value, effective, normalInterval(value, Math.sqrt(variance), { minimum: 0, maximum: 1 }));
}
