import { defineDetector } from './detector.ts';

interface Window {
  /** Values since the beginning; those that the buckets do not hold yet stand in `pending`. */
  seen: number;
  pending: number[];
  /** Values in the buckets, their sum, and the sum of squared deviations from their mean. */
  width: number;
  total: number;
  squares: number;
  /**
   * Row r has `buckets[r]` buckets of 2^r values each and room for max_buckets, the newest first; rows lie one after the other.
   * Of each bucket its sum and its size; both are 0 where there is none.
   */
  buckets: number[];
  sums: number[];
  sizes: number[];
  /** d at an earlier width, so at most d: taking logarithms at each look would cost more than all the rest. */
  leastD: number;
}

/** Values are put into buckets this many at once, which is quicker than one by one and comes to the same. */
const BATCH = 32;
const MOST_BUCKETS = 1_000;

/**
 * Adaptive windowing. Keeps a window that grows as long as its values look alike, in buckets of 1, 2, 4, ... values, so that n
 * values take O(log n) room. Every `clock` values each border between buckets is tried as a cut: a drift when the means on both
 * sides differ by more than
 *
 *     sqrt(2 m v d) + 2/3 m d,   m = 1/n0' + 1/n1',   d = ln(2 ln(n) / delta),
 *
 * where v is the variance of the window, and n0', n1' are the sides less `min_window_length`, plus 1. Every border is tried,
 * that before the newest bucket of each row too (River from 0.22 on; older versions leave it out and fire later).
 *
 * For values of any range, though the bound is made for values in [0, 1]: over other ranges the false-alarm rate is not delta.
 * Time for a value: O(log n / clock).
 *
 * Source: Bifet and Gavaldà (2007), SIAM International Conference on Data Mining, 443-448.
 */
export const adwin = defineDetector({
  id: 'adwin',
  label: 'ADWIN (adaptive windowing)',
  input: 'number',
  parameters: {
    delta: { default: 0.002, above: 0, below: 1, description: 'Smaller is more careful: the level of each test.' },
    clock: { default: 32, integer: true, minimum: 1, description: 'Values between two looks for a drift.' },
    max_buckets: {
      default: 5,
      integer: true,
      minimum: 1,
      maximum: MOST_BUCKETS,
      description: 'Most buckets of one size.',
    },
    min_window_length: { default: 5, integer: true, minimum: 1, description: 'Smallest side of a cut.' },
    grace_period: { default: 10, integer: true, minimum: 0, description: 'Values before the first look.' },
  },
  reference: 'Bifet and Gavaldà (2007), SIAM International Conference on Data Mining, 443-448',

  start: (): Window => ({
    ...{ seen: 0, pending: new Array<number>(BATCH).fill(0) },
    ...{ width: 0, total: 0, squares: 0, buckets: [], sums: [], sizes: [], leastD: 0 },
  }),

  step(window, value, { delta, clock, max_buckets, min_window_length, grace_period }) {
    window.pending[window.seen - window.width] = value;
    window.seen++;
    const looks = window.seen % clock === 0 && window.seen > grace_period;
    if (looks || window.seen - window.width === BATCH) absorb(window, max_buckets, delta);
    return looks && hasCut(window, delta, min_window_length) ? 'drift' : 'none';
  },
});

/** Room for a row and what comes to it; of two rows, as one is made from the other. */
const rows = [new Float64Array(MOST_BUCKETS + BATCH), new Float64Array(MOST_BUCKETS + BATCH)] as const;

/** Puts what is pending into buckets. Where a row has too many, its oldest become, two by two, buckets of the next row. */
function absorb(window: Window, maxBuckets: number, delta: number): void {
  const { pending, buckets, sums, sizes } = window;
  let { width, total, squares } = window;
  let coming = window.seen - width;
  for (let i = 0; i < coming; i++) {
    const value = pending[i]!;
    rows[0][(buckets[0] ?? 0) + i] = value;
    if (width > 0) {
      const deviation = value - total / width;
      squares += (width * deviation * deviation) / (width + 1);
    }
    width++;
    total += value;
  }
  window.width = width;
  window.total = total;
  window.squares = squares;
  for (let row = 0, size = 1; coming > 0; row++, size *= 2) {
    const first = row * maxBuckets;
    if (row === buckets.length) {
      buckets.push(0);
      for (let i = 0; i < maxBuckets; i++) sums.push(0);
      for (let i = 0; i < maxBuckets; i++) sizes.push(0);
      if (width > 2) window.leastD = logTerm(width, delta);
    }
    const used = buckets[row]!;
    const count = used + coming;
    const here = rows[row % 2]!;
    const next = rows[(row + 1) % 2]!;
    for (let i = 0; i < used; i++) here[i] = sums[first + used - 1 - i]!;
    const pairs = Math.max(0, (count - maxBuckets + 1) >> 1);
    const after = buckets[row + 1] ?? 0;
    for (let i = 0; i < pairs; i++) next[after + i] = here[2 * i]! + here[2 * i + 1]!;
    const kept = count - 2 * pairs;
    for (let i = 0; i < maxBuckets; i++) {
      sums[first + i] = i < kept ? here[count - 1 - i]! : 0;
      sizes[first + i] = i < kept ? size : 0;
    }
    buckets[row] = kept;
    coming = pairs;
  }
}

/** Sums of this many doubles may be off by such a share of their terms. */
const ROUNDING = 1e-13;

function hasCut(window: Window, delta: number, minimum: number): boolean {
  const { width, total, squares, sums, sizes, leastD } = window;
  // Most borders are refused without a division or a root: m is at least n / (n0 n1), so a difference of means whose square
  // is below 2 d v n / (n0 n1) lies below the bound. Both sides are multiplied by (n0 n1)^2; `rounding` keeps it on the safe side.
  const refuse = 2 * leastD * squares * (1 - 1e-9);
  const rounding = ROUNDING * Math.abs(total) * width;
  let n1 = 0;
  let u1 = 0;
  // From the newest bucket to the oldest. Places without one are gone through too and try the same border again: the loop is
  // quicker without asking.
  for (let i = 0; i < sums.length; i++) {
    n1 += sizes[i]!;
    u1 += sums[i]!;
    const n0 = width - n1;
    const apart = Math.abs(u1 * width - total * n1) + rounding;
    if (apart * apart <= refuse * n0 * n1 || n1 < minimum) continue;
    if (n0 < minimum) return false;
    const m = 1 / (n0 - minimum + 1) + 1 / (n1 - minimum + 1);
    const d = logTerm(width, delta);
    const bound = Math.sqrt((2 * m * squares * d) / width) + (2 / 3) * d * m;
    if (Math.abs((total - u1) / n0 - u1 / n1) > bound && isBeyond(bound, n0, n1, u1, sums)) return true;
  }
  return false;
}

const logTerm = (width: number, delta: number): number => Math.log((2 * Math.log(width)) / delta);

/**
 * The running total has gathered the rounding of every value, which alone can make a long constant stream look as if it had
 * changed. The sum of the buckets is good to a few places, and a difference within those is none.
 */
function isBeyond(bound: number, n0: number, n1: number, u1: number, sums: readonly number[]): boolean {
  const u0 = sums.reduce((a, b) => a + b, 0) - u1;
  const rounding = ROUNDING * (n0 + n1) * (Math.abs(u0) / n0 + Math.abs(u1) / n1) * (1 / n0 + 1 / n1);
  return Math.abs(u0 / n0 - u1 / n1) > bound + rounding;
}
