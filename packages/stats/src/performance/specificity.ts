import { estimateShare, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/** Share of negative rows that were predicted negative. Wilson interval. */
export const specificity: PerformanceMetric<BinarySummary> = {
  id: 'specificity',
  label: 'Specificity',
  tasks: ['binary'],
  better: 'higher',
  minimumSample: 30,
  compute: ({ tn, fp }) => estimateShare(tn, tn + fp),
};
