import type { CategoricalSummary } from './column-summary.ts';

/** One cell of two categorical summaries laid over each other. */
export interface CategoryCell {
  /** `other`: values that the reference does not list, or lists too far down. */
  kind: 'value' | 'other' | 'missing';
  /** The value, for cells of kind `value`. */
  value: string | null;
  reference: number;
  current: number;
}

/**
 * Lays two categorical summaries over the same cells: the reference's `maxValues` most frequent values, one cell for
 * every other value (unseen ones among them), and one for missing rows. Cells empty on both sides are left out.
 *
 * Exact when the current summary lists each value of the reference that it holds, so count the reference's values in
 * every window; a listed value hidden in `current.other` is taken as unseen.
 */
export function alignCategories(
  reference: CategoricalSummary,
  current: CategoricalSummary,
  maxValues = 50,
): CategoryCell[] {
  const counts = new Map(current.values);
  const cells: CategoryCell[] = reference.values.slice(0, maxValues).map(([value, count]) => {
    return { kind: 'value', value, reference: count, current: counts.get(value) ?? 0 };
  });
  const listed = (side: 'reference' | 'current') => cells.reduce((sum, cell) => sum + cell[side], 0);
  cells.push(
    {
      kind: 'other',
      value: null,
      reference: reference.count - listed('reference'),
      current: current.count - listed('current'),
    },
    { kind: 'missing', value: null, reference: reference.missing, current: current.missing },
  );
  return cells.filter((cell) => cell.reference > 0 || cell.current > 0);
}
