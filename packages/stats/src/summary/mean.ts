import type { NumericSummary } from './column-summary.ts';

/** Arithmetic mean of the finite values, exact. `null` for no values, and where their sum overflows. */
export function mean({ count, sum }: NumericSummary): number | null {
  return count === 0 || !Number.isFinite(sum) ? null : sum / count;
}
