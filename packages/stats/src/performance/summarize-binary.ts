import { orderByScore } from '../comparison/paired-scores.ts';
import type { AucSummary, BinarySquares, BinarySummary, BinarySums, ScoreCell } from './performance-summary.ts';

const CALIBRATION_BINS = 15;
/** Most cells of scores that a summary keeps. */
const SCORE_CELLS = 1000;

/**
 * Counts a binary classifier over labelled rows held in memory. `labels` and `predicted` are 0 or 1, `scores` the
 * probability of 1; `predicted` is what the model said, at whatever threshold it uses. `weights`: how many rows of the
 * whole each row stands for, such as 1 / sampling rate. n log n, for the AUC.
 *
 * @throws RangeError when the columns differ in length, or hold a score that is not finite or a weight below 0.
 */
export function summarizeBinary(
  labels: Float64Array,
  scores: Float64Array,
  predicted: ArrayLike<number>,
  weights?: Float64Array,
): BinarySummary {
  const n = labels.length;
  if (scores.length !== n || predicted.length !== n || (weights?.length ?? n) !== n) {
    throw new RangeError(
      `A summary takes as many: ${n} labels, ${scores.length} scores, ${predicted.length} predicted${weights ? `, ${weights.length} weights` : ''}.`,
    );
  }
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad >= 0) throw new RangeError(`scores[${bad}] is ${scores[bad]}, expected a finite number.`);
  assertWeights(weights);

  const square = weights?.map((weight) => weight * weight);
  const sums = sumsOf(labels, scores, predicted, weights);
  const ranked = rank(labels, scores, weights, square);
  return {
    task: 'binary',
    ...sums,
    auc: ranked.auc,
    cells: ranked.cells,
    ...(square
      ? { squared: { ...sumsOf(labels, scores, predicted, square), auc: ranked.squares, cells: ranked.squaredCells } }
      : {}),
  };
}

/** @throws RangeError when a weight is not a finite number of 0 or more. */
export function assertWeights(weights: Float64Array | undefined): void {
  const bad = weights?.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight))) ?? -1;
  if (bad >= 0) throw new RangeError(`weights[${bad}] is ${weights![bad]}, expected a finite number of 0 or more.`);
}

function sumsOf(
  labels: Float64Array,
  scores: Float64Array,
  predicted: ArrayLike<number>,
  weights: Float64Array | undefined,
): BinarySums {
  const counts = { n: 0, tp: 0, fp: 0, tn: 0, fn: 0 };
  const sums = { logLossSum: 0, logLossSumSquares: 0, brierSum: 0, brierSumSquares: 0 };
  const calibration = Array.from({ length: CALIBRATION_BINS }, () => ({ n: 0, scoreSum: 0, positives: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const positive = labels[i]! > 0;
    const score = scores[i]!;
    const weight = weights ? weights[i]! : 1;
    counts.n += weight;
    counts[predicted[i]! > 0 ? (positive ? 'tp' : 'fp') : positive ? 'fn' : 'tn'] += weight;
    const clipped = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));
    const loss = -Math.log(positive ? clipped : 1 - clipped);
    const square = (score - (positive ? 1 : 0)) ** 2;
    sums.logLossSum += weight * loss;
    sums.logLossSumSquares += weight * loss * loss;
    sums.brierSum += weight * square;
    sums.brierSumSquares += weight * square * square;
    const bin = calibration[Math.max(0, Math.min(CALIBRATION_BINS - 1, Math.floor(score * CALIBRATION_BINS)))]!;
    bin.n += weight;
    bin.scoreSum += weight * score;
    if (positive) bin.positives += weight;
  }
  return { ...counts, scored: counts.n, ...sums, calibration };
}

interface Ranked {
  auc: AucSummary;
  cells: ScoreCell[];
  squares: NonNullable<BinarySquares['auc']>;
  squaredCells: NonNullable<BinarySquares['cells']>;
}

/** What depends on the order of the scores, in one pass from the lowest up. */
function rank(
  labels: Float64Array,
  scores: Float64Array,
  weights: Float64Array | undefined,
  square: Float64Array | undefined,
): Ranked {
  const { row, positive, endsTie } = orderByScore(labels, scores);
  const all = { a: 0, b: 0 };
  for (let i = 0; i < row.length; i++) all[positive[i] ? 'a' : 'b'] += weights ? weights[row[i]!]! : 1;
  const auc = { positives: all.a, negatives: all.b, concordant: 0, posVarSum: 0, negVarSum: 0, precisionSum: 0 };
  const squares = { positives: 0, posSum: 0, posVarSum: 0, negatives: 0, negSum: 0, negVarSum: 0 };
  const cells = new Map<number, ScoreCell & { squares: { positives: number; negatives: number } }>();
  const below = { a: 0, b: 0 };
  for (let start = 0, end = 0; start < row.length; start = end) {
    const tied = { a: 0, b: 0, a2: 0, b2: 0 };
    do {
      const at = row[end]!;
      tied[positive[end] ? 'a' : 'b'] += weights ? weights[at]! : 1;
      tied[positive[end] ? 'a2' : 'b2'] += square ? square[at]! : 1;
    } while (!endsTie[end++]);
    const score = scores[row[start]!]!;
    const { a, b, a2, b2 } = tied;
    const beaten = below.b + b / 2;
    const u = all.b > 0 ? beaten / all.b : 0;
    const v = all.a > 0 ? (all.a - below.a - a / 2) / all.a : 0;
    auc.concordant += a * beaten;
    auc.posVarSum += a * u * u;
    auc.negVarSum += b * v * v;
    if (a > 0) auc.precisionSum += (a * (all.a - below.a)) / (all.a - below.a + (all.b - below.b));
    squares.positives += a2;
    squares.posSum += a2 * u;
    squares.posVarSum += a2 * u * u;
    squares.negatives += b2;
    squares.negSum += b2 * v;
    squares.negVarSum += b2 * v * v;
    if (a + b > 0) {
      const middle = ((below.a + below.b + (a + b) / 2) * SCORE_CELLS) / (all.a + all.b);
      const at = Math.min(SCORE_CELLS - 1, Math.floor(middle));
      const cell = cells.get(at) ?? {
        ...{ threshold: score, positives: 0, negatives: 0, scoreSum: 0 },
        squares: { positives: 0, negatives: 0 },
      };
      cell.positives += a;
      cell.negatives += b;
      cell.scoreSum += (a + b) * score;
      cell.squares.positives += a2;
      cell.squares.negatives += b2;
      cells.set(at, cell);
    }
    below.a += a;
    below.b += b;
  }
  const list = [...cells.values()];
  return {
    auc,
    cells: list.map(({ squares: _, ...cell }) => cell),
    squares,
    squaredCells: list.map((cell) => cell.squares),
  };
}
