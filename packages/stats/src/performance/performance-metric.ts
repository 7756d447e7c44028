import type { Interval } from '../intervals/interval.ts';
import { type NormalIntervalOptions, normalInterval, standardErrorOfMean } from '../intervals/normal-interval.ts';
import { wilsonInterval } from '../intervals/wilson.ts';
import type { BinarySums, MulticlassSums, PerformanceSummary, RegressionSums, Task } from './performance-summary.ts';

/**
 * Why a value or its bounds are missing, or not to be acted on:
 * `no_data` no rows to compute from; `one_class` only one label occurs; `not_counted` the engine left it out;
 * `constant_target` all labels are equal; `out_of_domain` a row that the metric is not defined for;
 * `no_interval` none is defined; `no_variance` the rows do not vary; `overflow` too large a sum for a double;
 * `rescaled` a value for which probabilities of some rows were scaled to a sum of 1;
 * `insufficient` a value of fewer rows than the metric's minimum.
 */
export type MetricReason =
  | 'no_data'
  | 'one_class'
  | 'not_counted'
  | 'constant_target'
  | 'out_of_domain'
  | 'no_interval'
  | 'no_variance'
  | 'overflow'
  | 'rescaled'
  | 'insufficient';

/** A metric's value with its 95% confidence interval. A number that cannot be had is `null`, and `reason` says why. */
export interface MetricEstimate {
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Rows that the value rests on, its denominator; where rows have weights, as many of equal weight as say as much. */
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
  /** What it needs of the model beside a prediction: a score that orders rows, or one that is a probability. */
  needs?: 'score' | 'probability';
  compute(summary: S): MetricEstimate;
}

/** The estimate of a metric that has no value. */
export function noValue(reason: MetricReason, n = 0): MetricEstimate {
  return { value: null, lower: null, upper: null, n, reason };
}

/** A value with its interval, or with the reason why it has none. `n` is rounded down to whole rows. */
export function estimate(value: number, n: number, interval: Interval | null): MetricEstimate {
  const rows = Math.floor(n + 1e-9);
  if (!Number.isFinite(value)) return noValue('overflow', rows);
  if (!interval) return { value, lower: null, upper: null, n: rows, reason: 'no_variance' };
  return { value, ...interval, n: rows };
}

/** Successes among n rows. */
export type Share = readonly [successes: number, n: number];

/** The sum and the sum of squares of n values. */
export type Mean = readonly [n: number, sum: number, sumSquares: number];

/**
 * `successes` of `n` rows, with a Wilson interval.
 *
 * `squared`: the same under squared weights. The variance of the weighted share p is then
 * ((1 - p)^2 of successes + p^2 of others) / n^2, and Wilson's interval is that of the n' rows of equal weight which
 * have the same variance (Kong 1992; Kish's n^2 / squared n where p is 0 or 1). Of weights of 1, n' is n.
 */
export function estimateShare([successes, n]: Share, squared?: Share, confidence = 0.95): MetricEstimate {
  if (n === 0) return noValue('no_data');
  if (!squared) return estimate(successes / n, n, wilsonInterval(successes, n, confidence));
  const p = successes / n;
  const variance = ((1 - p) ** 2 * squared[0] + p ** 2 * (squared[1] - squared[0])) / (n * n);
  return estimateBounded(p, variance, (n * n) / squared[1], confidence);
}

/**
 * A value between 0 and 1 of which the variance is known: Wilson's interval of the share of n' rows that has the same
 * variance, n' = value (1 - value) / variance. It stays inside [0, 1]. `n`: rows that it rests on, which are used
 * where the value is 0 or 1 and the variance says nothing.
 */
export function estimateBounded(value: number, variance: number, n: number, confidence = 0.95): MetricEstimate {
  const inside = value > 0 && value < 1;
  const rows = inside ? (value * (1 - value)) / variance : n;
  return estimate(
    value,
    n,
    Number.isFinite(rows) ? wilsonInterval(Math.min(1, Math.max(0, value)) * rows, rows, confidence) : null,
  );
}

/**
 * The mean of n values with the given sum and sum of squares, with a normal interval. `squared`: the same under squared
 * weights; the variance of the weighted mean m is then the sum of w^2 (x - m)^2 over n^2, times n' / (n' - 1) with
 * Kish's effective n' = n^2 / squared n.
 */
export function estimateMean(
  [n, sum, sumSquares]: Mean,
  bounds: NormalIntervalOptions,
  squared?: Mean,
): MetricEstimate {
  if (n === 0) return noValue('no_data');
  const mean = sum / n;
  if (!squared) return estimate(mean, n, normalInterval(mean, standardErrorOfMean(n, sum, sumSquares), bounds));
  const [m, ofSum, ofSquares] = squared;
  const effective = (n * n) / m;
  const spread = ofSquares - 2 * mean * ofSum + mean * mean * m;
  // What is left of a constant is rounding, not variance.
  const variance = effective > 1 && spread > 1e-12 * ofSquares ? (spread / (n * n)) * (effective / (effective - 1)) : 0;
  return estimate(mean, effective, normalInterval(mean, Math.sqrt(variance), bounds));
}

type Sums = BinarySums | RegressionSums | MulticlassSums;

/** A metric that is a share: says which, of the sums of either task. */
export function shareOf<S extends Sums>(of: (sums: S) => Share): (summary: S & { squared?: S }) => MetricEstimate {
  return (summary) => estimateShare(of(summary), summary.squared && of(summary.squared));
}

/** A metric that is a mean over rows. */
export function meanOf<S extends Sums>(
  of: (sums: S) => Mean,
  bounds: NormalIntervalOptions,
): (summary: S & { squared?: S }) => MetricEstimate {
  return (summary) => estimateMean(of(summary), bounds, summary.squared && of(summary.squared));
}
