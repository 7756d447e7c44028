import { estimateShare, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/**
 * Share of rows predicted positive that are positive. No value where nothing was predicted positive.
 * Wilson interval.
 */
export const precision: PerformanceMetric<BinarySummary> = {
  id: 'precision',
  label: 'Precision',
  tasks: ['binary'],
  better: 'higher',
  minimumSample: 30,
  compute: ({ tp, fp }) => estimateShare(tp, tp + fp),
};
