import { normalCritical } from '../special/normal.ts';
import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/**
 * Expected calibration error: over the bins of the score, |mean score - share of positives| weighted by rows.
 *
 * Its sampling error is at most T = sum w |e|, e the error of each bin's share with variance v = p(1-p)/n, where
 * p = (positives + 1/2) / (n + 1). T has mean sum w sqrt(2v/pi) and variance sum w^2 v (1 - 2/pi). The interval is
 * the value +- (mean + 1.96 deviations of T): it covers at least 95%, and shows the upward bias of small samples.
 *
 * Source: Naeini, Cooper and Hauskrecht (2015), AAAI; the interval is the triangle inequality.
 */
export const calibrationError: PerformanceMetric<BinarySummary> = {
  id: 'calibration_error',
  label: 'Expected calibration error',
  tasks: ['binary'],
  better: 'lower',
  minimumSample: 300,
  compute({ n, calibration }) {
    if (n === 0) return noValue('no_data');
    let value = 0;
    let mean = 0;
    let variance = 0;
    for (const bin of calibration) {
      if (bin.n === 0) continue;
      const weight = bin.n / n;
      const share = (bin.positives + 0.5) / (bin.n + 1);
      const ofShare = (share * (1 - share)) / bin.n;
      value += weight * Math.abs((bin.scoreSum - bin.positives) / bin.n);
      mean += weight * Math.sqrt((2 * ofShare) / Math.PI);
      variance += weight * weight * ofShare * (1 - 2 / Math.PI);
    }
    const margin = mean + normalCritical(0.95) * Math.sqrt(variance);
    return estimate(value, n, { lower: Math.max(0, value - margin), upper: Math.min(1, value + margin) });
  },
};
