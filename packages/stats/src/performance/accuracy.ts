import { rowsOf, trace } from './confusion.ts';
import { type PerformanceMetric, shareOf } from './performance-metric.ts';
import type { BinarySummary, BinarySums, MulticlassSummary, MulticlassSums } from './performance-summary.ts';

const right = shareOf((sums: BinarySums | MulticlassSums) =>
  'matrix' in sums ? [trace(sums), rowsOf(sums)] : [sums.tp + sums.tn, sums.n],
);

/** Share of rows predicted right. Wilson interval. */
export const accuracy: PerformanceMetric<BinarySummary | MulticlassSummary> = {
  id: 'accuracy',
  label: 'Accuracy',
  tasks: ['binary', 'multiclass'],
  better: 'higher',
  minimumSample: 30,
  compute: right,
};
