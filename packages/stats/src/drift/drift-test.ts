import type { ColumnKind, ColumnSummary } from '../summary/column-summary.ts';

/**
 * Why there is no answer: a side without rows, a reference without spread, counts too small for the test, or values
 * too large for sums of doubles.
 */
export type DriftReason = 'empty_reference' | 'empty_current' | 'constant_reference' | 'insufficient' | 'overflow';

/** What a drift test says of two summaries. A number that cannot be had is `null`, and `reason` says why. */
export interface DriftResult {
  statistic: number | null;
  /** Of the hypothesis that both sides come from one distribution. */
  pValue: number | null;
  /** Grows with the drift and does not grow with the number of rows. */
  effect: number | null;
  reason?: DriftReason;
}

/** One way of comparing a column of the current window with the reference. A test is one file and one registry line. */
export interface DriftTest {
  /** Stable; never renamed. */
  id: string;
  label: string;
  kinds: readonly ColumnKind[];
  /** What the threshold is compared with: the p-value (drift below it) or the statistic (drift at or above it). */
  decidesBy: 'p_value' | 'distance';
  defaultThreshold: number;
  /** For tests that decide by p-value: a significant difference with a smaller effect than this is not drift. */
  minimumEffect?: number;
  /** The test that `pValue` comes from. A distance has none of its own and borrows one over the same cells or bins. */
  significance: 'ks' | 'chi_squared';
  /** Rows wanted on each side before the column is judged. */
  minimumSample: number;
  /** Whether exchanging the sides, over the same cells, gives the same statistic. */
  symmetric: boolean;
  /** Citation. */
  reference: string;
  compute(reference: ColumnSummary, current: ColumnSummary): DriftResult;
}

/** The answer of a test that could not be computed. */
export function noAnswer(reason: DriftReason): DriftResult {
  return { statistic: null, pValue: null, effect: null, reason };
}

/** The answer where a side has no rows, or `null` where both have some. */
export function emptySide(referenceRows: number, currentRows: number): DriftResult | null {
  if (referenceRows === 0) return noAnswer('empty_reference');
  return currentRows === 0 ? noAnswer('empty_current') : null;
}
