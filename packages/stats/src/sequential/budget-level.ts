/** Days of a month: a twelfth of a Julian year. */
const MONTH_MS = (365.25 / 12) * 86_400_000;

/** No window is tested at a level above this one, however generous the budget. */
const HIGHEST_LEVEL = 0.05;

/**
 * The level of significance of one window such that, in a month in which nothing changes, at most `perMonth` windows
 * are expected to alarm.
 *
 * The expected number of false alarms is the sum of their chances, whatever they have to do with each other: windows
 * that share one reference are not independent, and need not be. What each window needs is a correction that keeps the
 * chance of any alarm in it below its level (every one of `adjustPValues` but `none`).
 *
 * @param perMonth false alarms a month, above 0; may be a fraction: 0.25 is one in four months
 * @param windowMs length of a window in milliseconds
 * @param monitors monitors among which the budget is shared
 * @returns a level in (0, 0.05]
 * @throws RangeError when one of them is not positive and finite
 *
 * Source: Bonferroni's inequality for expectations (per-family error rate; Tukey 1953, Spjøtvoll 1972, Annals of
 * Mathematical Statistics 43).
 */
export function budgetLevel(perMonth: number, windowMs: number, monitors = 1): number {
  for (const value of [perMonth, windowMs, monitors]) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new RangeError(`A budget, a window and a number of monitors are above 0, got ${value}.`);
    }
  }
  return Math.min(HIGHEST_LEVEL, (perMonth * windowMs) / (monitors * MONTH_MS));
}
