import { estimateShare, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/** Share of rows predicted positive, among the labelled ones. Wilson interval. */
export const selectionRate: PerformanceMetric<BinarySummary> = {
  id: 'selection_rate',
  label: 'Selection rate',
  tasks: ['binary'],
  better: 'neither',
  minimumSample: 30,
  compute: ({ n, tp, fp }) => estimateShare(tp + fp, n),
};
