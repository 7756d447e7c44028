import { randomIntegers } from '../special/random.ts';
import { addOuter, invertSymmetric, multiply, sandwich } from './linear-solve.ts';

export interface LimeInput {
  /** By feature, the bin (or category) of each row of the background. */
  bins: readonly Int32Array[];
  /** The bins of the row that is explained. */
  own: Int32Array;
  /** Rows to make up, 5000 by default. */
  samples?: number | undefined;
  /** Default: 0.75 times the root of the number of features. */
  kernelWidth?: number | undefined;
  /** Pull of the ridge towards 0, 1 by default. */
  alpha?: number | undefined;
  seed: number;
  /**
   * What the model says of made-up rows. `sources` is rows x features: the row of the background that the value is taken from, -1 where it is
   * the explained row's own.
   */
  predict(sources: Int32Array, rows: number): Promise<Float64Array>;
}

export interface LimeExplanation {
  /** What the local model says where no feature is in the row's bin. */
  intercept: number;
  /** By feature: what being in the row's bin adds to what the model says, near the row. */
  values: Float64Array;
  /** Standard errors over the made-up rows. */
  errors: Float64Array;
  /** What the local model says of the row, and the model itself. */
  local: number;
  prediction: number;
  /** Weighted R squared of the local model; 1 where it says all, null where the model says the same throughout. */
  r2: number | null;
}

/**
 * A linear model that stands in for a model near one row, of whether each feature is in the same bin as the row's. Made-up rows take
 * each value from a row of the background by chance; a row weighs the less, the more bins it has changed.
 *
 * Source: Ribeiro, Singh and Guestrin (2016), KDD; weights, ridge and kernel as in the lime package's tabular explainer without selection of
 * features.
 */
export async function lime(input: LimeInput): Promise<LimeExplanation> {
  const { bins, own, samples = 5000, alpha = 1, seed, predict } = input;
  const features = bins.length;
  const width = input.kernelWidth ?? 0.75 * Math.sqrt(features);
  const rows = bins[0]?.length ?? 0;
  if (rows === 0) throw new RangeError('the background has no rows.');
  const next = randomIntegers(seed);
  const sources = new Int32Array(samples * features).fill(-1);
  // Alike: 1 in the row's bin, 0 outside. The first made-up row is the row itself.
  const alike = new Uint8Array(samples * features).fill(1);
  for (let i = features; i < sources.length; i++) {
    const feature = i % features;
    const row = Math.floor((next() / 2 ** 32) * rows);
    sources[i] = row;
    alike[i] = bins[feature]![row] === own[feature] ? 1 : 0;
  }
  const said = await predict(sources, samples);
  const weights = Float64Array.from({ length: samples }, (_, i) => {
    let apart = 0;
    for (let j = 0; j < features; j++) apart += 1 - alike[i * features + j]!;
    return Math.sqrt(Math.exp(-apart / width ** 2));
  });
  return { ...ridge(alike, said, weights, features, alpha), prediction: said[0]! };
}

/** Weighted ridge regression; the intercept is not pulled. */
function ridge(alike: Uint8Array, said: Float64Array, weights: Float64Array, features: number, alpha: number) {
  const n = said.length;
  const total = weights.reduce((sum, w) => sum + w, 0);
  const means = new Float64Array(features);
  let mean = 0;
  for (let i = 0; i < n; i++) {
    mean += (weights[i]! / total) * said[i]!;
    for (let j = 0; j < features; j++) means[j]! += (weights[i]! / total) * alike[i * features + j]!;
  }
  const rowOf = (i: number) => Float64Array.from({ length: features }, (_, j) => alike[i * features + j]! - means[j]!);
  const normal = new Float64Array(features * features);
  const right = new Float64Array(features);
  for (let j = 0; j < features; j++) normal[j * features + j] = alpha;
  for (let i = 0; i < n; i++) {
    const row = rowOf(i);
    addOuter(normal, row, weights[i]!);
    for (let j = 0; j < features; j++) right[j]! += weights[i]! * row[j]! * (said[i]! - mean);
  }
  const inverse = invertSymmetric(normal, features);
  const values = multiply(inverse, right);
  const intercept = mean - values.reduce((sum, value, j) => sum + value * means[j]!, 0);
  const spread = new Float64Array(features * features);
  let [left, whole] = [0, 0];
  for (let i = 0; i < n; i++) {
    const row = rowOf(i);
    const residual = said[i]! - mean - row.reduce((sum, x, j) => sum + x * values[j]!, 0);
    left += weights[i]! * residual ** 2;
    whole += weights[i]! * (said[i]! - mean) ** 2;
    addOuter(spread, row, (weights[i]! * residual) ** 2);
  }
  const covariance = sandwich(inverse, spread, features);
  const errors = Float64Array.from(values, (_, j) => Math.sqrt(Math.max(0, covariance[j * features + j]!)));
  const local = intercept + values.reduce((sum, value) => sum + value, 0);
  return { intercept, values, errors, local, r2: whole > total * (1e-12 * mean) ** 2 ? 1 - left / whole : null };
}
