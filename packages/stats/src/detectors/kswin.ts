import { ksPValue } from '../drift/ks-p-value.ts';
import { randomIntegers } from '../special/random.ts';
import { defineDetector } from './detector.ts';

/**
 * Kolmogorov-Smirnov windowing: compares the newest `stat_size` values of a sliding window with as many drawn without
 * replacement from the older ones. A drift when the exact two-sample p-value is at most `alpha` and D exceeds 0.1. Sees any
 * change of the distribution, not only of the mean; every value is a test, so keep `alpha` below 0.01.
 *
 * The draw of value number i depends on `seed` and i alone. Where `window_size` is twice `stat_size`, all older values are
 * drawn and chance has no part.
 *
 * Source: Raab, Heusinger and Schleif (2020), Neurocomputing 416, 340-351.
 */
export const kswin = defineDetector({
  id: 'kswin',
  label: 'KSWIN (Kolmogorov-Smirnov windowing)',
  input: 'number',
  parameters: {
    alpha: { default: 0.005, above: 0, below: 1, description: 'Level of each test.' },
    window_size: { default: 100, integer: true, minimum: 2, maximum: 100_000, description: 'Values in the window.' },
    stat_size: { default: 30, integer: true, minimum: 1, description: 'Newest values, and as many older ones.' },
    seed: { default: 1, integer: true, minimum: 0, maximum: 2 ** 32 - 1, description: 'Of the draw of older values.' },
  },
  reference: 'Raab, Heusinger and Schleif (2020), Neurocomputing 416, 340-351',
  conflict: ({ window_size, stat_size }) =>
    window_size < 2 * stat_size
      ? `window_size (${window_size}) must be at least twice stat_size (${stat_size}), for as many older values as newest`
      : null,

  start: ({ alpha, stat_size }) => ({ n: 0, critical: criticalSteps(alpha, stat_size), window: [] as number[] }),

  step(since, value, { window_size, stat_size, seed }) {
    const { window } = since;
    since.n++;
    window.push(value);
    if (window.length < window_size) return 'none';
    if (window.length > window_size) window.shift();
    const older = draw(window, window_size - stat_size, stat_size, seed + (since.n % 2 ** 20) * 2 ** 32);
    const newest = Float64Array.from(window.slice(-stat_size)).sort();
    return largestGap(older, newest) >= since.critical ? 'drift' : 'none';
  },
});

/** Smallest k for which D = k / r of two samples of r values is a drift; r + 1 where none is. Found by halving. */
function criticalSteps(alpha: number, r: number): number {
  let [none, drift] = [0, r + 1];
  while (drift - none > 1) {
    const k = (none + drift) >> 1;
    if (k / r > 0.1 && ksPValue(k / r, r, r) <= alpha) drift = k;
    else none = k;
  }
  return drift;
}

/** Sorted values drawn without replacement from the first `among` of the window. */
function draw(window: readonly number[], among: number, count: number, seed: number): Float64Array {
  const random = randomIntegers(seed);
  const pool = Float64Array.from(window.slice(0, among));
  for (let i = 0; i < count; i++) {
    const j = i + (random() % (among - i));
    const drawn = pool[j]!;
    pool[j] = pool[i]!;
    pool[i] = drawn;
  }
  return pool.subarray(0, count).sort();
}

/** Largest difference between how many values of either sample are at or below a point; both are sorted, of one size. */
function largestGap(a: Float64Array, b: Float64Array): number {
  let gap = 0;
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === x) i++;
    while (j < b.length && b[j] === x) j++;
    gap = Math.max(gap, Math.abs(i - j));
  }
  return gap;
}
