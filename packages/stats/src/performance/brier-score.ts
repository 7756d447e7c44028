import { estimateMean, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/**
 * Mean of (score - label)^2, as `sklearn.metrics.brier_score_loss`. Normal interval of a mean.
 *
 * Source: Brier (1950), Monthly Weather Review 78.
 */
export const brierScore: PerformanceMetric<BinarySummary> = {
  id: 'brier_score',
  label: 'Brier score',
  tasks: ['binary'],
  better: 'lower',
  minimumSample: 30,
  compute: ({ n, brierSum, brierSumSquares }) => estimateMean(n, brierSum, brierSumSquares, { minimum: 0, maximum: 1 }),
};
