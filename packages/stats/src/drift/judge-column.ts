import type { ColumnKind, ColumnSummary } from '../summary/column-summary.ts';
import { chooseTest } from './choose-test.ts';
import { compatibilityMode } from './compatibility/index.ts';
import { driftedAsPeer, measureAsPeer } from './compatibility/measure-as-peer.ts';
import { type Direction, type DriftReason, type DriftResult, type DriftTest, noAnswer } from './drift-test.ts';
import { driftTest } from './index.ts';

/** A column to judge, and how. */
export interface ColumnComparison {
  kind: ColumnKind;
  reference: ColumnSummary;
  current: ColumnSummary;
  /** `auto` (default), a test id, or several: the first that fits the column decides, `auto` where none does. */
  test?: string | readonly string[];
  /** For the p-value of tests that decide by p-value, for the statistic of the others. Default: the test's. */
  threshold?: number;
  /** Level of significance, default 0.05. A threshold on the p-value takes precedence. */
  alpha?: number;
  /** Of the deciding test, corrected over the columns of a dataset. Default: the p-value itself. */
  adjustedPValue?: number | null;
  /** Which change counts, default `both`. With another, a test that can't tell a rise from a fall does not fit. */
  direction?: Direction;
  /**
   * A peer whose variants, choice and rule are taken instead of Leeway's: drift wherever the p-value or the statistic
   * passes the threshold, however small the effect and few the rows, uncorrected.
   */
  compatibility?: string;
  /** Results computed over the rows (by `fromRows`), by test id; the summaries answer for the other tests. */
  results?: Readonly<Record<string, DriftResult>>;
}

/** The judgement of one column: `drifted` is `null` where the data do not allow one, and `reason` says why. */
export interface ColumnJudgement {
  test: string;
  statistic: number | null;
  pValue: number | null;
  adjustedPValue: number | null;
  effect: number | null;
  threshold: number;
  drifted: boolean | null;
  /** Also says why an effect above its limit (`not_significant`) or a significant one (`small_effect`) is no drift. */
  reason?: DriftReason | 'not_significant' | 'small_effect';
  /** The answers of all tests asked for, the deciding one first; a test that does not fit says why. */
  results: ReadonlyArray<DriftResult & { test: string }>;
}

/** The answers of a column's tests, before the p-values of its dataset are known. */
export interface ColumnMeasurement {
  test: DriftTest;
  /** Whether both sides hold the rows that the deciding test wants. */
  sufficient: boolean;
  results: ReadonlyArray<DriftResult & { test: string }>;
}

/**
 * Judges one column. It has drifted when its effect reaches the limit **and** the difference is significant:
 *
 * - tests that decide by p-value: adjusted p < threshold, and effect >= the test's minimum effect;
 * - tests that decide by distance: statistic >= threshold, and the adjusted p of its companion test < alpha.
 *
 * @throws Error for an unknown test, summaries of different kinds, or different edges.
 */
export function judgeColumn(comparison: ColumnComparison): ColumnJudgement {
  return decideColumn(comparison, measureColumn(comparison));
}

/** Runs the tests of a column. */
export function measureColumn(comparison: ColumnComparison): ColumnMeasurement {
  if (comparison.compatibility) return measureAsPeer(compatibilityMode(comparison.compatibility), comparison);
  const { kind, reference, current, test = 'auto', threshold, direction = 'both', results } = comparison;
  const asked = [test].flat().filter((id) => id !== 'auto');
  const candidates = asked.map(driftTest).filter((candidate) => candidate.kinds.includes(kind));
  const misfit = (candidate: DriftTest) =>
    (direction === 'both' || candidate.directional ? null : 'no_direction') ??
    candidate.fits?.(reference, current) ??
    null;
  const fitting = candidates.filter((candidate) => misfit(candidate) === null);
  const tests =
    fitting.length > 0 ? fitting : [driftTest(automaticTest(kind, reference, direction, threshold !== undefined))];
  const decider = tests[0]!;
  const rows = (side: ColumnSummary) => side.count + (decider.missing === 'left_out' ? 0 : side.missing);
  const answers = tests.map((test) => ({
    test: test.id,
    ...(results?.[test.id] ?? test.compute(reference, current, direction)),
  }));
  const misfits = candidates.flatMap((candidate) => {
    const reason = misfit(candidate);
    return reason === null ? [] : [{ test: candidate.id, ...noAnswer(reason) }];
  });
  return {
    test: decider,
    sufficient: Math.min(rows(reference), rows(current)) >= decider.minimumSample,
    results: [...answers, ...misfits],
  };
}

/** Decides over a measured column. */
export function decideColumn(
  { threshold, alpha, adjustedPValue, compatibility }: ColumnComparison,
  { test, sufficient, results }: ColumnMeasurement,
): ColumnJudgement {
  const { statistic, pValue, effect, reason } = results[0]!;
  if (compatibility) {
    const limit = threshold ?? compatibilityMode(compatibility).thresholds[test.id] ?? test.defaultThreshold;
    const drifted = driftedAsPeer(test, results[0]!, limit);
    const why = drifted === null ? { reason: reason ?? ('insufficient' as const) } : {};
    return {
      test: test.id,
      statistic,
      pValue,
      adjustedPValue: pValue,
      effect,
      threshold: limit,
      drifted,
      ...why,
      results,
    };
  }
  const adjusted = adjustedPValue === undefined ? pValue : adjustedPValue;
  const byPValue = test.decidesBy === 'p_value';
  const limit = threshold ?? (byPValue ? alpha : undefined) ?? test.defaultThreshold;
  const verdict = decide({
    effect,
    minimumEffect: byPValue ? (test.minimumEffect ?? 0) : limit,
    pValue: adjusted,
    level: byPValue ? limit : (alpha ?? 0.05),
    reason: reason ?? (sufficient ? undefined : 'insufficient'),
  });
  return { test: test.id, statistic, pValue, adjustedPValue: adjusted, effect, threshold: limit, ...verdict, results };
}

interface Evidence {
  effect: number | null;
  minimumEffect: number;
  pValue: number | null;
  level: number;
  reason: DriftReason | undefined;
}

function decide({
  effect,
  minimumEffect,
  pValue,
  level,
  reason,
}: Evidence): Pick<ColumnJudgement, 'drifted' | 'reason'> {
  if (reason) return { drifted: null, reason };
  if (effect === null || pValue === null) return { drifted: null, reason: 'insufficient' };
  const large = effect >= minimumEffect;
  const significant = pValue < level;
  if (large && significant) return { drifted: true };
  if (large) return { drifted: false, reason: 'not_significant' };
  return significant ? { drifted: false, reason: 'small_effect' } : { drifted: false };
}

function automaticTest(kind: ColumnKind, reference: ColumnSummary, direction: Direction, limited: boolean): string {
  if (direction !== 'both') return kind === 'numeric' ? 'ks' : 'two_proportion_z';
  const distinct =
    reference.kind === 'numeric' ? reference.bins.filter((count) => count > 0).length : reference.distinct;
  return chooseTest(kind, { referenceCount: reference.count + reference.missing, distinct, limited });
}
