import { stl } from '../season/stl.ts';
import { type LearnedThreshold, type ThresholdOptions, thresholdOf } from './threshold-of.ts';

/**
 * Thresholds for the next value of a series with a season: what trend and season expect of it, and around that the
 * thresholds of the remainders (`thresholdOf`).
 *
 * The series is split by robust STL (three rounds of weights) with a season that does not change and a trend over three seasons, which goes on level.
 * Remainders are smaller than the errors of such a forecast, because each value took part in the fit. For c seasons and a
 * trend over w values the variances are (1 − 1/c − 2.2/w) and (1 + 1/c + 5/w) of that of the noise (5/w: sum of the squared
 * weights of a tricube line at its end; 2.2/w: what a line takes from a remainder in its middle). Remainders are widened by
 * the root of their ratio.
 *
 * @param values equally spaced, oldest first; `null` where there is none. The next one follows right after the last.
 * @param period values of one season, 2 or more
 * @returns `insufficient` below two seasons of values
 */
export function seasonalThreshold(
  values: ReadonlyArray<number | null>,
  period: number,
  options: ThresholdOptions,
): LearnedThreshold {
  const seasons = values.length / period;
  const trend = 3 * period + ((period + 1) % 2);
  const fit = stl(values, {
    ...{ period, trend, seasonal: 20 * Math.ceil(seasons) + 1, seasonalDegree: 0 },
    ...{ robust: true, outerIterations: 3 },
  });
  if (fit.reason) return { lower: null, upper: null, n: 0, reason: fit.reason };
  const next = fit.trend.at(-1)! + fit.seasonal.at(-period)!;
  const wider = Math.sqrt((1 + 1 / seasons + 5 / trend) / (1 - 1 / seasons - 2.2 / trend));
  const limits = options.limits ?? [null, null];
  const around = thresholdOf(
    fit.remainder.map((value) => value && value * wider),
    {
      ...options,
      limits: [limits[0] === null ? null : limits[0] - next, limits[1] === null ? null : limits[1] - next],
    },
  );
  return {
    ...around,
    lower: around.lower === null ? null : next + around.lower,
    upper: around.upper === null ? null : next + around.upper,
  };
}
