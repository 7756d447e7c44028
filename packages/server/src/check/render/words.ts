import { driftTests, performanceMetrics } from '@leeway/stats';
import type { CheckResult, ColumnResult } from '../result.ts';

/** What reasons mean, for people; the ids stay in JSON. */
const REASONS: Record<string, string> = {
  not_significant: 'could be chance',
  small_effect: 'certain, but too small to matter',
  insufficient: 'too few rows to judge',
  empty_reference: 'no values in the reference',
  empty_current: 'no values in the current file',
  constant_reference: 'the reference is constant',
  overflow: 'values too large',
  no_spread: 'no spread to measure by',
  not_two_values: 'only for columns of two values',
  no_direction: 'can not tell a rise from a fall',
  needs_rows: 'only over rows (--exact)',
  no_data: 'nothing to compute from',
  one_class: 'only one label occurs',
  not_counted: 'no probabilities were given',
  constant_target: 'all labels are equal',
  no_interval: 'no interval is defined',
  no_variance: 'rows do not vary',
};

export const reasonText = (reason: string | null): string => (reason === null ? '' : (REASONS[reason] ?? reason));

export const VERDICTS: Record<CheckResult['verdict'], string> = {
  ok: 'OK',
  findings: 'FINDINGS',
  insufficient: 'INSUFFICIENT',
};

export function columnState({ drifted }: Pick<ColumnResult, 'drifted'>): 'drift' | 'ok' | 'not judged' {
  return drifted === null ? 'not judged' : drifted ? 'drift' : 'ok';
}

/** A number for people: four digits, and never a long tail. */
export function figure(x: number | null): string {
  if (x === null) return '–';
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) return x.toExponential(1).replace('e+', 'e');
  return size >= 1000 ? x.toFixed(0) : String(Number(x.toPrecision(3)));
}

export const pValue = (p: number | null): string => (p === null ? '–' : p < 0.0001 ? '< 0.0001' : p.toFixed(4));

export const count = (n: number): string => n.toLocaleString('en-US');

export const testLabel = (id: string): string => driftTests.find((test) => test.id === id)?.label ?? id;

/** Whether the threshold is one of the p-value. */
export const decidesByP = (id: string): boolean => driftTests.find((test) => test.id === id)?.decidesBy === 'p_value';

export const metricLabel = (id: string): string =>
  Object.values(performanceMetrics)
    .flat()
    .find((metric) => metric.id === id)?.label ?? id;

interface Estimate {
  value: number | null;
  lower: number | null;
  upper: number | null;
  reason: string | null;
}

export function estimateText(estimate: Estimate | null): string {
  if (!estimate) return '–';
  if (estimate.value === null) return `– (${reasonText(estimate.reason)})`;
  const { value, lower, upper } = estimate;
  const bounds = lower === null || upper === null ? '' : ` (${figure(lower)} to ${figure(upper)})`;
  return `${figure(value)}${bounds}${estimate.reason === 'insufficient' ? ' few rows' : ''}`;
}

/** How the numbers came about, as sentences. */
export function howComputed({ drift, reference, current }: CheckResult): string[] {
  const method = drift.exact
    ? 'Tests of order and distances between values over all rows; the other tests over cells cut at deciles of the reference.'
    : 'Numbers were counted over bins cut at percentiles of the reference, which come from a fixed sample of its rows; counts cover every row. Categories were counted by value.';
  const correction = {
    benjamini_hochberg: 'p-values are corrected over all columns (Benjamini-Hochberg).',
    benjamini_yekutieli: 'p-values are corrected over all columns (Benjamini-Yekutieli).',
    holm: 'p-values are corrected over all columns (Holm).',
    bonferroni: 'p-values are corrected over all columns (Bonferroni).',
    none: 'p-values are not corrected for the number of columns.',
  }[drift.correction];
  return [
    `${count(reference.rows)} rows of ${reference.path} against ${count(current.rows)} rows of ${current.path}; missing values count as a value of their own in the tests over cells.`,
    method,
    `A column has drifted when its effect reaches the limit and chance would not explain it (p below 0.05). ${correction}`,
    `The whole has drifted when at least ${drift.threshold * 100} % of the columns that could be judged have.`,
    'Intervals of performance are at 95 %; a metric is called worse only where both intervals lie apart, the test holds after correction over the metrics, and the change is notable: 0.02, of losses and errors 5 %.',
  ];
}
