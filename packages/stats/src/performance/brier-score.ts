import { ofScored } from './of-scored.ts';
import { meanOf, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, BinarySums, MulticlassSummary, MulticlassSums } from './performance-summary.ts';

const meanUpTo = (maximum: number) =>
  meanOf(({ scored, brierSum, brierSumSquares }: BinarySums | MulticlassSums) => [scored, brierSum, brierSumSquares], {
    minimum: 0,
    maximum,
  });
const mean = { binary: meanUpTo(1), multiclass: meanUpTo(2) };

/**
 * Mean of (score - label)^2 over the rows with a score, 0 to 1; of several classes the mean of the sum of that over the
 * classes, 0 to 2, as Brier had it. As `sklearn.metrics.brier_score_loss`. Normal interval of a mean.
 *
 * Source: Brier (1950), Monthly Weather Review 78.
 */
export const brierScore: PerformanceMetric<BinarySummary | MulticlassSummary> = {
  id: 'brier_score',
  label: 'Brier score',
  tasks: ['binary', 'multiclass'],
  better: 'lower',
  minimumSample: 30,
  needs: 'probability',
  compute: (summary) => ofScored(summary, mean[summary.task]),
};
