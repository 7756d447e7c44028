import { aucComponents } from '../comparison/de-long.ts';
import type { AucSummary, MulticlassAuc, MulticlassSummary, MulticlassSums } from './performance-summary.ts';
import { assertWeights } from './summarize-binary.ts';

/** What is known of the rows beside label and prediction. */
export interface MulticlassScores {
  /** The probability that each row's true class was given. */
  ofTrueClass?: Float64Array | null | undefined;
  /** The probability of each class, a column for each in the order of the classes; then `ofTrueClass` is not needed. */
  ofClasses?: readonly Float64Array[] | undefined;
  /** How many rows of the whole each row stands for, such as 1 / sampling rate. */
  weights?: Float64Array | undefined;
}

/**
 * Counts a classifier of several classes over labelled rows held in memory. `labels` and `predicted` are positions in
 * `classes`. The AUC of each class is counted where the probabilities of all classes are given and rows have no weights.
 *
 * @throws RangeError when the columns differ in length, name a class that there is not, or hold a weight below 0.
 */
export function summarizeMulticlass(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: readonly string[],
  { ofTrueClass = null, ofClasses, weights }: MulticlassScores = {},
): MulticlassSummary {
  const n = labels.length;
  const columns = [
    predicted,
    ...(ofTrueClass ? [ofTrueClass] : []),
    ...(ofClasses ?? []),
    ...(weights ? [weights] : []),
  ];
  const other = columns.find((column) => column.length !== n);
  if (other || (ofClasses && ofClasses.length !== classes.length)) {
    throw new RangeError(
      `A summary takes as many: ${n} labels, ${other ? `${other.length} in another column` : `${ofClasses!.length} columns for ${classes.length} classes`}.`,
    );
  }
  assertWeights(weights);
  for (let i = 0; i < n; i++) {
    if (classes[labels[i]!] === undefined || classes[predicted[i]!] === undefined) {
      throw new RangeError(`Row ${i} has classes ${labels[i]} and ${predicted[i]} of ${classes.length}.`);
    }
  }
  const truth =
    ofTrueClass ?? (ofClasses && Float64Array.from(labels as ArrayLike<number>, (k, i) => ofClasses[k]![i]!));
  const sums = (w: Float64Array | undefined) => sumsOf(labels, predicted, classes.length, truth ?? null, w);
  return {
    task: 'multiclass',
    labels: classes,
    ...sums(weights),
    ...(ofClasses && !weights ? { auc: countAuc(labels, ofClasses) } : {}),
    ...(weights ? { squared: sums(weights.map((weight) => weight * weight)) } : {}),
  };
}

function sumsOf(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  truth: Float64Array | null,
  weights: Float64Array | undefined,
): MulticlassSums {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const sums = { logLossCount: 0, logLossSum: 0, logLossSumSquares: 0 };
  for (let i = 0; i < labels.length; i++) {
    const weight = weights ? weights[i]! : 1;
    matrix[labels[i]!]![predicted[i]!]! += weight;
    if (!truth) continue;
    const loss = -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, truth[i]!)));
    sums.logLossCount += weight;
    sums.logLossSum += weight * loss;
    sums.logLossSumSquares += weight * loss * loss;
  }
  return { matrix, ...sums };
}

/** DeLong's parts of each class against the rest, and of the mean over the classes that have both. */
function countAuc(labels: ArrayLike<number>, scores: readonly Float64Array[]): MulticlassAuc {
  const n = labels.length;
  /** Of each row, its part in the error of the mean, summed over classes. */
  const influence = new Float64Array(n);
  let used = 0;
  const classes = scores.map((score, k): AucSummary => {
    const own = Float64Array.from({ length: n }, (_, i) => (labels[i] === k ? 1 : 0));
    const positives = own.reduce((sum, is) => sum + is, 0);
    const negatives = n - positives;
    const found = aucComponents(own, score);
    let [posVarSum, negVarSum] = [0, 0];
    if (found) {
      used++;
      for (let i = 0; i < n; i++) {
        const component = found.components[i]!;
        if (own[i]) posVarSum += component ** 2;
        else negVarSum += component ** 2;
        influence[i]! += (component - found.auc) / (own[i] ? positives : negatives);
      }
    }
    return { positives, negatives, concordant: (found?.auc ?? 0) * positives * negatives, posVarSum, negVarSum };
  });
  const macroVariance = used === 0 ? 0 : influence.reduce((sum, x) => sum + x * x, 0) / used ** 2;
  return { classes, macroVariance };
}
