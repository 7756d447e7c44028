import { type LoessOptions, loess, loessAt } from './loess.ts';

export interface StlOptions {
  /** Values of one season, 2 or more: 24 for hourly values with a daily season. */
  period: number;
  /** Neighbours in the same phase by which the season is smoothed, odd, 3 or more. Default 7. */
  seasonal?: number;
  /** Of the local polynomial that smooths the season. Default 1; 0 with many neighbours gives a season that never changes. */
  seasonalDegree?: 0 | 1;
  /** Neighbours by which the trend is smoothed, odd. Default: the smallest odd number above 1.5 period / (1 - 1.5 / seasonal). */
  trend?: number;
  /** Neighbours of the low-pass filter, odd. Default: the smallest odd number above `period`. */
  lowPass?: number;
  /** Whether outliers are kept from bending the season and the trend. Default false. */
  robust?: boolean;
  /** Rounds of season and trend. Default 2 if robust, else 5. */
  innerIterations?: number;
  /** Rounds of robustness weights. Default 15 if robust, else 0. */
  outerIterations?: number;
}

export interface StlResult {
  /** `insufficient`: fewer than two whole seasons of values; the arrays are empty then. */
  reason?: 'insufficient';
  /** One entry a value: value = trend + seasonal + remainder. */
  trend: number[];
  seasonal: number[];
  /** `null` at a gap. */
  remainder: Array<number | null>;
  /** Robustness weights, 0 to 1; 0 at a gap. */
  weights: number[];
  /** Whether the value was missing: trend and season there come from the values around it. */
  gap: boolean[];
}

/**
 * Splits an equally spaced series into trend, season and remainder (STL).
 *
 * A missing value (`null`, or not finite) is a gap: it has no weight in any of the local fits. Where a whole phase of the
 * season is missing, a straight line between the neighbours stands in.
 *
 * @throws RangeError for a period, or a number of neighbours, that is not what its description says.
 *
 * Source: Cleveland, Cleveland, McRae and Terpenning (1990), STL: a seasonal-trend decomposition procedure based on loess,
 * Journal of Official Statistics 6. Local lines for trend and low pass, every value smoothed (no jumps).
 */
export function stl(values: ReadonlyArray<number | null>, options: StlOptions): StlResult {
  const { period, seasonal = 7, seasonalDegree = 1, robust = false } = options;
  if (!(Number.isInteger(period) && period >= 2)) throw new RangeError(`A period is 2 or more, got ${period}.`);
  const trendWindow = options.trend ?? oddAbove((1.5 * period) / (1 - 1.5 / seasonal));
  const lowPassWindow = options.lowPass ?? oddAbove(period + 1);
  for (const window of [seasonal, trendWindow, lowPassWindow]) {
    if (!(window >= 3 && window % 2 === 1)) throw new RangeError(`Neighbours are an odd number from 3, got ${window}.`);
  }
  const gap = values.map((value) => value === null || !Number.isFinite(value));
  const known = gap.filter((missing) => !missing).length;
  if (known < 2 * period) {
    return { reason: 'insufficient', trend: [], seasonal: [], remainder: [], weights: [], gap: [] };
  }
  const y = filled(values, gap);
  const n = y.length;
  const trend = new Float64Array(n);
  const season = new Float64Array(n);
  let weights: Float64Array = Float64Array.from(gap, (missing) => (missing ? 0 : 1));
  const inner = options.innerIterations ?? (robust ? 2 : 5);
  const outer = options.outerIterations ?? (robust ? 15 : 0);
  for (let round = 0; ; round++) {
    const local = round > 0 || known < n ? weights : undefined;
    for (let i = 0; i < inner; i++) {
      const raw = cycles(
        y.map((value, t) => value - trend[t]!),
        period,
        { window: seasonal, degree: seasonalDegree, weights: local },
      );
      const low = loess(lowPass(raw, period), { window: lowPassWindow, degree: 1 });
      for (let t = 0; t < n; t++) season[t] = raw[period + t]! - low[t]!;
      trend.set(
        loess(
          y.map((value, t) => value - season[t]!),
          { window: trendWindow, degree: 1, weights: local },
        ),
      );
    }
    if (round >= outer) break;
    weights = robustnessWeights(y, trend, season, gap);
  }
  return {
    trend: [...trend],
    seasonal: [...season],
    remainder: values.map((_, t) => (gap[t] ? null : y[t]! - trend[t]! - season[t]!)),
    weights: [...weights],
    gap,
  };
}

const oddAbove = (x: number): number => {
  const up = Math.ceil(x);
  return up % 2 === 1 ? up : up + 1;
};

/** A straight line over each gap; before the first value and after the last one, that value. */
function filled(values: ReadonlyArray<number | null>, gap: readonly boolean[]): Float64Array {
  const y = new Float64Array(values.length);
  let last = -1;
  for (let t = 0; t < y.length; t++) {
    if (gap[t]) continue;
    y[t] = values[t]!;
    const before = last < 0 ? y[t]! : y[last]!;
    for (let k = last + 1; k < t; k++) y[k] = before + ((y[t]! - before) * (k - last)) / (t - last);
    last = t;
  }
  return y.fill(y[last]!, last + 1);
}

/** Smooths each phase by itself and carries it one season beyond both ends: n + 2 period values. */
function cycles(detrended: Float64Array, period: number, options: LoessOptions): Float64Array {
  const out = new Float64Array(detrended.length + 2 * period);
  for (let phase = 0; phase < period; phase++) {
    const phaseOf = (all: ArrayLike<number>) => Float64Array.from(all).filter((_, t) => t % period === phase);
    const own = phaseOf(detrended);
    const local = { ...options, weights: options.weights && phaseOf(options.weights) };
    const smooth = loess(own, local);
    out[phase] = loessAt(own, -1, local) ?? smooth[0]!;
    smooth.forEach((value, k) => {
      out[(k + 1) * period + phase] = value;
    });
    out[(own.length + 1) * period + phase] = loessAt(own, own.length, local) ?? smooth.at(-1)!;
  }
  return out;
}

/** Moving averages over a season, again over a season, and over three: n + 2 period values become n. */
function lowPass(values: Float64Array, period: number): Float64Array {
  return movingAverage(movingAverage(movingAverage(values, period), period), 3);
}

function movingAverage(values: Float64Array, width: number): Float64Array {
  const out = new Float64Array(values.length - width + 1);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    if (i >= width) sum -= values[i - width]!;
    if (i >= width - 1) out[i - width + 1] = sum / width;
  }
  return out;
}

/** (1 - (|remainder| / 6 medians)^2)^2; nothing beyond 6 medians of the absolute remainders, and nothing at a gap. */
function robustnessWeights(
  y: Float64Array,
  trend: Float64Array,
  season: Float64Array,
  gap: readonly boolean[],
): Float64Array {
  const sizes = y.map((value, t) => Math.abs(value - trend[t]! - season[t]!));
  const sorted = sizes.filter((_, t) => !gap[t]).sort();
  const middle = sorted.length >> 1;
  const scale = 3 * (sorted[middle]! + sorted[sorted.length - 1 - middle]!);
  return sizes.map((size, t) => {
    if (gap[t] || size > 0.999 * scale) return gap[t] || scale > 0 ? 0 : 1;
    return size <= 0.001 * scale ? 1 : (1 - (size / scale) ** 2) ** 2;
  });
}
