import { wilsonInterval } from '../intervals/wilson.ts';
import { fBeta } from './f-beta.ts';
import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/**
 * Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn). No value where nothing is or was predicted positive.
 *
 * Interval: F1 = 2J / (1 + J) rises with J = tp / (tp + fp + fn), a plain share of the rows that are positive or
 * predicted so; Wilson's bounds of J are carried over. Of weighted rows, the interval is that of F-beta.
 */
export const f1: PerformanceMetric<BinarySummary> = {
  id: 'f1',
  label: 'F1',
  tasks: ['binary'],
  better: 'higher',
  minimumSample: 30,
  compute(summary) {
    if (summary.squared) return fBeta(summary, 1);
    const { tp, fp, fn } = summary;
    const n = tp + fp + fn;
    const interval = wilsonInterval(tp, n);
    if (!interval) return noValue('no_data');
    return estimate(f1OfShare(tp / n), n, { lower: f1OfShare(interval.lower), upper: f1OfShare(interval.upper) });
  },
};

function f1OfShare(j: number): number {
  return (2 * j) / (1 + j);
}
