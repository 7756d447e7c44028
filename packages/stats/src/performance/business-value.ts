import { estimateMean, type Mean, type MetricEstimate } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

/** What one row is worth in each cell of the confusion matrix, in any unit; a cost is negative. */
export interface CellValues {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

/** The four counts of a binary confusion matrix. */
export type CellCounts = Pick<BinarySums, 'tp' | 'fp' | 'tn' | 'fn'>;

/**
 * Mean value of a prediction, given what each cell of the confusion matrix is worth. Normal interval of a mean; no
 * bounds (`no_variance`) where all rows are worth the same.
 */
export function businessValue(summary: CellCounts & { squared?: CellCounts }, values: CellValues): MetricEstimate {
  const of = ({ tp, fp, tn, fn }: CellCounts): Mean => [
    tp + fp + tn + fn,
    tp * values.tp + fp * values.fp + tn * values.tn + fn * values.fn,
    tp * values.tp ** 2 + fp * values.fp ** 2 + tn * values.tn ** 2 + fn * values.fn ** 2,
  ];
  return estimateMean(of(summary), {}, summary.squared && of(summary.squared));
}

/** The value of all rows together: the mean value times the rows (their weights, where they have any). */
export function totalBusinessValue(summary: BinarySummary, values: CellValues): MetricEstimate {
  const mean = businessValue(summary, values);
  const times = (value: number | null) => (value === null ? null : value * summary.n);
  return { ...mean, value: times(mean.value), lower: times(mean.lower), upper: times(mean.upper) };
}
