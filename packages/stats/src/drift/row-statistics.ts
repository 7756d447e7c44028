import type { NumericSummary } from '../summary/column-summary.ts';
import { assertSameBins } from '../summary/merge-summaries.ts';
import { standardDeviation } from '../summary/standard-deviation.ts';
import { planWaves, type Waves, wavesOf } from './waves.ts';

/**
 * What the tests of order need to know of two samples of n and m values: sums over the distinct values of both together,
 * ascending, which one sorted pass gives. With F and G the shares of reference and current up to and with a value,
 * D = F - G, t the rows of both at it, T the rows up to and with it, N = n + m:
 */
export interface RowStatistics {
  n: number;
  m: number;
  /** max(F - G), at least 0: how far the current window lies above. */
  up: number;
  /** max(G - F), at least 0: how far it lies below. */
  down: number;
  /** Sum of t (D^2 + D'^2) / 2 over N, where D' is D before the value: the mean squared gap. */
  gapSquares: number;
  /** Sum of t d^2 / (B (N - B) - N t / 4) with d the mean of D and D' and B = T - t / 2: the gap in its own errors. */
  weightedGapSquares: number;
  /** Pairs of a current and a reference value in which the current one is larger, equal ones as half. */
  wins: number;
  /** Sum of t^3 - t. */
  ties: number;
  /** Integral of |D| over the values: the Wasserstein-1 distance. `null` where it overflows. */
  gap: number | null;
  /** Integral of D^2 over the values. `null` where it overflows. */
  gapSquared: number | null;
  /** Population standard deviation of the reference; 0 for a constant, `null` where it overflows. */
  deviation: number | null;
  /** For the Epps-Singleton test only; `null` where both sides together have no spread between their quartiles. */
  waves?: { reference: Waves; current: Waves } | null;
}

/**
 * The statistics of two samples held in memory. Values that are not finite are left out. O(N log N).
 *
 * Sources of the sums: see the tests that use them.
 */
export function rowStatistics(reference: ArrayLike<number>, current: ArrayLike<number>): RowStatistics {
  const a = ascending(reference);
  const b = ascending(current);
  const pass = new SortedPass(a.length, b.length);
  let integral = 0;
  let integralOfSquares = 0;
  let last = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    const [from, to] = [i, j];
    while (a[i] === value) i++;
    while (b[j] === value) j++;
    if (pass.gap !== 0) {
      integral += Math.abs(pass.gap) * (value - last);
      integralOfSquares += pass.gap * pass.gap * (value - last);
    }
    last = value;
    pass.add(i - from, j - to);
  }
  const both = quartiles(a, b);
  const plan = both && planWaves(both);
  return {
    ...pass.sums(),
    gap: finite(integral),
    gapSquared: finite(integralOfSquares),
    deviation: deviationOf(a),
    waves: plan && { reference: wavesOf(a, plan), current: wavesOf(b, plan) },
  };
}

/**
 * The same from summaries: the rows of a bin count as equal, and lie at the mean of their side's rows in it where
 * distances count. Without `waves`.
 *
 * @throws Error when the edges differ.
 */
export function binStatistics(reference: NumericSummary, current: NumericSummary): RowStatistics {
  assertSameBins(reference, current);
  const pass = new SortedPass(reference.count, current.count);
  for (const [i, count] of reference.bins.entries()) pass.add(count, current.bins[i]!);
  const steps = [...stepsOf(reference, 1), ...stepsOf(current, -1)].sort((x, y) => x.at - y.at);
  let [gap, integral, integralOfSquares] = [0, 0, 0];
  for (const [i, { at, share }] of steps.entries()) {
    gap += share;
    const width = (steps[i + 1]?.at ?? at) - at;
    integral += Math.abs(gap) * width;
    integralOfSquares += gap * gap * width;
  }
  return {
    ...pass.sums(),
    gap: finite(integral),
    gapSquared: finite(integralOfSquares),
    deviation: standardDeviation(reference),
  };
}

type RankSums = Omit<RowStatistics, 'gap' | 'gapSquared' | 'deviation' | 'waves'>;

/** Collects the sums over groups of equal values, ascending. */
class SortedPass {
  /** F - G after the last group. */
  gap = 0;
  readonly #sums: RankSums;
  #reference = 0;
  #current = 0;

  constructor(n: number, m: number) {
    this.#sums = { n, m, up: 0, down: 0, gapSquares: 0, weightedGapSquares: 0, wins: 0, ties: 0 };
  }

  add(a: number, b: number): void {
    const sums = this.#sums;
    const { n, m } = sums;
    if (a + b === 0 || n === 0 || m === 0) return;
    const before = this.gap;
    const t = a + b;
    const middle = this.#reference + this.#current + t / 2;
    sums.wins += b * (this.#reference + a / 2);
    this.#reference += a;
    this.#current += b;
    this.gap = this.#reference / n - this.#current / m;
    sums.up = Math.max(sums.up, this.gap);
    sums.down = Math.max(sums.down, -this.gap);
    sums.gapSquares += (t * (this.gap ** 2 + before ** 2)) / (2 * (n + m));
    const room = gapVariance(middle, t, n + m);
    if (room > 0) sums.weightedGapSquares += (t * ((this.gap + before) / 2) ** 2) / room;
    sums.ties += t ** 3 - t;
  }

  sums(): RankSums {
    return this.#sums;
  }
}

/** B (N - B) - N t / 4: what the gap at a group of t rows around rank B is measured against; 0 if all rows are one. */
export function gapVariance(middle: number, t: number, rows: number): number {
  return t === rows ? 0 : middle * (rows - middle) - (rows * t) / 4;
}

function stepsOf({ bins, sums, count }: NumericSummary, sign: 1 | -1) {
  return bins.flatMap((inBin, i) => (inBin === 0 ? [] : [{ at: sums[i]! / inBin, share: (sign * inBin) / count }]));
}

function ascending(values: ArrayLike<number>): Float64Array {
  const finite = Float64Array.from(values).filter(Number.isFinite);
  // Of two zeros one is as good as the other, but the order of typed arrays tells them apart.
  for (let i = 0; i < finite.length; i++) finite[i]! += 0;
  return finite.sort();
}

/** Lower and upper quartile of both samples together, linear between ranks. */
function quartiles(a: Float64Array, b: Float64Array): readonly [number, number] | null {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  both.sort();
  if (a.length === 0 || b.length === 0) return null;
  const at = (share: number) => {
    const rank = share * (both.length - 1);
    const low = both[Math.floor(rank)]!;
    return low + (rank - Math.floor(rank)) * (both[Math.ceil(rank)]! - low);
  };
  return [at(0.25), at(0.75)];
}

function deviationOf(values: Float64Array): number | null {
  const n = values.length;
  if (n === 0 || values[0] === values[n - 1]) return n === 0 ? null : 0;
  const mean = values.reduce((sum, value) => sum + value / n, 0);
  return finite(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / n, 0)));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
