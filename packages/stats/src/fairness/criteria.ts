import type { MetricEstimate } from '../performance/performance-metric.ts';
import type { Disparity } from './disparity.ts';

/** A criterion of fairness between groups of a classifier, made of one measure or of two. */
export interface FairnessCriterion {
  /** Its metrics are `ID_difference` and `ID_ratio`. */
  id: string;
  label: string;
  /** Measures that have to agree between groups. */
  measures: readonly string[];
}

/** Every criterion. The first is that of disparate impact and the four-fifths rule. */
export const fairnessCriteria: readonly FairnessCriterion[] = [
  { id: 'demographic_parity', label: 'Demographic parity', measures: ['selection_rate'] },
  { id: 'equal_opportunity', label: 'Equal opportunity', measures: ['true_positive_rate'] },
  { id: 'equalized_odds', label: 'Equalised odds', measures: ['true_positive_rate', 'false_positive_rate'] },
  { id: 'predictive_parity', label: 'Predictive parity', measures: ['precision'] },
  { id: 'false_positive_rate_parity', label: 'False positive rate parity', measures: ['false_positive_rate'] },
  { id: 'false_negative_rate_parity', label: 'False negative rate parity', measures: ['false_negative_rate'] },
  { id: 'false_discovery_rate_parity', label: 'False discovery rate parity', measures: ['false_discovery_rate'] },
  { id: 'false_omission_rate_parity', label: 'False omission rate parity', measures: ['false_omission_rate'] },
  { id: 'accuracy_parity', label: 'Accuracy parity', measures: ['accuracy'] },
  { id: 'calibration_parity', label: 'Calibration parity', measures: ['calibration_bias'] },
];

/** A criterion that was assessed: the worst of its measures, and their mean. */
export interface CriterionResult {
  difference: MetricEstimate;
  ratio: MetricEstimate | null;
  /** Mean instead of the worst; the same where there is one measure. */
  mean_difference: MetricEstimate;
  mean_ratio: MetricEstimate | null;
}

/**
 * Puts the disparities of a criterion's measures together. All must be there. The interval of the worst runs from the
 * worst lower bound to the worst upper one, that of the mean between the means of the bounds: both hold if the intervals
 * of all measures do.
 */
export function combineMeasures(parts: readonly Disparity[]): CriterionResult {
  const average = (...values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const differences = parts.map(({ difference }) => difference);
  const ratios = parts.flatMap(({ ratio }) => (ratio ? [ratio] : []));
  const over = (estimates: readonly MetricEstimate[], by: (...values: number[]) => number) =>
    estimates.length === 0 ? null : combine(estimates, by);
  return {
    difference: combine(differences, Math.max),
    ratio: over(ratios, Math.min),
    mean_difference: combine(differences, average),
    mean_ratio: over(ratios, average),
  };
}

function combine(estimates: readonly MetricEstimate[], by: (...values: number[]) => number): MetricEstimate {
  const lacking = estimates.find(({ value }) => value === null);
  if (lacking) return lacking;
  const all = (of: (estimate: MetricEstimate) => number | null) => {
    const values = estimates.map(of);
    return values.some((value) => value === null) ? null : by(...(values as number[]));
  };
  const unbounded = estimates.find(({ lower, upper }) => lower === null || upper === null);
  return {
    value: all(({ value }) => value),
    lower: all(({ lower }) => lower),
    upper: all(({ upper }) => upper),
    n: Math.min(...estimates.map(({ n }) => n)),
    ...(unbounded?.reason ? { reason: unbounded.reason } : {}),
  };
}
