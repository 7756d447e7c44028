import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary, RegressionSums } from './performance-summary.ts';

/**
 * Coefficient of determination: 1 - sum of squared errors / sum of squared deviations of the label from its mean.
 * 1 is perfect, 0 no better than the mean. No value for constant labels.
 *
 * Interval: delta method. With A the sum of e^2 and B that of d^2, d = label - mean, a row moves the value by
 * (A d^2 / B - e^2) / B; the variance is the sum of its squares.
 */
export const r2: PerformanceMetric<RegressionSummary> = ofLabels('r2', 'R squared', (sums) => ({
  error: sums.sumSquaredError,
  fourth: sums.sumFourthPowerError,
  together: sums.sumSquaredErrorTargetSquares,
}));

/**
 * 1 - variance of the error / variance of the label, as `sklearn.metrics.explained_variance_score`: R squared of a model
 * whose mean error is taken away. No value for constant labels. Interval as for R squared, the errors about their mean.
 */
export const explainedVariance: PerformanceMetric<RegressionSummary> = ofLabels(
  'explained_variance',
  'Explained variance',
  // The sums of (e - m)^2, of (e - m)^4 and of (e - m)^2 d^2, multiplied out.
  (sums, m) => ({
    error: sums.sumSquaredError - 2 * m * sums.sumError + m * m * sums.n,
    fourth:
      sums.sumFourthPowerError -
      4 * m * sums.sumCubedError +
      6 * m ** 2 * sums.sumSquaredError -
      4 * m ** 3 * sums.sumError +
      m ** 4 * sums.n,
    together: sums.sumSquaredErrorTargetSquares - 2 * m * sums.sumErrorTargetSquares + m * m * sums.targetSumSquares,
  }),
);

type Moments = Record<'error' | 'fourth' | 'together', number>;

/** `moments`: of the error and of error and label, given the mean error. */
function ofLabels(
  id: string,
  label: string,
  moments: (sums: RegressionSums, meanError: number) => Moments,
): PerformanceMetric<RegressionSummary> {
  return {
    id,
    label,
    tasks: ['regression'],
    better: 'higher',
    minimumSample: 30,
    compute(summary) {
      const { n, sumError, targetSumSquares: b, squared = summary } = summary;
      if (n === 0) return noValue('no_data');
      const effective = (n * n) / squared.n;
      if (b <= 0) return noValue('constant_target', Math.floor(effective));
      const a = Math.max(0, moments(summary, sumError / n).error);
      const { fourth, together } = moments(squared, sumError / n);
      const ratio = a / b;
      const spread = fourth - 2 * ratio * together + ratio * ratio * squared.targetSumFourthPowers;
      // What is left of a constant is rounding, not variance.
      const variance = spread <= 1e-12 * fourth ? 0 : spread / (b * b);
      return estimate(1 - ratio, effective, normalInterval(1 - ratio, Math.sqrt(variance), { maximum: 1 }));
    },
  };
}
