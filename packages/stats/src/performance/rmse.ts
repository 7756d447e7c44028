import { mse } from './mse.ts';
import type { PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary } from './performance-summary.ts';

/** Square root of the mean squared error, in the unit of the label. Its bounds are the roots of those of the MSE. */
export const rmse: PerformanceMetric<RegressionSummary> = {
  id: 'rmse',
  label: 'Root mean squared error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute(summary) {
    const { value, lower, upper, ...rest } = mse.compute(summary);
    return { value: root(value), lower: root(lower), upper: root(upper), ...rest };
  },
};

function root(value: number | null): number | null {
  return value === null ? null : Math.sqrt(value);
}
