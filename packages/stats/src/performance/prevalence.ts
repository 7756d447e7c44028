import { type PerformanceMetric, shareOf } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

/** Share of labelled rows that are positive: how common the outcome is, whatever the model says. Wilson interval. */
export const prevalence: PerformanceMetric<BinarySummary> = {
  id: 'prevalence',
  label: 'Prevalence',
  tasks: ['binary'],
  better: 'neither',
  minimumSample: 30,
  compute: shareOf(({ n, tp, fn }: BinarySums) => [tp + fn, n]),
};
