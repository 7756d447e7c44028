import { estimateMean, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/**
 * Mean score minus share of positives: above 0 the model promises too much. Normal interval of the mean of
 * score - label, whose sum of squares is the Brier sum.
 */
export const calibrationBias: PerformanceMetric<BinarySummary> = {
  id: 'calibration_bias',
  label: 'Calibration bias',
  tasks: ['binary'],
  better: 'zero',
  minimumSample: 30,
  compute({ n, calibration, brierSum }) {
    const sum = calibration.reduce((sum, bin) => sum + bin.scoreSum - bin.positives, 0);
    return estimateMean(n, sum, brierSum, { minimum: -1, maximum: 1 });
  },
};
