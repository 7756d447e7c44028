import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary } from './performance-summary.ts';

/**
 * Coefficient of determination: 1 - sum of squared errors / sum of squared deviations of the label from its mean.
 * 1 is perfect, 0 no better than the mean. No value for constant labels. No interval: it would need fourth moments
 * of label and error together.
 */
export const r2: PerformanceMetric<RegressionSummary> = {
  id: 'r2',
  label: 'R squared',
  tasks: ['regression'],
  better: 'higher',
  minimumSample: 30,
  compute({ n, sumSquaredError, targetSumSquares }) {
    if (n === 0) return noValue('no_data');
    if (targetSumSquares <= 0) return noValue('constant_target', n);
    const result = estimate(1 - sumSquaredError / targetSumSquares, n, null);
    return result.value === null ? result : { ...result, reason: 'no_interval' };
  },
};
