import { randomIntegers } from '../special/random.ts';
import { assertPaired, orderByScore, type PairedScores, type ScoreOrder } from './paired-scores.ts';

/** Scores are clipped to [2^-52, 1 - 2^-52] before the logarithm, as scikit-learn does. */
const clip = (score: number) => Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));

/** Metrics that are a mean over rows. `accuracy` compares predicted with true class codes. */
const rowMetrics = {
  log_loss: { better: 'lower', row: (y: number, p: number) => -Math.log(y > 0 ? clip(p) : 1 - clip(p)) },
  brier_score: { better: 'lower', row: (y: number, p: number) => (p - y) ** 2 },
  accuracy: { better: 'higher', row: (y: number, p: number) => (p === y ? 1 : 0) },
  mae: { better: 'lower', row: (y: number, p: number) => Math.abs(p - y) },
  mse: { better: 'lower', row: (y: number, p: number) => (p - y) ** 2 },
  rmse: { better: 'lower', row: (y: number, p: number) => (p - y) ** 2 },
} as const;

/** Metrics that two models can be compared by. */
export type ComparisonMetric = keyof typeof rowMetrics | 'roc_auc';

export interface PairedBootstrapInput extends PairedScores {
  metric: ComparisonMetric;
  seed: number;
  /** Resamples, default 2000. */
  draws?: number;
  /** A cluster of each row, such as its day: whole clusters are drawn, so rows of one may depend on each other. */
  blocks?: ArrayLike<number | string>;
  /** Of the interval, default 0.95. */
  confidence?: number;
}

/** Challenger against champion on the same rows. A number that cannot be had is `null`, and `reason` says why. */
export interface PairedComparison {
  metric: ComparisonMetric;
  better: 'higher' | 'lower';
  champion: number | null;
  challenger: number | null;
  /** Challenger minus champion, and its interval. */
  difference: number | null;
  lower: number | null;
  upper: number | null;
  /** Share of the draws in which the challenger is the better one, ties half. */
  probabilityBetter: number | null;
  n: number;
  reason?: 'no_data' | 'one_class' | 'one_block' | 'overflow';
}

/** Computes the metric of both models over the units (rows or blocks) drawn; `null` where it is undefined. */
type Evaluate = (drawn: Int32Array) => readonly [champion: number, challenger: number] | null;

/**
 * Percentile bootstrap of the difference between two models' metric over the same rows: rows (or blocks) are drawn
 * with replacement and both models are evaluated on the draw, so what makes a row hard for both cancels out.
 * Draws with one class only are left out for `roc_auc`. Equal seeds give equal results.
 *
 * Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 8 and 13.
 * @throws RangeError when the columns differ in length, hold a value that is not finite, or draws < 1.
 */
export function pairedBootstrap(input: PairedBootstrapInput): PairedComparison {
  const { metric, labels, seed, draws = 2000, blocks, confidence = 0.95 } = input;
  assertPaired(input);
  if (!(draws >= 1)) throw new RangeError(`A bootstrap takes at least one draw, got ${draws}.`);
  if (blocks && blocks.length !== labels.length) {
    throw new RangeError(`Paired rows: ${labels.length} labels but ${blocks.length} blocks.`);
  }
  const better = metric === 'roc_auc' ? 'higher' : rowMetrics[metric].better;
  const empty = { champion: null, challenger: null, difference: null, lower: null, upper: null };
  const base = { metric, better, ...empty, probabilityBetter: null, n: labels.length } as const;
  if (labels.length === 0) return { ...base, reason: 'no_data' };

  const { unitOf, units } = numberUnits(labels.length, blocks);
  const evaluate = metric === 'roc_auc' ? aucOfDraw(input, unitOf, units) : meansOfDraw(input, metric, unitOf, units);
  const observed = evaluate(Int32Array.from({ length: units }, (_, unit) => unit));
  if (!observed) return { ...base, reason: 'one_class' };
  const [champion, challenger] = observed;
  if (!Number.isFinite(challenger - champion)) return { ...base, reason: 'overflow' };
  const point = { ...base, champion, challenger, difference: challenger - champion };
  if (units < 2) return { ...point, reason: 'one_block' };

  const differences = drawDifferences(evaluate, units, draws, seed);
  if (differences.length === 0) return { ...point, reason: 'one_class' };
  const sign = better === 'higher' ? 1 : -1;
  const wins = differences.reduce((sum, difference) => sum + (Math.sign(difference * sign) + 1) / 2, 0);
  return {
    ...point,
    lower: sortedQuantile(differences, (1 - confidence) / 2),
    upper: sortedQuantile(differences, (1 + confidence) / 2),
    probabilityBetter: wins / differences.length,
  };
}

/** Ascending differences of the draws in which the metric is defined. */
function drawDifferences(evaluate: Evaluate, units: number, draws: number, seed: number): Float64Array {
  const random = randomIntegers(seed);
  const drawn = new Int32Array(units);
  const differences = new Float64Array(draws);
  let defined = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < units; i++) drawn[i] = random() * 2 ** -32 * units;
    const pair = evaluate(drawn);
    if (pair) differences[defined] = pair[1] - pair[0];
    if (pair && Number.isFinite(differences[defined])) defined++;
  }
  return differences.subarray(0, defined).sort();
}

/** Sums per unit are enough for a mean: per unit the champion's sum, the challenger's sum and the rows. */
function meansOfDraw(
  { labels, champion, challenger }: PairedScores,
  metric: keyof typeof rowMetrics,
  unitOf: Int32Array,
  units: number,
): Evaluate {
  const { row } = rowMetrics[metric];
  const finish = metric === 'rmse' ? Math.sqrt : (mean: number) => mean;
  const sums = new Float64Array(3 * units);
  for (const [i, unit] of unitOf.entries()) {
    sums[3 * unit]! += row(labels[i]!, champion[i]!);
    sums[3 * unit + 1]! += row(labels[i]!, challenger[i]!);
    sums[3 * unit + 2]! += 1;
  }
  return (drawn) => {
    let first = 0;
    let second = 0;
    let rows = 0;
    for (let i = 0; i < drawn.length; i++) {
      const at = 3 * drawn[i]!;
      first += sums[at]!;
      second += sums[at + 1]!;
      rows += sums[at + 2]!;
    }
    return [finish(first / rows), finish(second / rows)];
  };
}

/** Both models' rows are sorted once; a draw only changes how often each row counts. */
function aucOfDraw({ labels, champion, challenger }: PairedScores, unitOf: Int32Array, units: number): Evaluate {
  const orders = [champion, challenger].map((scores) => {
    const order = orderByScore(labels, scores);
    return { ...order, row: order.row.map((row) => unitOf[row]!) };
  });
  const times = new Int32Array(units);
  return (drawn) => {
    times.fill(0);
    for (let i = 0; i < drawn.length; i++) times[drawn[i]!]!++;
    const first = weightedAuc(orders[0]!, times);
    const second = weightedAuc(orders[1]!, times);
    return first === null || second === null ? null : [first, second];
  };
}

/** AUC when the row at place i counts `times[row[i]]` times. `null` where one class is absent. */
function weightedAuc({ row, positive, endsTie }: ScoreOrder, times: Int32Array): number | null {
  let concordant = 0;
  let positives = 0;
  let negatives = 0;
  let tiedPositives = 0;
  let tiedNegatives = 0;
  for (let i = 0; i < row.length; i++) {
    const count = times[row[i]!]!;
    if (positive[i]) tiedPositives += count;
    else tiedNegatives += count;
    if (endsTie[i]) {
      concordant += tiedPositives * (negatives + tiedNegatives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
      tiedPositives = 0;
      tiedNegatives = 0;
    }
  }
  return positives === 0 || negatives === 0 ? null : concordant / (positives * negatives);
}

/** What is drawn: each row by itself, or each distinct block. */
function numberUnits(n: number, blocks: ArrayLike<number | string> | undefined) {
  if (!blocks) return { unitOf: Int32Array.from({ length: n }, (_, i) => i), units: n };
  const numbers = new Map<number | string, number>();
  const unitOf = Int32Array.from(blocks, (block) => {
    const unit = numbers.get(block) ?? numbers.size;
    numbers.set(block, unit);
    return unit;
  });
  return { unitOf, units: numbers.size };
}

/** Linear between the two nearest of the ascending values, as `numpy.quantile`. */
function sortedQuantile(values: Float64Array, q: number): number {
  const at = q * (values.length - 1);
  const low = values[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (values[Math.ceil(at)]! - low);
}
