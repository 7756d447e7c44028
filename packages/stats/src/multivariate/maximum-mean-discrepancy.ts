import { normalInterval } from '../intervals/normal-interval.ts';
import { normalSurvival } from '../special/normal.ts';
import { randomIntegers } from '../special/random.ts';
import { assertMatrix, type RowMatrix, stack } from './row-matrix.ts';
import { shuffled } from './shuffle.ts';

export interface MmdOptions {
  /** Width of the kernel exp(-d^2 / (2 bandwidth^2)). Default: the median heuristic. */
  bandwidth?: number;
  /** Default 199. The smallest p-value is 1 / (permutations + 1). */
  permutations?: number;
  seed?: number;
  /** Drift wants an unbiased estimate of at least this, beside p < 0.01. Default 0.005. */
  effect?: number;
}

export interface MmdResult {
  /** Unbiased estimate of the squared discrepancy; may be a little below 0 where there is none. */
  unbiased: number | null;
  /** Biased estimate, the squared distance of the means in the kernel's space; never below 0. */
  biased: number | null;
  /** Share of the permutations, the observation itself among them, whose discrepancy is as large. */
  pValue: number | null;
  bandwidth: number | null;
  permutations: number;
  seed: number;
  threshold: number;
  drifted: boolean | null;
  reason?: 'empty_reference' | 'empty_current' | 'insufficient' | 'no_spread';
}

/** Fewer rows than this on a side are measured and not judged. */
const LEAST_ROWS = 30;
/** Stricter than elsewhere, since nothing corrects it for being one test among others. */
const LEVEL = 0.01;
/** Rows by which the bandwidth is chosen: more would not move a median that matters. */
const BANDWIDTH_ROWS = 500;

/**
 * Maximum mean discrepancy of two samples of rows under a Gaussian kernel, with a permutation test. It is 0 only where the
 * distributions are equal, whatever their form. Time (n + m)^2 x (columns + permutations / 2), memory (n + m)^2 / 2
 * doubles: take at most some 1,000 rows a side, and `linearMmd` beyond.
 *
 * p = (1 + permutations with a discrepancy at least as large) / (1 + permutations): the observation is one of the
 * arrangements that are equally likely under the null, so p is never 0 and holds its level exactly. The default effect is
 * about that of a shift of one normal column by 0.16 deviations.
 *
 * Source: Gretton, Borgwardt, Rasch, Schölkopf and Smola (2012), Journal of Machine Learning Research 13;
 * Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9.
 * @throws RangeError for other columns on one side than on the other, a value that is not finite, or a bandwidth not above 0.
 */
export function maximumMeanDiscrepancy(
  reference: RowMatrix,
  current: RowMatrix,
  { bandwidth, permutations = 199, seed = 0, effect = 0.005 }: MmdOptions = {},
): MmdResult {
  const settings = { permutations, seed, threshold: effect, drifted: null };
  const nothing = { unbiased: null, biased: null, pValue: null, bandwidth: null, ...settings };
  assertSides(reference, current, bandwidth);
  if (reference.rows === 0) return { ...nothing, reason: 'empty_reference' };
  if (current.rows === 0) return { ...nothing, reason: 'empty_current' };
  if (Math.min(reference.rows, current.rows) < 2) return { ...nothing, reason: 'insufficient' };
  const pooled = stack(reference, current);
  const width = bandwidth ?? medianBandwidth(pooled, seed);
  if (width === null) return { ...nothing, reason: 'no_spread' };
  const kernel = kernelMatrix(pooled, width);
  const order = Array.from({ length: pooled.rows }, (_, i) => i);
  // The sums of the smaller side take least time; the estimates are the same with the sides exchanged.
  const [n, m] = reference.rows <= current.rows ? [reference.rows, current.rows] : [current.rows, reference.rows];
  const smaller = reference.rows <= current.rows ? order.slice(0, n) : order.slice(m);
  const observed = withinSums(kernel, Int32Array.from(smaller));
  const unbiased = (sums: Sums) =>
    (2 * sums.first) / (n * (n - 1)) + (2 * sums.second) / (m * (m - 1)) - (2 * sums.between) / (n * m);
  const biased = (sums: Sums) =>
    (2 * sums.first + n) / (n * n) + (2 * sums.second + m) / (m * m) - (2 * sums.between) / (n * m);
  const value = unbiased(observed);
  const next = randomIntegers(seed);
  // Sums in another order differ in their last digits: what ties with the observation must count.
  const least = value - 1e-12;
  let asLarge = 1;
  for (let i = 0; i < permutations; i++) {
    const first = Int32Array.from(shuffled(order, next).slice(0, n)).sort();
    if (unbiased(withinSums(kernel, first)) >= least) asLarge++;
  }
  const pValue = asLarge / (permutations + 1);
  const result = { unbiased: value, biased: Math.max(0, biased(observed)), pValue, bandwidth: width, ...settings };
  if (Math.min(n, m) < LEAST_ROWS) return { ...result, reason: 'insufficient' };
  return { ...result, drifted: pValue < LEVEL && value >= effect };
}

/** What `linearMmd` says. Its estimate is unbiased. */
export interface LinearMmdResult {
  unbiased: number | null;
  lower: number | null;
  upper: number | null;
  /** One-sided, normal: that the discrepancy is above 0. */
  pValue: number | null;
  bandwidth: number | null;
  /** Pairs of rows of either side that it rests on. */
  pairs: number;
  reason?: MmdResult['reason'] | 'no_variance';
}

/**
 * The estimate in linear time: the mean, over pairs of rows of either side, of k(x, x') + k(y, y') - k(x, y') - k(x', y).
 * The terms are independent, so the mean has a normal interval and a p-value without permutations. Weaker than the
 * quadratic test over the same rows, but a million rows take a moment. Pairs are neighbours: hand in rows in an order that
 * means nothing, such as that of a hash. Rows without a partner are left out.
 *
 * Source: Gretton et al. (2012), Journal of Machine Learning Research 13, section 6.
 * @throws RangeError as `maximumMeanDiscrepancy`.
 */
export function linearMmd(
  reference: RowMatrix,
  current: RowMatrix,
  { bandwidth, seed = 0 }: Pick<MmdOptions, 'bandwidth' | 'seed'> = {},
): LinearMmdResult {
  assertSides(reference, current, bandwidth);
  const pairs = Math.floor(Math.min(reference.rows, current.rows) / 2);
  const nothing = { unbiased: null, lower: null, upper: null, pValue: null, bandwidth: null, pairs };
  if (reference.rows === 0) return { ...nothing, reason: 'empty_reference' };
  if (current.rows === 0) return { ...nothing, reason: 'empty_current' };
  if (pairs < 2) return { ...nothing, reason: 'insufficient' };
  const width = bandwidth ?? medianBandwidth(stack(reference, current), seed);
  if (width === null) return { ...nothing, reason: 'no_spread' };
  const scale = -1 / (2 * width * width);
  const k = (a: RowMatrix, i: number, b: RowMatrix, j: number) => Math.exp(squaredDistance(a, i, b, j) * scale);
  let mean = 0;
  let squares = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const [i, j] = [2 * pair, 2 * pair + 1];
    const h =
      k(reference, i, reference, j) +
      k(current, i, current, j) -
      k(reference, i, current, j) -
      k(reference, j, current, i);
    const off = h - mean;
    mean += off / (pair + 1);
    squares += off * (h - mean);
  }
  const standardError = Math.sqrt(squares / (pairs - 1) / pairs);
  const interval = normalInterval(mean, standardError);
  if (!interval) return { ...nothing, unbiased: mean, bandwidth: width, reason: 'no_variance' };
  return { unbiased: mean, ...interval, pValue: normalSurvival(mean / standardError), bandwidth: width, pairs };
}

/**
 * The median heuristic: the median Euclidean distance between rows, of a sample by the seed where there are many. The
 * median distance above 0 where most rows are equal; `null` where all are.
 */
export function medianBandwidth(rows: RowMatrix, seed = 0): number | null {
  const order = Array.from({ length: rows.rows }, (_, i) => i);
  const sample = rows.rows <= BANDWIDTH_ROWS ? order : shuffled(order, randomIntegers(seed)).slice(0, BANDWIDTH_ROWS);
  const squares: number[] = [];
  for (let i = 0; i < sample.length; i++) {
    for (let j = i + 1; j < sample.length; j++) squares.push(squaredDistance(rows, sample[i]!, rows, sample[j]!));
  }
  const sorted = Float64Array.from(squares).sort();
  const median = medianOf(sorted) || medianOf(sorted.filter((square) => square > 0));
  return median > 0 && Number.isFinite(median) ? Math.sqrt(median) : null;
}

function medianOf(sorted: Float64Array): number {
  const n = sorted.length;
  if (n === 0) return 0;
  return (Math.sqrt(sorted[(n - 1) >> 1]!) + Math.sqrt(sorted[n >> 1]!)) ** 2 / 4;
}

function assertSides(reference: RowMatrix, current: RowMatrix, bandwidth: number | undefined): void {
  assertMatrix(reference, 'reference');
  assertMatrix(current, 'current');
  if (reference.columns !== current.columns) {
    throw new RangeError(`The reference has ${reference.columns} columns, the current rows have ${current.columns}.`);
  }
  if (bandwidth !== undefined && !(bandwidth > 0)) throw new RangeError(`A bandwidth is above 0, got ${bandwidth}.`);
}

function squaredDistance(a: RowMatrix, i: number, b: RowMatrix, j: number): number {
  const [p, q] = [i * a.columns, j * b.columns];
  let sum = 0;
  for (let column = 0; column < a.columns; column++) sum += (a.values[p + column]! - b.values[q + column]!) ** 2;
  return sum;
}

/** Kernel of every pair of rows, with the sums of its rows; the diagonal, 1, is left out. */
interface Kernel {
  rows: number;
  values: Float64Array;
  sums: Float64Array;
  total: number;
}

function kernelMatrix(rows: RowMatrix, bandwidth: number): Kernel {
  const n = rows.rows;
  const values = new Float64Array(n * n);
  const sums = new Float64Array(n);
  const scale = -1 / (2 * bandwidth * bandwidth);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const k = Math.exp(squaredDistance(rows, i, rows, j) * scale);
      values[i * n + j] = k;
      values[j * n + i] = k;
      sums[i]! += k;
      sums[j]! += k;
      total += k;
    }
  }
  return { rows: n, values, sums, total };
}

/** Sums of the kernel over pairs: inside of the first group, inside of the second, and between them. */
interface Sums {
  first: number;
  second: number;
  between: number;
}

/** Only pairs inside of `group` are added up; the rest follows from the sums of the rows. */
function withinSums({ rows, values, sums, total }: Kernel, group: Int32Array): Sums {
  let first = 0;
  let touching = 0;
  for (let a = 0; a < group.length; a++) {
    const start = group[a]! * rows;
    touching += sums[group[a]!]!;
    for (let b = a + 1; b < group.length; b++) first += values[start + group[b]!]!;
  }
  const between = touching - 2 * first;
  return { first, between, second: total - first - between };
}
