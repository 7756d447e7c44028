import { estimateShare, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/** Share of positive rows among the labelled ones. Wilson interval. */
export const prevalence: PerformanceMetric<BinarySummary> = {
  id: 'prevalence',
  label: 'Prevalence',
  tasks: ['binary'],
  better: 'neither',
  minimumSample: 30,
  compute: ({ n, tp, fn }) => estimateShare(tp + fn, n),
};
