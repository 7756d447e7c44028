import { LEAST_VALUES, thresholdOf } from '../thresholds/threshold-of.ts';

export interface RowCountJudgement {
  /** Deviations by which the number of rows differs from the usual one; `null` without enough history. */
  score: number | null;
  /** Median of the history. */
  expected: number | null;
  lower: number | null;
  upper: number | null;
  /** Windows that it was judged by. */
  n: number;
  /** Whether the number is not the usual one; `null` where it can't be said. */
  unusual: boolean | null;
  reason?: 'insufficient';
}

/** Iglewicz and Hoaglin's limit for the robust z. */
const LIMIT = 3.5;
/** A number of rows that differs by less than this share of the usual one does not matter. */
const MINIMUM_EFFECT = 0.2;

/**
 * Judges the number of rows of a window by those of earlier windows of the same kind (weekday, hour): how many robust
 * deviations it lies off their median. One deviation is 1.4826 times the median absolute deviation, and at least that of
 * counts that come by chance (√median). Unusual are 3.5 deviations or more together with a difference of 20 % or more.
 *
 * @param history numbers of rows of at least six windows, in any order; a window that had none is a 0
 *
 * Source: Iglewicz and Hoaglin (1993), How to detect and handle outliers.
 */
export function judgeRowCount(rows: number, history: readonly number[]): RowCountJudgement {
  const { lower, upper, n } = thresholdOf(history, { method: 'mad', k: 1 });
  if (lower === null || upper === null || n < LEAST_VALUES)
    return { score: null, expected: null, lower: null, upper: null, n, unusual: null, reason: 'insufficient' };
  const expected = (lower + upper) / 2;
  const deviation = Math.max((upper - lower) / 2, Math.sqrt(expected), 1);
  const score = (rows - expected) / deviation;
  const effect = Math.abs(rows - expected) / Math.max(1, expected);
  return {
    score,
    expected,
    lower: Math.max(0, expected - LIMIT * deviation),
    upper: expected + LIMIT * deviation,
    n,
    unusual: Math.abs(score) >= LIMIT && effect >= MINIMUM_EFFECT,
  };
}
