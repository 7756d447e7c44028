import type { Interval } from '../intervals/interval.ts';
import { normalInterval } from '../intervals/normal-interval.ts';
import { thresholdOf } from '../thresholds/threshold-of.ts';

/** Reconstruction errors of some rows: how many, their mean and their standard deviation (n - 1). */
export interface ErrorSums {
  n: number;
  mean: number;
  deviation: number;
}

export interface ReconstructionJudgement {
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Between these the mean error of a window like the reference lies; NannyML's mean ± 3 deviations over its chunks. */
  thresholds: Interval | null;
  drifted: boolean | null;
  reason?: 'empty_reference' | 'empty_current' | 'insufficient';
}

/** Fewer rows on a side say nothing about a mean error. */
const LEAST_ROWS = 30;

/**
 * Whether the mean reconstruction error of a window lies outside of what chunks of the reference show: their mean ± 3
 * deviations. The deviation is at least the standard error of a mean over as many rows as the window has, so that a
 * window smaller than the chunks is not blamed for its size. The error may fall as well as rise: a structure may also grow simpler.
 */
export function judgeReconstruction(
  window: ErrorSums,
  reference: ErrorSums,
  chunks: readonly ErrorSums[],
): ReconstructionJudgement {
  const nothing = { value: null, lower: null, upper: null, thresholds: null, drifted: null };
  if (reference.n === 0) return { ...nothing, reason: 'empty_reference' };
  if (window.n === 0) return { ...nothing, reason: 'empty_current' };
  const interval = normalInterval(window.mean, window.deviation / Math.sqrt(window.n), { minimum: 0 });
  const value = { value: window.mean, lower: interval?.lower ?? null, upper: interval?.upper ?? null };
  const learned = thresholdOf(
    chunks.filter(({ n }) => n > 0).map(({ mean }) => mean),
    { method: 'mean_sigma', limits: [0, null] },
  );
  if (learned.upper === null || Math.min(window.n, reference.n) < LEAST_ROWS) {
    return { ...value, thresholds: null, drifted: null, reason: 'insufficient' };
  }
  const middle = chunks.reduce((sum, { mean, n }) => sum + (n > 0 ? mean : 0), 0) / learned.n;
  const margin = Math.max(learned.upper - middle, (3 * reference.deviation) / Math.sqrt(window.n));
  const thresholds = { lower: Math.max(0, middle - margin), upper: middle + margin };
  const drifted = window.mean > thresholds.upper || window.mean < thresholds.lower;
  return { ...value, thresholds, drifted };
}
