import { mse } from './mse.ts';
import { type MetricEstimate, meanOf, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary, RegressionSums } from './performance-summary.ts';

/** Square root of the mean squared error, in the unit of the label. Its bounds are the roots of those of the MSE. */
export const rmse: PerformanceMetric<RegressionSummary> = {
  id: 'rmse',
  label: 'Root mean squared error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute: (summary) => rootOf(mse.compute(summary)),
};

const meanSquaredLogError = meanOf(
  (sums: RegressionSums) => [sums.logCount, sums.sumSquaredLogError, sums.sumSquaredLogErrorSquares],
  { minimum: 0 },
);

/**
 * Square root of the mean of (ln(1 + prediction) - ln(1 + label))^2, for quantities that grow by factors. No value
 * (`out_of_domain`) where a label or a prediction is -1 or less. Its bounds are the roots of those of the mean.
 */
export const rmsle: PerformanceMetric<RegressionSummary> = {
  id: 'rmsle',
  label: 'Root mean squared logarithmic error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute(summary) {
    // The weights of the counted rows may add up in another order than those of all.
    if (summary.logCount < summary.n * (1 - 1e-12)) return noValue('out_of_domain', Math.floor(summary.n));
    return rootOf(meanSquaredLogError(summary));
  },
};

function rootOf({ value, lower, upper, ...rest }: MetricEstimate): MetricEstimate {
  return { value: root(value), lower: root(lower), upper: root(upper), ...rest };
}

function root(value: number | null): number | null {
  return value === null ? null : Math.sqrt(value);
}
