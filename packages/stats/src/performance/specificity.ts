import { type PerformanceMetric, shareOf } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

/** Share of negative rows that were predicted negative. No value where there are none. Wilson interval. */
export const specificity: PerformanceMetric<BinarySummary> = {
  id: 'specificity',
  label: 'Specificity',
  tasks: ['binary'],
  better: 'higher',
  minimumSample: 30,
  compute: shareOf(({ tn, fp }: BinarySums) => [tn, tn + fp]),
};
