import { wilsonInterval } from '../intervals/wilson.ts';

/** An estimate of one window, and what the labels showed. */
export interface EstimateOutcome {
  estimate: number;
  lower: number | null;
  upper: number | null;
  realised: number;
}

/** How wrong an estimator of one metric was over windows whose labels came. */
export interface TrackRecord {
  windows: number;
  /** Mean of estimate less realised. */
  bias: number;
  /** Root of the mean squared difference. */
  rmse: number;
  /** Mean of the realised values. */
  realised: number;
  /** Share of windows with the realised value inside the interval, and its own 95% interval; null where none had one. */
  coverage: number | null;
  coverageLower: number | null;
  coverageUpper: number | null;
}

/** The record over past windows; `null` where there is none. */
export function trackRecord(outcomes: readonly EstimateOutcome[]): TrackRecord | null {
  const windows = outcomes.length;
  if (windows === 0) return null;
  const mean = (of: (outcome: EstimateOutcome) => number) => outcomes.reduce((sum, one) => sum + of(one), 0) / windows;
  const banded = outcomes.filter(({ lower, upper }) => lower !== null && upper !== null);
  const inside = banded.filter(({ lower, upper, realised }) => realised >= lower! && realised <= upper!).length;
  const interval = wilsonInterval(inside, banded.length);
  return {
    windows,
    bias: mean(({ estimate, realised }) => estimate - realised),
    rmse: Math.sqrt(mean(({ estimate, realised }) => (estimate - realised) ** 2)),
    realised: mean(({ realised }) => realised),
    coverage: interval && inside / banded.length,
    coverageLower: interval?.lower ?? null,
    coverageUpper: interval?.upper ?? null,
  };
}
