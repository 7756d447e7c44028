import type { GateConfig, GateResult } from '@leeway/contract';
import { type MetricEstimate, type PairedComparison, verdictOf } from '@leeway/stats';

export type Verdict = GateResult['verdict'];

type CompareGate = Extract<GateConfig, { type: 'compare' }>;
type ThresholdGate = Extract<GateConfig, { type: 'threshold' }>;

/** What is known of a challenger, and of the champion on the same held-out rows. */
export interface Evaluation {
  /** Held-out rows. */
  rows: number;
  challenger: Record<string, MetricEstimate>;
  /** Why there is nothing to compare with, or null when there is. */
  withoutChampion: 'no_champion' | 'champion_not_scored' | null;
  /** The paired comparison that the gate asks for; null when rows cannot be compared by its metric. */
  compare(gate: CompareGate): PairedComparison | null;
}

/** Judges every gate. Too few rows are inconclusive, whatever the numbers; so is a challenger without any gate. */
export function judgeGates(
  gates: readonly GateConfig[],
  minimumRows: number,
  evaluation: Evaluation,
): { verdict: Verdict; gates: GateResult[] } {
  const results = gates.map((gate) =>
    gate.type === 'threshold'
      ? judgeThreshold(gate, minimumRows, evaluation)
      : judgeComparison(gate, minimumRows, evaluation),
  );
  if (results.length === 0) results.push(judgeWithoutGates(minimumRows, evaluation));
  return { verdict: overallVerdict(results), gates: results };
}

/** All must pass: one that fails makes it a fail, otherwise one that is inconclusive makes it inconclusive. */
export function overallVerdict(results: readonly GateResult[]): Verdict {
  if (results.some((result) => result.verdict === 'fail')) return 'fail';
  return results.length > 0 && results.every((result) => result.verdict === 'pass') ? 'pass' : 'inconclusive';
}

export const describeGate = ({ type, metric, reason }: GateResult): string =>
  type === 'none' ? reason : `${type} ${metric} (${reason})`;

/** Where no gate is declared, nothing shows that the challenger is better than the champion; the first version may serve. */
function judgeWithoutGates(minimumRows: number, { rows, withoutChampion }: Evaluation): GateResult {
  const numbers = { champion: null, challenger: null, difference: null, lower: null, upper: null, n: rows };
  const result = (verdict: Verdict, reason: string) => ({ type: 'none', metric: '', verdict, reason, ...numbers });
  if (rows < minimumRows) return result('inconclusive', 'too_few_rows');
  return withoutChampion === 'no_champion' ? result('pass', 'no_champion') : result('inconclusive', 'no_gates');
}

function judgeThreshold(gate: ThresholdGate, minimumRows: number, { rows, challenger }: Evaluation): GateResult {
  const estimate = challenger[gate.metric];
  const base = {
    type: gate.type,
    metric: gate.metric,
    champion: null,
    challenger: estimate?.value ?? null,
    difference: null,
    lower: estimate?.lower ?? null,
    upper: estimate?.upper ?? null,
    n: estimate?.n ?? rows,
  };
  const inconclusive = (reason: string): GateResult => ({ ...base, verdict: 'inconclusive', reason });
  if (rows < minimumRows) return inconclusive('too_few_rows');
  if (!estimate) return inconclusive('unknown_metric');
  if (estimate.value === null || estimate.reason === 'insufficient') return inconclusive(estimate.reason ?? 'no_data');
  if (gate.above === undefined && gate.below === undefined) return inconclusive('no_threshold');
  const passes = estimate.value > (gate.above ?? -Infinity) && estimate.value < (gate.below ?? Infinity);
  return { ...base, verdict: passes ? 'pass' : 'fail', reason: passes ? 'meets_threshold' : 'misses_threshold' };
}

function judgeComparison(gate: CompareGate, minimumRows: number, evaluation: Evaluation): GateResult {
  const { rows, withoutChampion } = evaluation;
  const base: Omit<GateResult, 'verdict' | 'reason'> = {
    type: gate.type,
    metric: gate.metric,
    champion: null,
    challenger: evaluation.challenger[gate.metric]?.value ?? null,
    difference: null,
    lower: null,
    upper: null,
    n: rows,
  };
  if (rows < minimumRows) return { ...base, verdict: 'inconclusive', reason: 'too_few_rows' };
  if (withoutChampion === 'no_champion') return { ...base, verdict: 'pass', reason: 'no_champion' };
  if (withoutChampion) return { ...base, verdict: 'inconclusive', reason: withoutChampion };
  const comparison = evaluation.compare(gate);
  if (!comparison) return { ...base, verdict: 'inconclusive', reason: 'not_comparable' };
  const { champion, challenger, difference, lower, upper, n } = comparison;
  const rule = { form: gate.form, margin: gate.margin, minimumRows };
  return { ...base, champion, challenger, difference, lower, upper, n, ...verdictOf(comparison, rule) };
}
