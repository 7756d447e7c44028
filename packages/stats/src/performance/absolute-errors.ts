import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary } from './performance-summary.ts';

/**
 * Median of |prediction - label|, in the unit of the label: half of the rows are nearer. A few wild rows do not move
 * it. Interval: the order statistics between which the median lies with 95%, whatever the distribution.
 */
export const medianAbsoluteError: PerformanceMetric<RegressionSummary> = {
  id: 'median_absolute_error',
  label: 'Median absolute error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute({ n, medianAbsError, squared }) {
    if (n === 0) return noValue('no_data');
    const rows = squared ? (n * n) / squared.n : n;
    if (!medianAbsError) return noValue('not_counted', Math.floor(rows));
    const { value, lower, upper } = medianAbsError;
    return estimate(value, rows, lower < upper ? { lower, upper } : null);
  },
};

/**
 * Largest |prediction - label|, in the unit of the label. No interval: rows that were seen say nothing of how far the
 * largest error of rows not seen lies above.
 */
export const maxError: PerformanceMetric<RegressionSummary> = {
  id: 'max_error',
  label: 'Largest absolute error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute({ n, maxAbsError, squared }) {
    if (n === 0) return noValue('no_data');
    const found = estimate(maxAbsError, squared ? (n * n) / squared.n : n, null);
    return found.value === null ? found : { ...found, reason: 'no_interval' };
  },
};
