import { normalCritical } from '../special/normal.ts';
import { adaptiveBins } from './adaptive-bins.ts';
import { estimate, type MetricEstimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, CalibrationBin } from './performance-summary.ts';

/** A bin of scores. `rows`: its rows; where they have weights, as many of equal weight as say as much. */
export interface CalibrationGroup extends CalibrationBin {
  rows: number;
}

/** Bins of the summary with their effective rows, n^2 / squared n, where rows have weights; empty ones left out. */
export function equalWidthBins({ calibration, squared }: BinarySummary): CalibrationGroup[] {
  return calibration
    .map((bin, i) => ({ ...bin, rows: squared ? bin.n ** 2 / squared.calibration[i]!.n : bin.n }))
    .filter(({ n }) => n > 0);
}

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
  needs: 'probability',
  compute: (summary) => expectedError(summary, equalWidthBins(summary)),
};

/** The same over 15 bins of about as many rows each. Scores that crowd together are looked at as closely as others. */
export const adaptiveCalibrationError: PerformanceMetric<BinarySummary> = {
  id: 'adaptive_calibration_error',
  label: 'Adaptive calibration error',
  tasks: ['binary'],
  better: 'lower',
  minimumSample: 300,
  needs: 'probability',
  compute: (summary) => (summary.cells ? expectedError(summary, adaptiveBins(summary)) : notCounted(summary)),
};

/**
 * Largest |mean score - share of positives| among 15 bins of about as many rows each, so that no bin of a few rows
 * decides. The error of a maximum is at most the largest error of any bin: the interval is the value +- the largest
 * margin, each at the confidence of 0.95^(1/bins) (Šidák), so it covers at least 95%.
 */
export const maximumCalibrationError: PerformanceMetric<BinarySummary> = {
  id: 'maximum_calibration_error',
  label: 'Maximum calibration error',
  tasks: ['binary'],
  better: 'lower',
  minimumSample: 300,
  needs: 'probability',
  compute(summary) {
    if (summary.scored === 0 || !summary.cells) return notCounted(summary);
    const bins = adaptiveBins(summary);
    const critical = normalCritical(0.95 ** (1 / bins.length));
    let value = 0;
    let margin = 0;
    for (const bin of bins) {
      value = Math.max(value, Math.abs(bin.scoreSum - bin.positives) / bin.n);
      margin = Math.max(margin, critical * Math.sqrt(varianceOfShare(bin)));
    }
    return estimate(value, rowsOf(bins), { lower: Math.max(0, value - margin), upper: Math.min(1, value + margin) });
  },
};

function expectedError(summary: BinarySummary, bins: readonly CalibrationGroup[]): MetricEstimate {
  if (summary.scored === 0) return notCounted(summary);
  const n = summary.scored;
  let value = 0;
  let mean = 0;
  let variance = 0;
  for (const bin of bins) {
    const weight = bin.n / n;
    const ofShare = varianceOfShare(bin);
    value += weight * Math.abs((bin.scoreSum - bin.positives) / bin.n);
    mean += weight * Math.sqrt((2 * ofShare) / Math.PI);
    variance += weight * weight * ofShare * (1 - 2 / Math.PI);
  }
  const margin = mean + normalCritical(0.95) * Math.sqrt(variance);
  return estimate(value, summary.squared ? rowsOf(bins) : n, {
    lower: Math.max(0, value - margin),
    upper: Math.min(1, value + margin),
  });
}

function varianceOfShare({ n, positives, rows }: CalibrationGroup): number {
  const share = (positives * (rows / n) + 0.5) / (rows + 1);
  return (share * (1 - share)) / rows;
}

function rowsOf(bins: readonly CalibrationGroup[]): number {
  return bins.reduce((sum, bin) => sum + bin.rows, 0);
}

function notCounted({ n }: BinarySummary): MetricEstimate {
  return noValue(n === 0 ? 'no_data' : 'not_counted');
}
