import { meanOf, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, BinarySums, MulticlassSummary, MulticlassSums } from './performance-summary.ts';

const mean = meanOf(
  (sums: BinarySums | MulticlassSums) => [
    'matrix' in sums ? sums.logLossCount : sums.scored,
    sums.logLossSum,
    sums.logLossSumSquares,
  ],
  { minimum: 0 },
);

/**
 * Mean of -ln(score of the true class), in nats, over the rows with a score, as `sklearn.metrics.log_loss`. Normal
 * interval of a mean.
 */
export const logLoss: PerformanceMetric<BinarySummary | MulticlassSummary> = {
  id: 'log_loss',
  label: 'Log loss',
  tasks: ['binary', 'multiclass'],
  better: 'lower',
  minimumSample: 30,
  needs: 'probability',
  compute(summary) {
    const unscored = summary.task === 'binary' && summary.n > 0 && summary.scored === 0;
    return unscored ? noValue('not_counted') : mean(summary);
  },
};
