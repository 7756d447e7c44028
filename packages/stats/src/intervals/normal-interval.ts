import { normalCritical } from '../special/normal.ts';
import type { Interval } from './interval.ts';

/** Where an estimate cannot lie outside certain bounds, neither does its interval. */
export interface NormalIntervalOptions {
  confidence?: number;
  minimum?: number;
  maximum?: number;
}

/**
 * value +- z * standardError, clipped to what is possible. `null` when the standard error is 0 or not a number: rows
 * that show no variance say nothing about the precision of an estimate.
 */
export function normalInterval(
  value: number,
  standardError: number,
  { confidence = 0.95, minimum = -Infinity, maximum = Infinity }: NormalIntervalOptions = {},
): Interval | null {
  if (!(standardError > 0 && Number.isFinite(standardError))) return null;
  const margin = normalCritical(confidence) * standardError;
  return { lower: Math.max(minimum, value - margin), upper: Math.min(maximum, value + margin) };
}

/**
 * Standard error of a mean from n values, their sum and their sum of squares: sqrt(s^2 / n) with the sample variance
 * s^2 = (sumSquares - sum^2 / n) / (n - 1). 0 for fewer than two values.
 */
export function standardErrorOfMean(n: number, sum: number, sumSquares: number): number {
  if (n < 2) return 0;
  const variance = (sumSquares - (sum * sum) / n) / (n - 1);
  // What is left of a constant is rounding, not variance.
  return variance <= (1e-12 * sumSquares) / n ? 0 : Math.sqrt(variance / n);
}
