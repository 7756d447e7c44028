import type { Measurement } from '@leeway/contract';

export interface EstimateRecord {
  windows: number;
  /** Mean of estimate less measured value. */
  bias: number;
  /** Mean size of the difference. */
  error: number;
  /** Windows with an interval, and those of them whose measured value lay inside. */
  withInterval: number;
  inside: number;
  /** The window in which the estimate was off most. */
  worst: Measurement;
}

/**
 * How wrong an estimate has been, from the errors that were measured once the labels came (`estimate_error.*`); null where there
 * is none. Estimates that were withdrawn are among them, so that a bad record can get better again.
 */
export function estimateRecord(errors: readonly Measurement[]): EstimateRecord | null {
  const known = errors.filter(({ status, value }) => status === 'ok' && value !== null);
  if (known.length === 0) return null;
  const mean = (of: (error: number) => number) => known.reduce((sum, { value }) => sum + of(value!), 0) / known.length;
  const inside = known.flatMap(({ detail: { lower, upper, realised } }) =>
    typeof lower === 'number' && typeof upper === 'number' && typeof realised === 'number'
      ? [realised >= lower && realised <= upper]
      : [],
  );
  return {
    windows: known.length,
    bias: mean((error) => error),
    error: mean(Math.abs),
    withInterval: inside.length,
    inside: inside.filter(Boolean).length,
    worst: known.reduce((worst, one) => (Math.abs(one.value!) > Math.abs(worst.value!) ? one : worst)),
  };
}
