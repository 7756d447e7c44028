import { meanOf, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

const mean = meanOf(({ scored, brierSum, brierSumSquares }: BinarySums) => [scored, brierSum, brierSumSquares], {
  minimum: 0,
  maximum: 1,
});

/**
 * Mean of (score - label)^2 over the rows with a score, as `sklearn.metrics.brier_score_loss`. Normal interval of a mean.
 *
 * Source: Brier (1950), Monthly Weather Review 78.
 */
export const brierScore: PerformanceMetric<BinarySummary> = {
  id: 'brier_score',
  label: 'Brier score',
  tasks: ['binary'],
  better: 'lower',
  minimumSample: 30,
  needs: 'probability',
  compute: (summary) => (summary.n > 0 && summary.scored === 0 ? noValue('not_counted') : mean(summary)),
};
