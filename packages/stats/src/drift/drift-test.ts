import type { ColumnKind, ColumnSummary } from '../summary/column-summary.ts';
import type { RowStatistics } from './row-statistics.ts';

/**
 * Why there is no answer: a side without rows, a reference without spread, counts too small for the test, values too
 * large for sums of doubles, no spread of both sides together, a table that does not have two values, a test that
 * can't tell a rise from a fall, or one that needs rows where only summaries are given.
 */
export type DriftReason =
  | 'empty_reference'
  | 'empty_current'
  | 'constant_reference'
  | 'insufficient'
  | 'overflow'
  | 'no_spread'
  | 'not_two_values'
  | 'no_direction'
  | 'needs_rows';

/** What a drift test says of two summaries. A number that cannot be had is `null`, and `reason` says why. */
export interface DriftResult {
  statistic: number | null;
  /** Of the hypothesis that both sides come from one distribution. */
  pValue: number | null;
  /** Grows with the drift and does not grow with the number of rows. */
  effect: number | null;
  reason?: DriftReason;
}

/** Which change counts: any, only a rise of the current window above the reference, or only a fall below it. */
export type Direction = 'both' | 'up' | 'down';

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
  /** The id of the test that `pValue` comes from: its own, or for a distance that of its companion. */
  significance: string;
  /** Whether missing rows are a cell like any other, or the test looks at values only. */
  missing: 'a_cell' | 'left_out';
  /** Rows (or values, where missing ones are left out) wanted on each side before the column is judged. */
  minimumSample: number;
  /** Whether exchanging the sides, over the same cells, gives the same statistic (signed ones: but for the sign). */
  symmetric: boolean;
  /** Whether it can tell a rise from a fall; the others ignore the direction. */
  directional?: true;
  /** Citation. */
  reference: string;
  /** Whether the test is made for these two columns; `null` if so, else why not. */
  fits?(reference: ColumnSummary, current: ColumnSummary): DriftReason | null;
  compute(reference: ColumnSummary, current: ColumnSummary, direction?: Direction): DriftResult;
  /** The answer over rows, where it may differ from the answer of summaries. */
  fromRows?(rows: RowStatistics, direction?: Direction): DriftResult;
  /**
   * The most that the statistic of the rows can differ from `compute`'s over the same two summaries (rounding apart),
   * in whichever direction. `null` where a statistic is missing.
   */
  errorBound?(reference: ColumnSummary, current: ColumnSummary): number | null;
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
