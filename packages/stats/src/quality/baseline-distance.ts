/** How far two distributions lie apart, as SageMaker Model Monitor measures it. */
export type BaselineMethod = 'Simple' | 'Robust';

/**
 * Largest gap between two empirical distribution functions that are counted over the same ascending cells; with categories,
 * see `categoricalBaselineDistance`. `Robust` takes off what chance makes of it: max(0, gap − 1.8 √((n + m) / (n m))).
 * 0 to 1; `null` where a side is empty.
 *
 * Source: Deequ's `Distance.numericalDistance` (awslabs/deequ), whose gap is that of the Kolmogorov-Smirnov statistic.
 */
export function numericBaselineDistance(
  reference: readonly number[],
  current: readonly number[],
  method: BaselineMethod = 'Robust',
): number | null {
  const [n, m] = [total(reference), total(current)];
  if (n === 0 || m === 0) return null;
  let gap = 0;
  let below = 0;
  let belowNow = 0;
  for (const [i, count] of reference.entries()) {
    below += count;
    belowNow += current[i] ?? 0;
    gap = Math.max(gap, Math.abs(below / n - belowNow / m));
  }
  return lessChance(gap, n, m, method);
}

/** Largest difference of the share of one category (L-infinity), less chance where it is `Robust`; `null` where a side is empty. */
export function categoricalBaselineDistance(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
  method: BaselineMethod = 'Robust',
): number | null {
  const [n, m] = [total([...reference.values()]), total([...current.values()])];
  if (n === 0 || m === 0) return null;
  let gap = 0;
  for (const value of new Set([...reference.keys(), ...current.keys()])) {
    gap = Math.max(gap, Math.abs((reference.get(value) ?? 0) / n - (current.get(value) ?? 0) / m));
  }
  return lessChance(gap, n, m, method);
}

function lessChance(gap: number, n: number, m: number, method: BaselineMethod): number {
  return method === 'Simple' ? gap : Math.max(0, gap - 1.8 * Math.sqrt((n + m) / (n * m)));
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
