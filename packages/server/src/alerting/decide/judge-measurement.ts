import type { Measurement, RuleConfig } from '@leeway/contract';
import { LEAST_VALUES, type LearnedThreshold } from '@leeway/stats';
import { formatNumber, formatShare, formatValue, nameMetric } from '../../notify/format.ts';

/**
 * `between`: not over the threshold, but not well either (hysteresis, or not significant); `error`: what should have been
 * measured or computed failed.
 */
export type Verdict = 'breach' | 'clear' | 'between' | 'no_data' | 'error';

export interface Judgement {
  verdict: Verdict;
  value: number | null;
  /** The threshold in the unit of the value, also where the rule is about a change. Null where there is none. */
  threshold: number | null;
  why: string;
}

type Condition = Pick<
  RuleConfig,
  | 'above'
  | 'below'
  | 'outside'
  | 'threshold'
  | 'against'
  | 'relative'
  | 'significant'
  | 'clear'
  | 'minimumRows'
  | 'minimumCoverage'
>;

/** What is looked at of a measurement. */
export interface Sample
  extends Pick<
    Measurement,
    'metric' | 'column' | 'slice' | 'value' | 'lower' | 'upper' | 'n' | 'coverage' | 'status' | 'reason' | 'reference'
  > {
  detail: { drifted?: unknown };
}

interface Limit {
  side: 'above' | 'below';
  at: number;
  /** Up to here (or down to here) it is well again. */
  well: number;
}

/**
 * What a rule says of one measurement. A condition on a change is turned into one on the value itself
 * (`below: -0.1, against: reference, relative: true` with a reference of 0.8 is `below: 0.72`), so that thresholds, intervals and
 * hysteresis are compared in one unit. `previous` is the last known value of an earlier window; `learned` the
 * threshold of a rule that has to learn it.
 */
export function judgeMeasurement(
  rule: Condition,
  measurement: Sample,
  previous: number | null,
  learned?: LearnedThreshold,
): Judgement {
  const { value, n, coverage, status, reason, reference, metric } = measurement;
  const name = nameMetric(measurement);
  const format = (x: number) => formatValue(metric, x);
  if (status === 'error') {
    return {
      verdict: 'error',
      value: null,
      threshold: null,
      why: `${name} failed: ${reason || 'no reason was given'}`,
    };
  }
  if (status !== 'ok' || value === null) {
    return { verdict: 'no_data', value: null, threshold: null, why: `${name}: ${reason || status.replace('_', ' ')}` };
  }
  if (n < rule.minimumRows) {
    const why = `${name}: ${formatNumber(n)} rows, and the rule wants ${formatNumber(rule.minimumRows)}`;
    return { verdict: 'no_data', value, threshold: null, why };
  }
  if (coverage !== null && coverage < rule.minimumCoverage) {
    const why = `${name}: labels for ${formatShare(coverage)}, and the rule wants ${formatShare(rule.minimumCoverage)}`;
    return { verdict: 'no_data', value, threshold: null, why };
  }
  const base = { absolute: 0, reference, previous }[rule.against];
  if (base === null && rule.against === 'previous') {
    return { verdict: 'between', value, threshold: null, why: `${name}: there is no window before it to compare with` };
  }
  if (base === null || (base === 0 && rule.relative && rule.against !== 'absolute')) {
    const why = `${name}: ${base === null ? 'there is no reference' : `a share of a ${rule.against} of 0 has no meaning`}`;
    return { verdict: 'no_data', value, threshold: null, why };
  }

  if (rule.threshold && (!learned || learned.reason)) {
    const windows = formatNumber(learned?.n ?? 0);
    const why = `${name}: ${windows} windows to learn a threshold from, and it wants ${formatNumber(LEAST_VALUES)}`;
    return { verdict: 'between', value, threshold: null, why };
  }
  const limits = learned ? learnedLimits(learned) : limitsOf(rule, base);
  const is = `${name} is ${format(value)}`;
  const compared = rule.against === 'absolute' ? '' : ` (${rule.against} ${format(base)})`;
  const against = learned ? ` (learned from ${formatNumber(learned.n)} windows)` : compared;
  const breached = limits.find((limit) => beyond(limit, value));
  if (breached) {
    const { side, at: threshold } = breached;
    const over = `${is}, ${side} ${format(threshold)}${against}`;
    if (!rule.significant || proven(breached, measurement)) return { verdict: 'breach', value, threshold, why: over };
    return { verdict: 'between', value, threshold, why: `${over}, but it may be chance` };
  }
  const nearest = limits.toSorted((a, b) => Math.abs(a.at - value) - Math.abs(b.at - value))[0];
  const threshold = nearest?.at ?? null;
  const unwell = limits.find((limit) => (limit.side === 'above' ? value > limit.well : value < limit.well));
  if (unwell) {
    return { verdict: 'between', value, threshold, why: `${is}, and is well again at ${format(unwell.well)}` };
  }
  const why = nearest ? `${is}, not ${nearest.side} ${format(nearest.at)}${against}` : is;
  return { verdict: 'clear', value, threshold, why };
}

function limitsOf(rule: Condition, base: number): Limit[] {
  const unit = rule.relative && rule.against !== 'absolute' ? Math.abs(base) : 1;
  const limit = (side: Limit['side'], at: number): Limit => {
    // A `clear` on the wrong side of the threshold, or beside two thresholds, is none.
    const usable = rule.clear !== undefined && (side === 'above' ? rule.clear <= at : rule.clear >= at);
    return { side, at: base + at * unit, well: base + (usable && !rule.outside ? rule.clear! : at) * unit };
  };
  return [
    ...(rule.above === undefined ? [] : [limit('above', rule.above)]),
    ...(rule.below === undefined ? [] : [limit('below', rule.below)]),
    ...(rule.outside === undefined ? [] : [limit('below', rule.outside[0]), limit('above', rule.outside[1])]),
  ];
}

function learnedLimits({ lower, upper }: LearnedThreshold): Limit[] {
  return [
    ...(lower === null ? [] : [{ side: 'below' as const, at: lower, well: lower }]),
    ...(upper === null ? [] : [{ side: 'above' as const, at: upper, well: upper }]),
  ];
}

const beyond = ({ side, at }: Limit, x: number): boolean => (side === 'above' ? x > at : x < at);

/**
 * Whether the breach is more than chance: the test of a drift says so itself; of all else the interval must lie beyond the
 * threshold. Where neither was computed the value alone decides, since a rule that can never fire is worse.
 */
function proven(limit: Limit, { lower, upper, detail }: Sample): boolean {
  if (typeof detail.drifted === 'boolean') return detail.drifted;
  const near = limit.side === 'above' ? lower : upper;
  return near === null || beyond(limit, near);
}

/** What has to be kept of a measurement so that it can be judged again. */
export function sampleOf(measurement: Sample): Sample {
  const { metric, column, slice, value, lower, upper, n, coverage, status, reason, reference, detail } = measurement;
  const drifted = typeof detail.drifted === 'boolean' ? { drifted: detail.drifted } : {};
  return { metric, column, slice, value, lower, upper, n, coverage, status, reason, reference, detail: drifted };
}
