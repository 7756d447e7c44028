import { meanOf, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary } from './performance-summary.ts';

/**
 * Mean of |prediction - label| / |label| as a fraction (0.1 is 10%), over the rows whose label is not 0.
 * scikit-learn divides rows with label 0 by 2^-52 instead. Normal interval of a mean.
 */
export const mape: PerformanceMetric<RegressionSummary> = {
  id: 'mape',
  label: 'Mean absolute percentage error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute: meanOf((sums) => [sums.percentageCount, sums.sumAbsPercentageError, sums.sumAbsPercentageErrorSquares], {
    minimum: 0,
  }),
};

/**
 * Mean of 2 |prediction - label| / (|label| + |prediction|), between 0 and 2; a row with both 0 counts as 0. Normal
 * interval of a mean.
 *
 * Source: Makridakis (1993), International Journal of Forecasting 9.
 */
export const smape: PerformanceMetric<RegressionSummary> = {
  id: 'smape',
  label: 'Symmetric mean absolute percentage error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute: meanOf(
    ({ n, sumSymmetricError, sumSymmetricErrorSquares }) => [n, sumSymmetricError, sumSymmetricErrorSquares],
    {
      minimum: 0,
      maximum: 2,
    },
  ),
};
