import { type PerformanceMetric, type Share, shareOf } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

// Shares of wrong and of right rows by what they are or by what was said. No value where the denominator has no row.
// Wilson intervals.

/** Share of negative rows that were predicted positive: 1 - specificity. */
export const falsePositiveRate = metric('false_positive_rate', 'False positive rate', 'lower', ({ fp, tn }) => [
  fp,
  fp + tn,
]);

/** Share of positive rows that were predicted negative: 1 - recall. */
export const falseNegativeRate = metric('false_negative_rate', 'False negative rate', 'lower', ({ fn, tp }) => [
  fn,
  fn + tp,
]);

/** Share of rows predicted positive that are negative: 1 - precision. */
export const falseDiscoveryRate = metric('false_discovery_rate', 'False discovery rate', 'lower', ({ fp, tp }) => [
  fp,
  fp + tp,
]);

/** Share of rows predicted negative that are positive. */
export const falseOmissionRate = metric('false_omission_rate', 'False omission rate', 'lower', ({ fn, tn }) => [
  fn,
  fn + tn,
]);

/** Share of rows predicted negative that are negative. */
export const negativePredictiveValue = metric(
  'negative_predictive_value',
  'Negative predictive value',
  'higher',
  ({ fn, tn }) => [tn, fn + tn],
);

function metric(
  id: string,
  label: string,
  better: 'higher' | 'lower',
  of: (sums: BinarySums) => Share,
): PerformanceMetric<BinarySummary> {
  return { id, label, tasks: ['binary'], better, minimumSample: 30, compute: shareOf(of) };
}
