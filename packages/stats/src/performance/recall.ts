import { type PerformanceMetric, shareOf } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

/** Share of positive rows that were predicted positive. No value where there are none. Wilson interval. */
export const recall: PerformanceMetric<BinarySummary> = {
  id: 'recall',
  label: 'Recall',
  tasks: ['binary'],
  better: 'higher',
  minimumSample: 30,
  compute: shareOf(({ tp, fn }: BinarySums) => [tp, tp + fn]),
};
