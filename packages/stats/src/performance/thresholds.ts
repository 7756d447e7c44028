import { businessValue, type CellValues } from './business-value.ts';
import { type ThresholdCounts, thin, thresholdCounts } from './curves.ts';
import type { MetricEstimate } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/** What to look for in a threshold; only what is given is looked for, beside F1 and Youden's J. */
export interface ThresholdGoals {
  /** What one row is worth in each cell of the confusion matrix. */
  values?: CellValues | undefined;
  /** At least this precision, with the most recall; at least this recall, with the most precision. */
  precision?: number | undefined;
  recall?: number | undefined;
}

/** A threshold and what it would have done over the rows of the summary. `null`: say "positive" of no row. */
export interface ThresholdPoint {
  threshold: number | null;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** Recall + specificity - 1. */
  youden_j: number | null;
  /** Mean value of a row; null where no values were given. */
  value: number | null;
}

/** A suggested threshold. */
export interface ThresholdSuggestion extends ThresholdPoint {
  goal: 'max_f1' | 'max_youden_j' | 'max_value' | 'min_precision' | 'min_recall';
  /** Mean value of a row there, with its interval; the interval takes the threshold as given beforehand. */
  estimate: MetricEstimate | null;
}

/** Suggestions, and all known thresholds to draw them over. */
export interface ThresholdSuggestions {
  suggestions: ThresholdSuggestion[];
  /** Highest threshold first, thinned to about 200 points. */
  curve: ThresholdPoint[];
}

/**
 * Thresholds that would have served a goal best over the rows of the summary, the highest of equally good ones. A goal
 * that no threshold reaches has no suggestion; nor has any where one class or the score is absent.
 *
 * The best of many looks better than it is: judge a suggestion on later rows before acting on it.
 *
 * Source: Youden (1950), Cancer 3, for J.
 */
export function suggestThresholds(summary: BinarySummary, goals: ThresholdGoals = {}): ThresholdSuggestions {
  const counts = thresholdCounts(summary);
  const points = counts.map((at) => pointOf(at, goals.values));
  const best = (goal: ThresholdSuggestion['goal'], rank: (point: ThresholdPoint) => number | null) => {
    let found = -1;
    let highest = -Infinity;
    for (const [i, point] of points.entries()) {
      const score = rank(point);
      if (score === null || score <= highest) continue;
      found = i;
      highest = score;
    }
    const { values } = goals;
    const estimate = values && found >= 0 ? businessValue(countsAt(summary, found), values) : null;
    return found < 0 ? [] : [{ goal, ...points[found]!, estimate }];
  };
  const atLeast = (floor: number | undefined, have: number | null, then: number | null) =>
    floor !== undefined && have !== null && have >= floor ? then : null;
  const hasBoth = points.some(({ youden_j }) => youden_j !== null);
  const suggestions = !hasBoth
    ? []
    : [
        ...best('max_f1', ({ f1 }) => f1),
        ...best('max_youden_j', ({ youden_j }) => youden_j),
        ...best('max_value', ({ value }) => value),
        ...best('min_precision', ({ precision, recall }) => atLeast(goals.precision, precision, recall)),
        ...best('min_recall', ({ precision, recall }) => atLeast(goals.recall, recall, precision)),
      ];
  return { suggestions, curve: thin(points, 200) };
}

function pointOf({ threshold, tp, fp, tn, fn }: ThresholdCounts, values: CellValues | undefined): ThresholdPoint {
  const ratio = (a: number, b: number) => (b === 0 ? null : a / b);
  const [recall, specificity] = [ratio(tp, tp + fn), ratio(tn, tn + fp)];
  return {
    threshold,
    precision: ratio(tp, tp + fp),
    recall,
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    youden_j: recall === null || specificity === null ? null : recall + specificity - 1,
    value: values ? businessValue({ tp, fp, tn, fn }, values).value : null,
  };
}

/** The counts at one threshold, those under squared weights beside them. */
function countsAt({ cells, squared }: BinarySummary, at: number) {
  const second = squared?.cells?.map((cell, i) => ({ ...cell, threshold: cells![i]!.threshold, scoreSum: 0 }));
  return {
    ...thresholdCounts({ cells })[at]!,
    ...(second ? { squared: thresholdCounts({ cells: second })[at]! } : {}),
  };
}
