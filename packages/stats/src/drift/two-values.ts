import type { ColumnSummary } from '../summary/column-summary.ts';
import type { DriftReason } from './drift-test.ts';

/** Rows of both sides with the first and with the second of two values, of the values present only. */
export interface TwoByTwo {
  reference: readonly [number, number];
  current: readonly [number, number];
}

/**
 * The 2 x 2 table of two columns that hold no more than two values together, in code-unit order: `false` before
 * `true`, `0` before `1`, `no` before `yes`. A second value that never occurs has zero rows. `null` for other columns.
 */
export function twoByTwo(reference: ColumnSummary, current: ColumnSummary): TwoByTwo | null {
  if (reference.kind === 'numeric' || current.kind === 'numeric') return null;
  if (reference.other + current.other > 0) return null;
  const names = new Set<string>();
  for (const [value, count] of [...reference.values, ...current.values]) if (count > 0) names.add(value);
  if (names.size === 0 || names.size > 2) return null;
  const [first = '', second] = [...names].sort();
  const lone = second === undefined && (first === 'true' || first === '1');
  const order = lone ? [undefined, first] : [first, second];
  const counts = (side: Exclude<ColumnSummary, { kind: 'numeric' }>) => {
    const own = new Map(side.values);
    return order.map((name) => (name === undefined ? 0 : (own.get(name) ?? 0))) as [number, number];
  };
  return { reference: counts(reference), current: counts(current) };
}

/** For tests of two proportions: whether the columns hold at most two values. */
export function holdsTwoValues(reference: ColumnSummary, current: ColumnSummary): DriftReason | null {
  if (reference.count === 0 || current.count === 0) return null;
  return twoByTwo(reference, current) ? null : 'not_two_values';
}
