import { chiSquaredSurvival } from '../special/chi-squared-survival.ts';
import type { Cells } from './cells.ts';

/** Cochran's rule: cells whose expected count on either side is lower are pooled. */
const MINIMUM_EXPECTED = 5;

/**
 * Pearson's chi-squared test of homogeneity on a 2 x k table of counts, without Yates' correction, as
 * `scipy.stats.chi2_contingency(table, correction=False)`: sum of (observed - expected)^2 / expected, df = k - 1.
 * One cell only: both sides are the same, statistic 0 and p 1. Every cell and both sides need a positive total.
 *
 * Source: Pearson (1900), Philosophical Magazine 50.
 */
export function chiSquared({ reference, current }: Cells): { statistic: number; pValue: number } {
  const n = sumOf(reference);
  const m = sumOf(current);
  let statistic = 0;
  for (const [i, r] of reference.entries()) {
    // Both rows deviate from their expectation by the same amount, with opposite signs.
    const total = r + current[i]!;
    const deviation = r - (total * n) / (n + m);
    statistic += (deviation * deviation * (n + m) * (1 / n + 1 / m)) / total;
  }
  return { statistic, pValue: reference.length === 1 ? 1 : chiSquaredSurvival(statistic, reference.length - 1) };
}

/**
 * Pools the rarest cells into one until every cell is expected to hold at least 5 rows on both sides.
 * The rarest go first, of equally rare ones those that differ least between the sides, whichever side is which; the
 * pool takes further cells while it is too small itself.
 */
export function poolSparseCells({ reference, current }: Cells): Cells {
  const n = sumOf(reference);
  const m = sumOf(current);
  const needed = (MINIMUM_EXPECTED * (n + m)) / Math.min(n, m);
  const ascending = reference
    .map((r, i) => ({
      reference: r,
      current: current[i]!,
      total: r + current[i]!,
      deviation: Math.abs(r * m - current[i]! * n),
    }))
    .sort((a, b) => a.total - b.total || a.deviation - b.deviation);
  const pool = { reference: 0, current: 0, total: 0 };
  let next = 0;
  while (next < ascending.length && (ascending[next]!.total < needed || (next > 0 && pool.total < needed))) {
    const cell = ascending[next++]!;
    pool.reference += cell.reference;
    pool.current += cell.current;
    pool.total += cell.total;
  }
  const kept = next === 0 ? ascending : [pool, ...ascending.slice(next)];
  return { reference: kept.map((cell) => cell.reference), current: kept.map((cell) => cell.current) };
}

/** The cells with sparse ones pooled, or `null` where pooling leaves one cell of several: too few rows to tell. */
export function pooledCells(cells: Cells): Cells | null {
  const pooled = poolSparseCells(cells);
  return cells.reference.length > 1 && pooled.reference.length === 1 ? null : pooled;
}

/** The test of the pooled table, or `null` where there is none. */
export function homogeneity(cells: Cells): { statistic: number; pValue: number; pooled: Cells } | null {
  const pooled = pooledCells(cells);
  return pooled && { ...chiSquared(pooled), pooled };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
