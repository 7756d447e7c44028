export type ThresholdSide = 'both' | 'lower' | 'upper';

export interface ThresholdOptions {
  /**
   * - `constant`: `lower` and `upper` as given
   * - `mean_sigma`: mean ± k population standard deviations
   * - `quantile`: the quantiles as given, linear between neighbours
   * - `mad`: median ± k · 1.4826 · median absolute deviation, which for normal values is as wide as `mean_sigma`
   */
  method: 'constant' | 'mean_sigma' | 'quantile' | 'mad';
  /** Deviations, above 0. Default 3. */
  k?: number;
  /** Shares of the values below the lower and below the upper threshold. Default [0.01, 0.99]. */
  quantiles?: readonly [number, number];
  lower?: number | null;
  upper?: number | null;
  /** Which thresholds are wanted. Default `both`. */
  side?: ThresholdSide;
  /** Least and greatest possible value: a threshold beyond is moved there. `null` where there is no limit. */
  limits?: readonly [number | null, number | null];
  /** Fewer values than this give no threshold. Default 6; `constant` needs none. */
  minimum?: number;
}

export interface LearnedThreshold {
  lower: number | null;
  upper: number | null;
  /** Values that it was learned from. */
  n: number;
  /** Why there is none: too few values, or values too large for sums of doubles. */
  reason?: 'insufficient' | 'overflow';
}

/** Fewer values than this say nothing about their spread. */
export const LEAST_VALUES = 6;

/** MAD and mean absolute deviation of normal values, to their standard deviation: 1 / z(3/4) and sqrt(pi / 2). */
const SIGMA_PER_MAD = 1.482602218505602;
const SIGMA_PER_MEAN_DEVIATION = Math.sqrt(Math.PI / 2);

/**
 * Thresholds for the next value, learned from earlier ones in the same unit: of a metric over reference chunks, or over past
 * windows. Missing and infinite values are left out. Where all values are equal both thresholds lie there.
 *
 * @throws RangeError for a `k` that is not above 0, and for bounds or quantiles in the wrong order.
 *
 * Source: constant, mean_sigma as NannyML's ConstantThreshold and StandardDeviationThreshold; mad: Iglewicz and Hoaglin
 * (1993), How to detect and handle outliers, which takes the mean absolute deviation where more than half of the values agree.
 */
export function thresholdOf(values: ReadonlyArray<number | null>, options: ThresholdOptions): LearnedThreshold {
  const { method, side = 'both', minimum = LEAST_VALUES } = options;
  assertOptions(options);
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const n = known.length;
  if (method !== 'constant' && n < Math.max(1, minimum)) return { lower: null, upper: null, n, reason: 'insufficient' };
  const [lower, upper] = BOUNDS[method](known, options);
  if ([lower, upper].some((bound) => bound !== null && !Number.isFinite(bound))) {
    return { lower: null, upper: null, n, reason: 'overflow' };
  }
  const [least, greatest] = options.limits ?? [null, null];
  return {
    lower: side === 'upper' || lower === null ? null : Math.max(lower, least ?? lower),
    upper: side === 'lower' || upper === null ? null : Math.min(upper, greatest ?? upper),
    n,
  };
}

type Bounds = readonly [number | null, number | null];

const BOUNDS: Record<ThresholdOptions['method'], (values: readonly number[], options: ThresholdOptions) => Bounds> = {
  constant: (_, { lower = null, upper = null }) => [lower, upper],
  mean_sigma: (values, { k = 3 }) => {
    const middle = average(values);
    const sigma = Math.hypot(...values.map((value) => value - middle)) / Math.sqrt(values.length);
    return [middle - k * sigma, middle + k * sigma];
  },
  quantile: (values, { quantiles = [0.01, 0.99] }) => {
    const sorted = values.toSorted((a, b) => a - b);
    return [quantileOf(sorted, quantiles[0]), quantileOf(sorted, quantiles[1])];
  },
  mad: (values, { k = 3 }) => {
    const middle = median(values);
    const deviations = values.map((value) => Math.abs(value - middle));
    const sigma = median(deviations) * SIGMA_PER_MAD || average(deviations) * SIGMA_PER_MEAN_DEVIATION;
    return [middle - k * sigma, middle + k * sigma];
  },
};

function assertOptions({ method, k = 3, quantiles, lower, upper }: ThresholdOptions): void {
  if (!(k > 0)) throw new RangeError(`A number of deviations is above 0, got ${k}.`);
  if (method === 'constant' && typeof lower === 'number' && typeof upper === 'number' && lower >= upper) {
    throw new RangeError(`The lower threshold lies below the upper one, got ${lower} and ${upper}.`);
  }
  if (quantiles && !(quantiles[0] >= 0 && quantiles[0] < quantiles[1] && quantiles[1] <= 1)) {
    throw new RangeError(`Quantiles are two ascending shares from 0 to 1, got ${quantiles.join(' and ')}.`);
  }
}

/** Divided first, so that the sum of large values does not overflow. */
const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);

const median = (values: readonly number[]): number =>
  quantileOf(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** Linear between the neighbours of place q (n - 1), as `numpy.quantile`. */
function quantileOf(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}
