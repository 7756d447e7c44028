import type { NumericSummary } from './column-summary.ts';

/**
 * Population standard deviation (divides by n, as `numpy.std` does), exact, in the column's unit.
 * `null` for no values, and where their squares overflow.
 *
 * Var(x) = mean((x - shift)^2) - (mean(x) - shift)^2
 */
export function standardDeviation({ count, sum, sumSquares, shift, min, max }: NumericSummary): number | null {
  if (count === 0) return null;
  if (min === max) return 0;
  const offset = sum / count - shift;
  const variance = sumSquares / count - offset * offset;
  return Number.isFinite(variance) ? Math.sqrt(Math.max(0, variance)) : null;
}
