import { estimateMean, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, MulticlassSummary } from './performance-summary.ts';

/** Mean of -ln(score of the true class), in nats, as `sklearn.metrics.log_loss`. Normal interval of a mean. */
export const logLoss: PerformanceMetric<BinarySummary | MulticlassSummary> = {
  id: 'log_loss',
  label: 'Log loss',
  tasks: ['binary', 'multiclass'],
  better: 'lower',
  minimumSample: 30,
  compute(summary) {
    const rows = summary.task === 'binary' ? summary.n : summary.logLossCount;
    return estimateMean(rows, summary.logLossSum, summary.logLossSumSquares, { minimum: 0 });
  },
};
