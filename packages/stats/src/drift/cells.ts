import { alignCategories } from '../summary/align-categories.ts';
import { coarsen } from '../summary/coarsen.ts';
import type { ColumnSummary } from '../summary/column-summary.ts';

/** Bins of a numeric column in cell-based distances: deciles of the reference. */
const NUMERIC_CELLS = 10;

/** Pseudo-count added to every cell where a logarithm of a ratio would otherwise be infinite (Krichevsky-Trofimov). */
const SMOOTHING = 0.5;

/** Row counts of both sides over the same cells. No cell is empty on both sides. */
export interface Cells {
  reference: number[];
  current: number[];
}

/**
 * The cells that distances and the chi-squared test compare: deciles of the reference for numbers, the reference's
 * values and one cell for all others for categories, and for both one cell for missing rows.
 *
 * @throws Error when one side is numeric and the other is not, or the numeric edges differ.
 */
export function cellsOf(reference: ColumnSummary, current: ColumnSummary): Cells {
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    const coarse = coarsen(reference, NUMERIC_CELLS);
    const referenceCounts = [...coarse.bins, reference.missing];
    const currentCounts = [...coarsen(current, NUMERIC_CELLS, reference).bins, current.missing];
    const used = (_: number, i: number) => referenceCounts[i]! > 0 || currentCounts[i]! > 0;
    return { reference: referenceCounts.filter(used), current: currentCounts.filter(used) };
  }
  if (reference.kind === 'numeric' || current.kind === 'numeric') throw kindMismatch(reference, current);
  const cells = alignCategories(reference, current);
  return { reference: cells.map((cell) => cell.reference), current: cells.map((cell) => cell.current) };
}

/** Counts divided by their total. */
export function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}

/** (count + 1/2) / (total + cells / 2): never zero, and close to the plain share for large counts. */
export function smoothedShares(counts: readonly number[]): number[] {
  return shares(counts.map((count) => count + SMOOTHING));
}

/** The error for a column that changed between number and category. */
export function kindMismatch(reference: ColumnSummary, current: ColumnSummary): Error {
  return new Error(`Cannot compare a ${current.kind} column with a ${reference.kind} reference: summarise both alike.`);
}
