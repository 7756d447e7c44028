import { meanOf, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary } from './performance-summary.ts';

/**
 * Mean of prediction - label, in the unit of the label: above 0 the model predicts too much.
 * Normal interval of a mean.
 */
export const bias: PerformanceMetric<RegressionSummary> = {
  id: 'bias',
  label: 'Mean error',
  tasks: ['regression'],
  better: 'zero',
  minimumSample: 30,
  compute: meanOf(({ n, sumError, sumSquaredError }) => [n, sumError, sumSquaredError], {}),
};
