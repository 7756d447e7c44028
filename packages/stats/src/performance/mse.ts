import { meanOf, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary } from './performance-summary.ts';

/** Mean of (prediction - label)^2, in the squared unit of the label. Normal interval of a mean. */
export const mse: PerformanceMetric<RegressionSummary> = {
  id: 'mse',
  label: 'Mean squared error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute: meanOf(({ n, sumSquaredError, sumFourthPowerError }) => [n, sumSquaredError, sumFourthPowerError], {
    minimum: 0,
  }),
};
