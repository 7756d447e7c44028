import type { Interval } from '../intervals/interval.ts';
import { type NormalIntervalOptions, normalInterval, standardErrorOfMean } from '../intervals/normal-interval.ts';
import { wilsonInterval } from '../intervals/wilson.ts';
import type { PerformanceSummary, Task } from './performance-summary.ts';

/**
 * Why a value or its bounds are missing, or not to be acted on:
 * `no_data` no rows to compute from; `one_class` only one label occurs; `not_counted` the engine left it out;
 * `constant_target` all labels are equal; `no_interval` none is defined; `no_variance` the rows do not vary;
 * `overflow` too large a sum for a double; `insufficient` a value of fewer rows than the metric's minimum.
 */
export type MetricReason =
  | 'no_data'
  | 'one_class'
  | 'not_counted'
  | 'constant_target'
  | 'no_interval'
  | 'no_variance'
  | 'overflow'
  | 'insufficient';

/** A metric's value with its 95% confidence interval. A number that cannot be had is `null`, and `reason` says why. */
export interface MetricEstimate {
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Rows that the value rests on, its denominator. */
  n: number;
  reason?: MetricReason;
}

/** One metric of a model's performance. A metric is one export and one registry line. */
export interface PerformanceMetric<S extends PerformanceSummary> {
  /** Stable; never renamed. */
  id: string;
  label: string;
  tasks: readonly Task[];
  /** `zero`: the nearer to 0 the better. `neither`: describes the data, not the quality. */
  better: 'higher' | 'lower' | 'zero' | 'neither';
  /** Rows (`n` of the estimate) from which on the value may be acted on. */
  minimumSample: number;
  compute(summary: S): MetricEstimate;
}

/** The estimate of a metric that has no value. */
export function noValue(reason: MetricReason, n = 0): MetricEstimate {
  return { value: null, lower: null, upper: null, n, reason };
}

/** A value with its interval, or with the reason why it has none. */
export function estimate(value: number, n: number, interval: Interval | null): MetricEstimate {
  if (!Number.isFinite(value)) return noValue('overflow', n);
  if (!interval) return { value, lower: null, upper: null, n, reason: 'no_variance' };
  return { value, ...interval, n };
}

/** `successes` of `n` rows, with a Wilson interval. */
export function estimateShare(successes: number, n: number): MetricEstimate {
  return n === 0 ? noValue('no_data') : estimate(successes / n, n, wilsonInterval(successes, n));
}

/** The mean of n values with the given sum and sum of squares, with a normal interval. */
export function estimateMean(
  n: number,
  sum: number,
  sumSquares: number,
  bounds: NormalIntervalOptions,
): MetricEstimate {
  if (n === 0) return noValue('no_data');
  return estimate(sum / n, n, normalInterval(sum / n, standardErrorOfMean(n, sum, sumSquares), bounds));
}
