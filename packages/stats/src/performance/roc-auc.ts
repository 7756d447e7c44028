import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, type MetricEstimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { AucSummary, BinarySquares, BinarySummary } from './performance-summary.ts';

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half.
 * Interval: AUC +- z sqrt(S10 / positives + S01 / negatives), the sample variances of DeLong's structural components.
 * Of weighted rows, the variances of the weighted means of the components.
 *
 * Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44.
 */
export const rocAuc: PerformanceMetric<BinarySummary> = {
  id: 'roc_auc',
  label: 'ROC AUC',
  tasks: ['binary'],
  better: 'higher',
  minimumSample: 100,
  needs: 'score',
  compute({ n, scored, auc, squared }) {
    if (n === 0) return noValue('no_data');
    if (!auc || scored === 0) return noValue('not_counted', Math.floor(n));
    return estimateAuc(auc, squared ? (n * n) / squared.n : n, squared?.auc ?? null);
  },
};

/** The area of one summary, with DeLong's interval. `n`: rows that it rests on. */
export function estimateAuc(auc: AucSummary, n: number, squared: BinarySquares['auc'] = null): MetricEstimate {
  const { positives, negatives, concordant, posVarSum, negVarSum } = auc;
  if (positives === 0 || negatives === 0) return noValue('one_class', Math.floor(n));
  const value = concordant / (positives * negatives);
  const variance = squared
    ? varianceOfWeightedMean(positives, value, [squared.positives, squared.posSum, squared.posVarSum]) +
      varianceOfWeightedMean(negatives, value, [squared.negatives, squared.negSum, squared.negVarSum])
    : varianceOfMean(positives, value, posVarSum) + varianceOfMean(negatives, value, negVarSum);
  return estimate(value, n, normalInterval(value, Math.sqrt(variance), { minimum: 0, maximum: 1 }));
}

function varianceOfMean(n: number, mean: number, sumSquares: number): number {
  return n < 2 ? 0 : Math.max(0, sumSquares - n * mean * mean) / (n * (n - 1));
}

function varianceOfWeightedMean(n: number, mean: number, [m, sum, sumSquares]: [number, number, number]): number {
  const effective = (n * n) / m;
  const spread = Math.max(0, sumSquares - 2 * mean * sum + mean * mean * m);
  return effective <= 1 ? 0 : (spread / (n * n)) * (effective / (effective - 1));
}
