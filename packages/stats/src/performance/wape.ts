import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { RegressionSummary } from './performance-summary.ts';

/**
 * Weighted absolute percentage error: the sum of |prediction - label| over the sum of |label|. Unlike MAPE, it is not
 * ruled by small labels. No value where all labels are 0.
 *
 * Interval: delta method of a ratio R: the sum over rows of (|e| - R |label|)^2 over the squared sum of |label|.
 *
 * Source: Kolassa and Schütz (2007), Foresight 6, as MAD/Mean.
 */
export const wape: PerformanceMetric<RegressionSummary> = {
  id: 'wape',
  label: 'Weighted absolute percentage error',
  tasks: ['regression'],
  better: 'lower',
  minimumSample: 30,
  compute(summary) {
    const { n, sumAbsError, sumAbsTarget, squared = summary } = summary;
    if (n === 0) return noValue('no_data');
    const effective = (n * n) / squared.n;
    if (sumAbsTarget === 0) return noValue('constant_target', Math.floor(effective));
    const ratio = sumAbsError / sumAbsTarget;
    const labels = squared.sumSquaredTarget;
    const spread = squared.sumSquaredError - 2 * ratio * squared.sumAbsErrorTarget + ratio * ratio * labels;
    const correction = effective > 1 ? effective / (effective - 1) : 0;
    const variance = spread <= 1e-12 * labels * ratio * ratio ? 0 : (spread / sumAbsTarget ** 2) * correction;
    return estimate(ratio, effective, normalInterval(ratio, Math.sqrt(variance), { minimum: 0 }));
  },
};
