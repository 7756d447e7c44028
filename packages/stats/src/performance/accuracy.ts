import { rowsOf, trace } from './confusion.ts';
import { estimateShare, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, MulticlassSummary } from './performance-summary.ts';

/** Share of rows predicted right. Wilson interval. */
export const accuracy: PerformanceMetric<BinarySummary | MulticlassSummary> = {
  id: 'accuracy',
  label: 'Accuracy',
  tasks: ['binary', 'multiclass'],
  better: 'higher',
  minimumSample: 30,
  compute: (summary) =>
    summary.task === 'binary'
      ? estimateShare(summary.tp + summary.tn, summary.n)
      : estimateShare(trace(summary), rowsOf(summary)),
};
