import { meanOf, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary } from './performance-summary.ts';

/** Mean of |prediction - label|, in the unit of the label. Normal interval of a mean. */
export const mae: PerformanceMetric<RegressionSummary> = {
  id: 'mae',
  label: 'Mean absolute error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute: meanOf(({ n, sumAbsError, sumSquaredError }) => [n, sumAbsError, sumSquaredError], { minimum: 0 }),
};
