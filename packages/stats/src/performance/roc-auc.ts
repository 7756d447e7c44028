import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half.
 * Interval: AUC +- z sqrt(S10 / positives + S01 / negatives), the sample variances of DeLong's structural components.
 *
 * Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44.
 */
export const rocAuc: PerformanceMetric<BinarySummary> = {
  id: 'roc_auc',
  label: 'ROC AUC',
  tasks: ['binary'],
  better: 'higher',
  minimumSample: 100,
  compute({ n, auc }) {
    if (n === 0) return noValue('no_data');
    if (!auc) return noValue('not_counted', n);
    const { positives, negatives, concordant, posVarSum, negVarSum } = auc;
    if (positives === 0 || negatives === 0) return noValue('one_class', n);
    const value = concordant / (positives * negatives);
    const variance = varianceOfMean(positives, value, posVarSum) + varianceOfMean(negatives, value, negVarSum);
    return estimate(value, n, normalInterval(value, Math.sqrt(variance), { minimum: 0, maximum: 1 }));
  },
};

function varianceOfMean(n: number, mean: number, sumSquares: number): number {
  return n < 2 ? 0 : Math.max(0, sumSquares - n * mean * mean) / (n * (n - 1));
}
