import { studentCritical, studentSurvival } from '../special/student-t.ts';

export interface DieboldMarianoOptions {
  /** Steps that were forecast ahead, 1 or more: errors of overlapping forecasts depend on each other. Default 1. */
  horizon?: number;
  /**
   * How the variance of the mean is summed over lags. `bartlett` (Newey and West; default) falls with the lag and is never
   * below 0; `rectangular`, of the original paper, counts horizon - 1 lags in full.
   */
  kernel?: 'bartlett' | 'rectangular';
  /**
   * Lags of the variance. Default for `bartlett`: the larger of horizon - 1 and floor(4 (n / 100)^(2/9)), which grows with
   * the series; for `rectangular`: horizon - 1.
   */
  lags?: number;
  /** Whether the statistic is corrected for short series, as Harvey, Leybourne and Newbold do. Default true. */
  harvey?: boolean;
  /** Of the interval, default 0.95. */
  confidence?: number;
}

/** The mean difference of two losses over time. A number that cannot be had is `null`, and `reason` says why. */
export interface DieboldMarianoResult {
  /** Mean of the differences, and its interval. */
  difference: number | null;
  lower: number | null;
  upper: number | null;
  /** Of the mean, with the correction in it. */
  standardError: number | null;
  statistic: number | null;
  /** Two-sided, of the hypothesis that the mean difference is 0, by Student's t with n - 1 degrees of freedom. */
  pValue: number | null;
  lags: number;
  n: number;
  reason?: 'no_data' | 'no_variance';
}

/**
 * Diebold-Mariano test of two forecasts over one series: is the mean of the loss differences 0, where neighbouring
 * differences depend on each other? `differences`: challenger's loss minus champion's, in order of time.
 * A rectangular variance below 0 has no test (`no_variance`).
 *
 * Source: Diebold and Mariano (1995), Journal of Business and Economic Statistics 13; Harvey, Leybourne and Newbold (1997),
 * International Journal of Forecasting 13; Newey and West (1987), Econometrica 55, (1994), Review of Economic Studies 61.
 * @throws RangeError for a horizon or lags that are not whole numbers within the series.
 */
export function dieboldMariano(differences: Float64Array, options: DieboldMarianoOptions = {}): DieboldMarianoResult {
  const { horizon = 1, kernel = 'bartlett', harvey = true, confidence = 0.95 } = options;
  const n = differences.length;
  if (!(Number.isInteger(horizon) && horizon >= 1)) throw new RangeError(`A horizon is 1 or more, got ${horizon}.`);
  const growing = Math.floor(4 * (n / 100) ** (2 / 9));
  const wanted = options.lags ?? (kernel === 'bartlett' ? Math.max(horizon - 1, growing) : horizon - 1);
  if (!(Number.isInteger(wanted) && wanted >= 0)) throw new RangeError(`Lags are 0 or more, got ${wanted}.`);
  const lags = Math.max(0, Math.min(wanted, n - 1));
  const empty = { lower: null, upper: null, standardError: null, statistic: null, pValue: null, lags, n };
  if (n < 2) return { ...empty, difference: n === 0 ? null : differences[0]!, reason: 'no_data' };

  const difference = differences.reduce((sum, value) => sum + value, 0) / n;
  let variance = autocovariance(differences, difference, 0);
  const scale = Math.abs(difference) + Math.sqrt(variance);
  for (let lag = 1; lag <= lags; lag++) {
    const weight = kernel === 'bartlett' ? 1 - lag / (lags + 1) : 1;
    variance += 2 * weight * autocovariance(differences, difference, lag);
  }
  const correction = harvey ? (n + 1 - 2 * horizon + (horizon * (horizon - 1)) / n) / n : 1;
  const standardError = Math.sqrt(variance / n / correction);
  // What is left of a constant is rounding, not variance.
  if (!(variance > 0 && correction > 0) || Math.sqrt(variance) <= 1e-12 * scale) {
    return { ...empty, difference, reason: 'no_variance' };
  }
  const statistic = difference / standardError;
  const margin = studentCritical(confidence, n - 1) * standardError;
  return {
    ...{ difference, lower: difference - margin, upper: difference + margin, standardError, statistic, lags, n },
    pValue: 2 * studentSurvival(Math.abs(statistic), n - 1),
  };
}

function autocovariance(values: Float64Array, middle: number, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += (values[i]! - middle) * (values[i - lag]! - middle);
  return sum / values.length;
}
