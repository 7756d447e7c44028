import type { MulticlassSummary } from './performance-summary.ts';

/**
 * Counts a classifier of several classes over labelled rows held in memory. `labels` and `predicted` are positions in
 * `classes`. `trueClassScores`: the probability that each row's true class was given, where there are any.
 *
 * @throws RangeError when the columns differ in length, or name a class that there is not.
 */
export function summarizeMulticlass(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: readonly string[],
  trueClassScores: Float64Array | null = null,
): MulticlassSummary {
  const n = labels.length;
  if (predicted.length !== n || (trueClassScores?.length ?? n) !== n) {
    throw new RangeError(`A summary takes as many: ${n} labels, ${predicted.length} predicted.`);
  }
  const matrix = classes.map(() => classes.map(() => 0));
  for (let i = 0; i < n; i++) {
    const row = matrix[labels[i]!];
    if (row?.[predicted[i]!] === undefined) {
      throw new RangeError(`Row ${i} has classes ${labels[i]} and ${predicted[i]} of ${classes.length}.`);
    }
    row[predicted[i]!]!++;
  }
  let logLossSum = 0;
  let logLossSumSquares = 0;
  for (const score of trueClassScores ?? []) {
    const loss = -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score)));
    logLossSum += loss;
    logLossSumSquares += loss * loss;
  }
  const logLossCount = trueClassScores ? n : 0;
  return { task: 'multiclass', labels: classes, matrix, logLossCount, logLossSum, logLossSumSquares };
}
