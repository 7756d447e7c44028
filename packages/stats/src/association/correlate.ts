import { normalCritical } from '../special/normal.ts';

export interface RankCorrelation {
  /** -1 to 1; null where either side does not vary, or there are fewer than four pairs. */
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Pairs. */
  n: number;
  /** What the pairs are worth as independent ones, see `correlate`. */
  effective: number;
  reason: string;
}

/** Fewer pairs have no interval. */
const LEAST_PAIRS = 4;

/**
 * Spearman's rank correlation of two series of equal length, which are given pair by pair in order of time, with ties at their mean
 * rank. The interval is Fisher's, with the variance 1.06 / (n - 3) of Fieller, Hartley and Pearson (1957). Neighbours in time are
 * alike, so pairs are fewer than they seem: n is taken as n (1 - a b) / (1 + a b) for the first autocorrelations a and b of the
 * ranks (Bartlett 1935), where they have the same sign.
 *
 * @throws RangeError if the lengths differ.
 */
export function correlate(x: readonly number[], y: readonly number[], confidence = 0.95): RankCorrelation {
  if (x.length !== y.length) throw new RangeError(`expected series of equal length, got ${x.length} and ${y.length}`);
  const n = x.length;
  const none = (reason: string): RankCorrelation => ({
    value: null,
    lower: null,
    upper: null,
    n,
    effective: n,
    reason,
  });
  if (n < LEAST_PAIRS) return none(`${n} pairs, and it takes ${LEAST_PAIRS}`);
  const [ranksX, ranksY] = [ranks(x), ranks(y)];
  const value = pearson(ranksX, ranksY);
  if (value === null) return none('one of the two does not vary');
  const product = Math.max(0, autocorrelation(ranksX) * autocorrelation(ranksY));
  const effective = (n * (1 - product)) / (1 + product);
  if (effective <= 3) return { value, lower: null, upper: null, n, effective, reason: 'the pairs are too alike' };
  const margin = normalCritical(confidence) * Math.sqrt(1.06 / (effective - 3));
  const at = Math.atanh(Math.min(1 - 1e-15, Math.max(-1 + 1e-15, value)));
  return { value, lower: Math.tanh(at - margin), upper: Math.tanh(at + margin), n, effective, reason: '' };
}

export interface LaggedCorrelation extends RankCorrelation {
  /** Steps by which the second series comes after the first; below zero it comes before. */
  lag: number;
}

/** The correlation at each lag from -most to most: of x at a time with y that many steps later. A gap is null, and makes no pair. */
export function correlateLags(
  x: readonly (number | null)[],
  y: readonly (number | null)[],
  most: number,
): LaggedCorrelation[] {
  return Array.from({ length: 2 * most + 1 }, (_, i) => {
    const lag = i - most;
    const pairs = x.flatMap((value, at): [number, number][] => {
      const later = y[at + lag];
      return value === null || later === null || later === undefined ? [] : [[value, later]];
    });
    return {
      lag,
      ...correlate(
        pairs.map(([first]) => first),
        pairs.map(([, second]) => second),
      ),
    };
  });
}

/** From 1; values that tie share their mean rank. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const found = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to += 1;
    for (let i = from; i <= to; i += 1) found[order[i]!] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return found;
}

function pearson(x: readonly number[], y: readonly number[]): number | null {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    const [dx, dy] = [x[i]! - mx, y[i]! - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : null;
}

const autocorrelation = (values: readonly number[]): number => pearson(values.slice(1), values.slice(0, -1)) ?? 0;
