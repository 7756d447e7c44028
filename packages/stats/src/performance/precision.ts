import { type PerformanceMetric, shareOf } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

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
  compute: shareOf(({ tp, fp }: BinarySums) => [tp, tp + fp]),
};
