import { normalCritical } from '../special/normal.ts';
import type { MedianSummary, RegressionSummary, RegressionSums } from './performance-summary.ts';
import { assertWeights } from './summarize-binary.ts';

/**
 * Counts a regressor over labelled rows held in memory. `weights`: how many rows of the whole each row stands for, such
 * as 1 / sampling rate. n log n, for the median.
 *
 * @throws RangeError when the columns differ in length, or hold a number that is not finite or a weight below 0.
 */
export function summarizeRegression(
  labels: Float64Array,
  predictions: Float64Array,
  weights?: Float64Array,
): RegressionSummary {
  const n = labels.length;
  if (predictions.length !== n || (weights?.length ?? n) !== n) {
    throw new RangeError(
      `A summary takes as many: ${n} labels, ${predictions.length} predictions${weights ? `, ${weights.length} weights` : ''}.`,
    );
  }
  const errors = predictions.map((prediction, i) => prediction - labels[i]!);
  const bad = errors.findIndex((error) => !Number.isFinite(error));
  if (bad >= 0) {
    throw new RangeError(
      `Row ${bad} has label ${labels[bad]} and prediction ${predictions[bad]}, expected finite numbers.`,
    );
  }
  assertWeights(weights);
  // Welford's running mean: exact for large labels too.
  let [mean, rows] = [0, 0];
  for (let i = 0; i < n; i++) {
    const weight = weights ? weights[i]! : 1;
    rows += weight;
    if (weight > 0) mean += ((labels[i]! - mean) * weight) / rows;
  }
  const absolute = errors.map(Math.abs);
  const square = weights?.map((weight) => weight * weight);
  return {
    task: 'regression',
    ...sumsOf(labels, predictions, mean, weights),
    maxAbsError: absolute.reduce((most, error, i) => (weights && weights[i] === 0 ? most : Math.max(most, error)), 0),
    medianAbsError: weightedMedian(absolute, weights),
    ...(square ? { squared: sumsOf(labels, predictions, mean, square) } : {}),
  };
}

/** The sums of no rows. */
export function noRegressionSums(targetMean: number): RegressionSums {
  return {
    ...{ n: 0, sumError: 0, sumAbsError: 0, sumSquaredError: 0, sumSquaredErrorAbove: 0, sumCubedError: 0 },
    ...{ sumFourthPowerError: 0, sumAbsPercentageError: 0, sumAbsPercentageErrorSquares: 0, percentageCount: 0 },
    ...{ sumSymmetricError: 0, sumSymmetricErrorSquares: 0, sumSquaredLogError: 0, sumSquaredLogErrorSquares: 0 },
    ...{ logCount: 0, sumAbsTarget: 0, sumSquaredTarget: 0, sumAbsErrorTarget: 0, targetMean, sumTarget: 0 },
    ...{
      targetSumSquares: 0,
      targetSumCubes: 0,
      targetSumFourthPowers: 0,
      sumErrorTarget: 0,
      sumErrorTargetSquares: 0,
    },
    ...{ sumSquaredErrorTarget: 0, sumSquaredErrorTargetSquares: 0 },
  };
}

function sumsOf(
  labels: Float64Array,
  predictions: Float64Array,
  targetMean: number,
  weights: Float64Array | undefined,
): RegressionSums {
  const sums = noRegressionSums(targetMean);
  for (let i = 0; i < labels.length; i++) addRow(sums, labels[i]!, predictions[i]!, weights ? weights[i]! : 1);
  return sums;
}

/** The sums of one row. */
export function regressionRow(label: number, prediction: number, targetMean: number): RegressionSums {
  const sums = noRegressionSums(targetMean);
  addRow(sums, label, prediction, 1);
  return sums;
}

function addRow(sums: RegressionSums, label: number, prediction: number, weight: number): void {
  const error = prediction - label;
  const [size, square, d] = [Math.abs(error), error * error, label - sums.targetMean];
  sums.n += weight;
  sums.sumError += weight * error;
  sums.sumAbsError += weight * size;
  sums.sumSquaredError += weight * square;
  if (error > 0) sums.sumSquaredErrorAbove += weight * square;
  sums.sumCubedError += weight * square * error;
  sums.sumFourthPowerError += weight * square * square;
  if (label !== 0) {
    const share = Math.abs(error / label);
    sums.sumAbsPercentageError += weight * share;
    sums.sumAbsPercentageErrorSquares += weight * share * share;
    sums.percentageCount += weight;
  }
  if (error !== 0) {
    const share = (2 * size) / (Math.abs(label) + Math.abs(prediction));
    sums.sumSymmetricError += weight * share;
    sums.sumSymmetricErrorSquares += weight * share * share;
  }
  if (label > -1 && prediction > -1) {
    const logError = (Math.log1p(prediction) - Math.log1p(label)) ** 2;
    sums.sumSquaredLogError += weight * logError;
    sums.sumSquaredLogErrorSquares += weight * logError * logError;
    sums.logCount += weight;
  }
  sums.sumAbsTarget += weight * Math.abs(label);
  sums.sumSquaredTarget += weight * label * label;
  sums.sumAbsErrorTarget += weight * size * Math.abs(label);
  sums.sumTarget += weight * d;
  sums.targetSumSquares += weight * d * d;
  sums.targetSumCubes += weight * d * d * d;
  sums.targetSumFourthPowers += weight * d * d * d * d;
  sums.sumErrorTarget += weight * error * d;
  sums.sumErrorTargetSquares += weight * error * d * d;
  sums.sumSquaredErrorTarget += weight * square * d;
  sums.sumSquaredErrorTargetSquares += weight * square * d * d;
}

/**
 * The value that half of the weight lies below, the mean of two where it lies between them (`numpy.median`), and the
 * values at half of the weight -+ (z/2 times the root of the squared weights + half a row): Woodruff's interval, which
 * for equal weights is that of the order statistics n/2 -+ (z sqrt(n) + 1)/2. `null` without weight.
 */
function weightedMedian(values: Float64Array, weights: Float64Array | undefined): MedianSummary | null {
  const rows = Int32Array.from(values.keys())
    .filter((row) => !weights || weights[row]! > 0)
    .sort((a, b) => values[a]! - values[b]!);
  let [total, squares] = [0, 0];
  const passed = Float64Array.from(rows, (row) => {
    const weight = weights ? weights[row]! : 1;
    squares += weight * weight;
    total += weight;
    return total;
  });
  if (rows.length === 0) return null;
  const first = (test: (weight: number) => boolean) => {
    const at = passed.findIndex(test);
    return at < 0 ? rows.length - 1 : at;
  };
  const margin = (normalCritical(0.95) * Math.sqrt(squares) + squares / total) / 2;
  const middle = first((weight) => 2 * weight >= total);
  const next = 2 * passed[middle]! === total ? Math.min(middle + 1, rows.length - 1) : middle;
  return {
    value: (values[rows[middle]!]! + values[rows[next]!]!) / 2,
    lower: values[rows[first((weight) => weight > total / 2 - margin)]!]!,
    upper: values[rows[first((weight) => weight >= total / 2 + margin)]!]!,
  };
}
