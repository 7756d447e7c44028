import type { ColumnSummary } from '@leeway/stats';

/**
 * Share of a column's values that the reference never showed: numbers below its smallest or above its largest, categories
 * that it did not have. Null where it can't be told. Pure.
 */
export function unseenShare(reference: ColumnSummary, current: ColumnSummary): number | null {
  if (reference.count === 0 || current.count === 0) return null;
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    // The outer bins hold only what the reference never had.
    const outside = current.bins.length > 1 ? current.bins[0]! + current.bins.at(-1)! : 0;
    return outside / current.count;
  }
  if (reference.kind === 'numeric' || current.kind === 'numeric' || reference.other > 0) return null;
  const known = new Set(reference.values.filter(([, n]) => n > 0).map(([value]) => value));
  const unknown = current.values.reduce((sum, [value, n]) => sum + (known.has(value) ? 0 : n), 0);
  return (unknown + current.other) / current.count;
}
