import { estimateMean, type PerformanceMetric } from './performance-metric.ts';
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
  compute: ({ percentageCount, sumAbsPercentageError, sumAbsPercentageErrorSquares }) =>
    estimateMean(percentageCount, sumAbsPercentageError, sumAbsPercentageErrorSquares, { minimum: 0 }),
};
