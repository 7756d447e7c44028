import type { RegressionSummary } from './performance-summary.ts';

/**
 * Counts a regressor over labelled rows held in memory.
 *
 * @throws RangeError when the columns differ in length, or hold a number that is not finite.
 */
export function summarizeRegression(labels: Float64Array, predictions: Float64Array): RegressionSummary {
  const n = labels.length;
  if (predictions.length !== n) {
    throw new RangeError(`A summary takes as many: ${n} labels, ${predictions.length} predictions.`);
  }
  const summary = {
    sumError: 0,
    sumAbsError: 0,
    sumSquaredError: 0,
    sumFourthPowerError: 0,
    sumAbsPercentageError: 0,
    sumAbsPercentageErrorSquares: 0,
    percentageCount: 0,
    targetMean: 0,
    targetSumSquares: 0,
  };
  for (let i = 0; i < n; i++) {
    const label = labels[i]!;
    const error = predictions[i]! - label;
    if (!Number.isFinite(error)) {
      throw new RangeError(`Row ${i} has label ${label} and prediction ${predictions[i]}, expected finite numbers.`);
    }
    const square = error * error;
    summary.sumError += error;
    summary.sumAbsError += Math.abs(error);
    summary.sumSquaredError += square;
    summary.sumFourthPowerError += square * square;
    if (label !== 0) {
      const share = Math.abs(error / label);
      summary.sumAbsPercentageError += share;
      summary.sumAbsPercentageErrorSquares += share * share;
      summary.percentageCount++;
    }
    // Welford's running mean: exact for large labels too.
    const gap = label - summary.targetMean;
    summary.targetMean += gap / (i + 1);
    summary.targetSumSquares += gap * (label - summary.targetMean);
  }
  return { task: 'regression', n, ...summary };
}
