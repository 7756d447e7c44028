import { estimate, type MetricEstimate, noValue } from '../performance/performance-metric.ts';
import { type CriterionResult, combineMeasures, fairnessCriteria } from './criteria.ts';
import {
  type Disparity,
  disparityBetween,
  disparityTo,
  disparityToOverall,
  type GroupDisparity,
  type GroupValue,
  pairConfidence,
} from './disparity.ts';
import type { ClassificationCounts, FairnessGroup, FairnessMeasure, RegressionCounts } from './fairness-measure.ts';
import { classificationMeasures, regressionMeasures } from './measures.ts';

export interface FairnessOptions {
  /** Group that the others are compared with; by default the one with most rows. */
  reference?: string | undefined;
  /** Groups with fewer rows are named and left out. 30 by default. */
  minimumRows?: number | undefined;
  /** So is a group from a measure whose denominator has fewer rows (positives, for a true positive rate). 10 by default. */
  minimumDenominator?: number | undefined;
  /** A ratio below it, or above its inverse, is unfair: 0.8 by default, the four-fifths rule. */
  limit?: number | undefined;
}

/** Why a group is not among those compared in a measure. */
export interface ExcludedGroup {
  group: string;
  n: number;
  reason: 'too_few_rows' | 'too_few_in_denominator' | 'no_value' | 'no_interval';
}

/** One measure over all groups. */
export interface MeasureResult extends Disparity {
  overall: MetricEstimate;
  /** Of every group, those left out of the comparison too. */
  groups: Record<string, MetricEstimate>;
  excluded: ExcludedGroup[];
  /** Largest |group - overall|, and smallest of group / overall or its inverse: Fairlearn's `to_overall`. */
  to_overall: { difference: MetricEstimate; ratio: MetricEstimate | null; groups: GroupDisparity[] };
  /** Every other group against the reference group. `fair`: whether the ratio is within the limit, both ways. */
  to_reference: Array<GroupDisparity & { fair: boolean | null }>;
}

/** How alike a model treats groups of people. */
export interface FairnessResult {
  rows: number;
  reference: string | null;
  groups: Array<{ group: string; rows: number }>;
  measures: Record<string, MeasureResult>;
  /** Of classifiers; see `fairnessCriteria`. Empty for regressors. */
  criteria: Record<string, CriterionResult>;
}

/**
 * Compares groups of a classifier that together hold all rows, in every measure and criterion. Groups are the values of a
 * protected attribute, or of several together. A group that is too small is named in `excluded` and is not among the
 * extremes, but in `overall`. A rate whose denominator is empty has no value; it is not 0.
 *
 * Values are those of Fairlearn 0.15 (`MetricFrame.difference` and `ratio`) and, against the reference group, of
 * Aequitas. Intervals are at 95%, and simultaneous over all pairs of groups (Bonferroni): differences by Newcombe,
 * ratios by Donner and Zou.
 *
 * Sources: Hardt, Price and Srebro (2016), NeurIPS (equal opportunity, equalised odds); Chouldechova (2017), Big Data 5
 * (predictive parity); Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D (four fifths).
 */
export function assessFairness(
  groups: ReadonlyArray<FairnessGroup<ClassificationCounts>>,
  options: FairnessOptions = {},
): FairnessResult {
  const rows = ({ tp, fp, tn, fn }: ClassificationCounts) => tp + fp + tn + fn;
  const assess = (confidence: number) => assessMeasures(groups, classificationMeasures, rows, options, confidence);
  const result = assess(0.95);
  // Two measures hold together at 95% if each does at 97.5%.
  const pairwise = assess(0.975);
  const criteria = fairnessCriteria.map(({ id, measures }) => {
    const from = measures.length > 1 ? pairwise : result;
    return [id, combineMeasures(measures.map((measure) => from.measures[measure]!))] as const;
  });
  return { ...result, criteria: Object.fromEntries(criteria) };
}

/** The same of a regressor: mean error, MAE, RMSE and mean prediction by group. There are no criteria. */
export function assessRegressionFairness(
  groups: ReadonlyArray<FairnessGroup<RegressionCounts>>,
  options: FairnessOptions = {},
): FairnessResult {
  return { ...assessMeasures(groups, regressionMeasures, ({ n }) => n, options, 0.95), criteria: {} };
}

function assessMeasures<C extends Record<keyof C, number>>(
  groups: ReadonlyArray<FairnessGroup<C>>,
  measures: ReadonlyArray<FairnessMeasure<C>>,
  rowsOf: (counts: C) => number,
  options: FairnessOptions,
  confidence: number,
): Omit<FairnessResult, 'criteria'> {
  const sizes = groups.map((group) => ({ group: group.group, rows: effectiveRows(group, rowsOf) }));
  const largest = sizes.reduce<(typeof sizes)[number] | null>((a, b) => (a && a.rows >= b.rows ? a : b), null);
  const reference = options.reference ?? largest?.group ?? null;
  const results = measures.map((measure) => [
    measure.id,
    assessMeasure(groups, measure, sizes, reference, options, confidence),
  ]);
  return {
    rows: groups.reduce((sum, { counts }) => sum + rowsOf(counts), 0),
    reference,
    groups: sizes,
    measures: Object.fromEntries(results),
  };
}

/** Rows of a group; where rows have weights, as many of equal weight as say as much. */
function effectiveRows<C>({ counts, squared }: FairnessGroup<C>, rowsOf: (counts: C) => number): number {
  const n = rowsOf(counts);
  return squared && n > 0 ? Math.floor(n ** 2 / rowsOf(squared) + 1e-9) : n;
}

function assessMeasure<C extends Record<keyof C, number>>(
  groups: ReadonlyArray<FairnessGroup<C>>,
  measure: FairnessMeasure<C>,
  sizes: ReadonlyArray<{ rows: number }>,
  reference: string | null,
  { minimumRows = 30, minimumDenominator = 10, limit = 0.8 }: FairnessOptions,
  confidence: number,
): MeasureResult {
  const single = groups.map((group) => measure.compute(group, 0.95));
  const excluded: ExcludedGroup[] = [];
  const kept = groups.filter(({ group }, i) => {
    const { n, value, lower } = single[i]!;
    const reason =
      sizes[i]!.rows < minimumRows
        ? 'too_few_rows'
        : n < minimumDenominator
          ? 'too_few_in_denominator'
          : value === null
            ? 'no_value'
            : lower === null
              ? 'no_interval'
              : null;
    if (reason) excluded.push({ group, n: reason === 'too_few_rows' ? sizes[i]!.rows : n, reason });
    return reason === null;
  });
  const values = (level: number) => kept.map((group): GroupValue => boundedValue(measure, group, level)!);
  const between = disparityBetween(values(pairConfidence(kept.length, confidence)), measure.ratio);

  const overall = groups.length === 0 ? noValue('no_data') : measure.compute(together(groups), 0.95);
  const level = 1 - (1 - confidence) / Math.max(1, kept.length);
  const toOverall = kept.map((group) => {
    const own = boundedValue(measure, group, level)!;
    const others = groups.filter((other) => other !== group);
    const rest = others.length === 0 ? null : boundedValue(measure, together(others), level);
    // The group's share in the denominator: overall = share own + (1 - share) rest.
    const apart = rest ? own.value - rest.value : 0;
    const share = apart === 0 ? own.n / Math.max(own.n, overall.n) : (overall.value! - rest!.value) / apart;
    return disparityToOverall(own, overall.value!, { rest, share: Math.min(1, Math.max(0, share)) }, measure.ratio);
  });
  const compared = values(confidence);
  const base = compared.find(({ group }) => group === reference);
  return {
    ...between,
    overall,
    groups: Object.fromEntries(groups.map(({ group }, i) => [group, single[i]!])),
    excluded,
    to_overall: {
      difference: largestDistance(toOverall.map(({ difference }) => difference)),
      ratio: measure.ratio ? smallestRatio(toOverall.map(({ ratio }) => ratio!)) : null,
      groups: toOverall,
    },
    to_reference: base
      ? compared
          .filter((value) => value !== base)
          .map((value) => {
            const disparity = disparityTo(value, base, measure.ratio);
            const ratio = disparity.ratio?.value ?? null;
            return { ...disparity, fair: ratio === null ? null : ratio >= limit && ratio <= 1 / limit };
          })
      : [],
  };
}

function boundedValue<C>(measure: FairnessMeasure<C>, group: FairnessGroup<C>, confidence: number): GroupValue | null {
  const { value, lower, upper, n } = measure.compute(group, confidence);
  return value === null || lower === null || upper === null ? null : { group: group.group, value, lower, upper, n };
}

/** The largest |estimate|, its interval from the largest of the bounds' distances to 0. */
function largestDistance(estimates: readonly MetricEstimate[]): MetricEstimate {
  if (estimates.length === 0) return noValue('no_data');
  const n = Math.min(...estimates.map((found) => found.n));
  const value = Math.max(...estimates.map((found) => Math.abs(found.value!)));
  const bounded = estimates.every(({ lower }) => lower !== null);
  const nearest = ({ lower, upper }: MetricEstimate) => Math.max(0, lower!, -upper!);
  const farthest = ({ lower, upper }: MetricEstimate) => Math.max(-lower!, upper!);
  return estimate(
    value,
    n,
    bounded ? { lower: Math.max(...estimates.map(nearest)), upper: Math.max(...estimates.map(farthest)) } : null,
  );
}

/** The smallest of the estimates and their inverses, with the interval that follows. */
function smallestRatio(estimates: readonly MetricEstimate[]): MetricEstimate {
  const lacking = estimates.find(({ value }) => value === null);
  if (estimates.length === 0 || lacking) return lacking ?? noValue('no_data');
  const below = (ratio: number) => (ratio > 1 ? 1 / ratio : ratio);
  const n = Math.min(...estimates.map((found) => found.n));
  const value = Math.min(...estimates.map((found) => below(found.value!)));
  const bounded = estimates.every(({ lower }) => lower !== null);
  const lowest = ({ lower, upper }: MetricEstimate) => Math.min(below(lower!), below(upper!));
  const highest = ({ lower, upper }: MetricEstimate) =>
    lower! <= 1 && upper! >= 1 ? 1 : Math.max(below(lower!), below(upper!));
  return estimate(
    value,
    n,
    bounded ? { lower: Math.min(...estimates.map(lowest)), upper: Math.min(...estimates.map(highest)) } : null,
  );
}

/** The rows of one or more groups; under squared weights, those of groups without weights are their counts. */
function together<C extends Record<keyof C, number>>(groups: ReadonlyArray<FairnessGroup<C>>): FairnessGroup<C> {
  const names = Object.keys(groups[0]!.counts) as (keyof C)[];
  const total = (all: readonly C[]) =>
    Object.fromEntries(names.map((name) => [name, all.reduce<number>((sum, counts) => sum + counts[name], 0)])) as C;
  return {
    group: '',
    counts: total(groups.map(({ counts }) => counts)),
    squared: groups.some(({ squared }) => squared)
      ? total(groups.map(({ counts, squared }) => squared ?? counts))
      : undefined,
  };
}
