import type { Bounded, Interval } from '../intervals/interval.ts';
import { combinedInterval, ratioInterval } from '../intervals/mover.ts';
import { estimate, type MetricEstimate, noValue } from '../performance/performance-metric.ts';

/** A group's value of one measure, and the rows that it rests on. */
export interface GroupValue extends Bounded {
  group: string;
  n: number;
}

/** How far apart groups are in one measure. */
export interface Disparity {
  /** Largest minus smallest; 0 is parity. */
  difference: MetricEstimate;
  /** Smallest over largest; 1 is parity. `null` for measures that may be negative. */
  ratio: MetricEstimate | null;
  lowest: string | null;
  highest: string | null;
}

/** One group against another, or against all rows. */
export interface GroupDisparity {
  group: string;
  difference: MetricEstimate;
  ratio: MetricEstimate | null;
}

/**
 * The extremes of groups. The interval is simultaneous over all pairs, given group values with intervals at
 * `pairConfidence` of their number: the true range is at least the largest lower bound of any pair's difference, and at
 * most the largest upper bound. Which groups are the extremes was chosen by the data, and the interval allows for it.
 * The ratio likewise: at least the smallest lower bound of any pair, at most the smallest upper one.
 */
export function disparityBetween(values: readonly GroupValue[], ratios: boolean): Disparity {
  const nothing = { lowest: null, highest: null };
  const n = Math.min(...values.map((value) => value.n));
  if (values.length < 2) {
    const none = noValue('no_data', values.length === 0 ? 0 : n);
    return { difference: none, ratio: ratios ? none : null, ...nothing };
  }
  const lowest = values.reduce((low, value) => (value.value < low.value ? value : low));
  const highest = values.reduce((high, value) => (value.value > high.value ? value : high));
  const difference = { lower: 0, upper: 0 };
  const ratio: Interval = { lower: Infinity, upper: 1 };
  let hasRatio = true;
  for (const a of values) {
    for (const b of values) {
      if (a === b) continue;
      const gap = differenceInterval(a, b);
      difference.lower = Math.max(difference.lower, gap.lower);
      difference.upper = Math.max(difference.upper, gap.upper);
      const part = ratios ? ratioInterval(a, b) : null;
      if (part) {
        ratio.lower = Math.min(ratio.lower, part.lower);
        ratio.upper = Math.min(ratio.upper, part.upper);
      } else if (b.value > 0) hasRatio = false;
    }
  }
  const share =
    highest.value === 0 ? noValue('no_data', n) : estimate(lowest.value / highest.value, n, hasRatio ? ratio : null);
  return {
    difference: estimate(highest.value - lowest.value, n, difference),
    ratio: ratios ? share : null,
    lowest: lowest.group,
    highest: highest.group,
  };
}

/** The confidence of each of two groups' intervals, so that all pairs of k groups hold together at the given one. */
export function pairConfidence(k: number, confidence = 0.95): number {
  const pairs = Math.max(1, (k * (k - 1)) / 2);
  return 1 - (1 - confidence) / pairs;
}

/** A group against a reference group: difference (group - reference) and ratio (group / reference). */
export function disparityTo(value: GroupValue, reference: GroupValue, ratios: boolean): GroupDisparity {
  const n = Math.min(value.n, reference.n);
  return {
    group: value.group,
    difference: estimate(value.value - reference.value, n, differenceInterval(value, reference)),
    ratio: ratios ? ratioOf(value.value, reference.value, n, ratioInterval(value, reference)) : null,
  };
}

/**
 * A group against all rows, itself among them: difference (group - overall) and ratio (group / overall). `rest` holds
 * the other rows, with the `share` of the denominator that is the group's: the group's difference from all rows is
 * 1 - share of that from the rest, and the ratio R to the rest is R / (share R + 1 - share) to all rows. `null` where
 * the group is all there is.
 */
export function disparityToOverall(
  value: GroupValue,
  overall: number,
  { rest, share }: { rest: GroupValue | null; share: number },
  ratios: boolean,
): GroupDisparity {
  const gap = rest && differenceInterval(value, rest);
  const ratio = rest && ratioInterval(value, rest);
  const toAll = (r: number) => r / (share * r + 1 - share);
  return {
    group: value.group,
    difference: estimate(
      value.value - overall,
      value.n,
      gap && { lower: (1 - share) * gap.lower, upper: (1 - share) * gap.upper },
    ),
    ratio: ratios
      ? ratioOf(value.value, overall, value.n, ratio && { lower: toAll(ratio.lower), upper: toAll(ratio.upper) })
      : null,
  };
}

function ratioOf(a: number, b: number, n: number, interval: Interval | null): MetricEstimate {
  return b === 0 ? noValue('no_data', n) : estimate(a / b, n, interval);
}

function differenceInterval(a: Bounded, b: Bounded): Interval {
  return combinedInterval([
    [1, a],
    [-1, b],
  ]);
}
