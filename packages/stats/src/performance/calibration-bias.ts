import { meanOf, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, BinarySums } from './performance-summary.ts';

const gap = meanOf(
  ({ scored, calibration, brierSum }: BinarySums) => [
    scored,
    calibration.reduce((sum, bin) => sum + bin.scoreSum - bin.positives, 0),
    brierSum,
  ],
  { minimum: -1, maximum: 1 },
);

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
  needs: 'probability',
  compute: (summary) => (summary.n > 0 && summary.scored === 0 ? noValue('not_counted') : gap(summary)),
};
