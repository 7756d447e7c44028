import { ofScored } from './of-scored.ts';
import { meanOf, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, BinarySums, MulticlassSummary, MulticlassSums } from './performance-summary.ts';

const mean = meanOf(
  ({ scored, logLossSum, logLossSumSquares }: BinarySums | MulticlassSums) => [scored, logLossSum, logLossSumSquares],
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
  compute: (summary) => ofScored(summary, mean),
};
