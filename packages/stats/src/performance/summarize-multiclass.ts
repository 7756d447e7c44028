import { orderByScore } from '../comparison/paired-scores.ts';
import type {
  AucSummary,
  MulticlassAuc,
  MulticlassSquares,
  MulticlassSummary,
  MulticlassSums,
} from './performance-summary.ts';
import { scaleToOne } from './scale-to-one.ts';
import { assertWeights } from './summarize-binary.ts';

/** What is known of the rows beside label and prediction. */
export interface MulticlassScores {
  /** The probability of each class, a column for each in the order of the classes; see `scaleToOne`. */
  ofClasses?: readonly Float64Array[] | undefined;
  /** How many rows of the whole each row stands for, such as 1 / sampling rate. */
  weights?: Float64Array | undefined;
}

/**
 * Counts a classifier of several classes over labelled rows held in memory. `labels` and `predicted` are positions in
 * `classes`. A class that the model gives no probability has a column of zeros.
 *
 * @throws RangeError when the columns differ in length, name a class that there is not, or hold a weight below 0.
 */
export function summarizeMulticlass(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: readonly string[],
  { ofClasses, weights }: MulticlassScores = {},
): MulticlassSummary {
  const n = labels.length;
  const columns = [predicted, ...(ofClasses ?? []), ...(weights ? [weights] : [])];
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
  const scaled = ofClasses && scaleToOne(ofClasses);
  const sums = (w: Float64Array | undefined) => sumsOf(labels, predicted, classes.length, scaled, w);
  const auc = scaled && countAuc(labels, scaled.scores, weights);
  return {
    task: 'multiclass',
    labels: classes,
    ...sums(weights),
    ...(auc ? { auc: auc.auc } : {}),
    ...(weights
      ? { squared: { ...sums(weights.map((weight) => weight * weight)), ...(auc ? { auc: auc.squares } : {}) } }
      : {}),
  };
}

function sumsOf(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  scaled: ReturnType<typeof scaleToOne> | undefined,
  weights: Float64Array | undefined,
): MulticlassSums {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const sums = { scored: 0, rescaled: 0, logLossSum: 0, logLossSumSquares: 0, brierSum: 0, brierSumSquares: 0 };
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    const weight = weights ? weights[i]! : 1;
    matrix[label]![predicted[i]!]! += weight;
    if (!scaled) continue;
    const loss = -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, scaled.scores[label]![i]!)));
    let brier = 0;
    for (let k = 0; k < classes; k++) brier += (scaled.scores[k]![i]! - (k === label ? 1 : 0)) ** 2;
    sums.scored += weight;
    sums.rescaled += weight * scaled.rescaled[i]!;
    sums.logLossSum += weight * loss;
    sums.logLossSumSquares += weight * loss * loss;
    sums.brierSum += weight * brier;
    sums.brierSumSquares += weight * brier * brier;
  }
  return { matrix, ...sums };
}

/** DeLong's parts of each class against the rest, and of the mean over the classes that have both. */
function countAuc(
  labels: ArrayLike<number>,
  scores: readonly Float64Array[],
  weights: Float64Array | undefined,
): { auc: MulticlassAuc; squares: NonNullable<MulticlassSquares['auc']> } {
  const n = labels.length;
  /** Of each row, its part in the error of the mean, summed over classes. */
  const influence = new Float64Array(n);
  let used = 0;
  const parts = scores.map((score, k) => {
    const own = Float64Array.from({ length: n }, (_, i) => (labels[i] === k ? 1 : 0));
    const { summary, squares, components } = rank(own, score, weights);
    const { positives, negatives, concordant } = summary;
    if (positives > 0 && negatives > 0) {
      used++;
      const area = concordant / (positives * negatives);
      for (let i = 0; i < n; i++) influence[i]! += (components[i]! - area) / (own[i] ? positives : negatives);
    }
    return { summary, squares };
  });
  const sum = influence.reduce((total, x, i) => total + (x * (weights ? weights[i]! : 1)) ** 2, 0);
  return {
    auc: { classes: parts.map(({ summary }) => summary), macroVariance: used === 0 ? 0 : sum / used ** 2 },
    squares: parts.map(({ squares }) => squares),
  };
}

/** One class against the rest, in one pass from the lowest score up. */
function rank(own: Float64Array, score: Float64Array, weights: Float64Array | undefined) {
  const { row, positive, endsTie } = orderByScore(own, score);
  const weightAt = (place: number) => (weights ? weights[row[place]!]! : 1);
  const all = { a: 0, b: 0 };
  for (let i = 0; i < row.length; i++) all[positive[i] ? 'a' : 'b'] += weightAt(i);
  const summary: AucSummary = { positives: all.a, negatives: all.b, concordant: 0, posVarSum: 0, negVarSum: 0 };
  const squares = { positives: 0, posSum: 0, posVarSum: 0, negatives: 0, negSum: 0, negVarSum: 0 };
  const components = new Float64Array(row.length);
  const below = { a: 0, b: 0 };
  for (let start = 0, end = 0; start < row.length; start = end) {
    const tied = { a: 0, b: 0 };
    do tied[positive[end] ? 'a' : 'b'] += weightAt(end);
    while (!endsTie[end++]);
    const beaten = below.b + tied.b / 2;
    const u = all.b > 0 ? beaten / all.b : 0;
    const v = all.a > 0 ? (all.a - below.a - tied.a / 2) / all.a : 0;
    for (let i = start; i < end; i++) {
      const w = weightAt(i);
      const component = positive[i] ? u : v;
      components[row[i]!] = component;
      const [count, once, twice] = positive[i]
        ? (['positives', 'posSum', 'posVarSum'] as const)
        : (['negatives', 'negSum', 'negVarSum'] as const);
      summary[twice] += w * component ** 2;
      squares[count] += w * w;
      squares[once] += w * w * component;
      squares[twice] += w * w * component ** 2;
    }
    summary.concordant += tied.a * beaten;
    below.a += tied.a;
    below.b += tied.b;
  }
  return { summary, squares, components };
}
