import { type PerformanceMetric, shareOf } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

/** Share of rows predicted positive, among the labelled ones. Wilson interval. */
export const selectionRate: PerformanceMetric<BinarySummary> = {
  id: 'selection_rate',
  label: 'Selection rate',
  tasks: ['binary'],
  better: 'neither',
  minimumSample: 30,
  compute: shareOf(({ n, tp, fp }: BinarySums) => [tp + fp, n]),
};
