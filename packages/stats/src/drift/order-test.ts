import type { ColumnSummary, NumericSummary } from '../summary/column-summary.ts';
import { kindMismatch } from './cells.ts';
import { type Direction, type DriftResult, type DriftTest, emptySide } from './drift-test.ts';
import { binStatistics, type RowStatistics } from './row-statistics.ts';

/** What a test of order adds to its description: its answer for two samples that are not empty, and its error. */
type OrderTest = Pick<
  DriftTest,
  'id' | 'label' | 'decidesBy' | 'defaultThreshold' | 'minimumEffect' | 'symmetric' | 'directional' | 'reference'
> & {
  /** Default: the test itself. */
  significance?: string;
  answer(rows: RowStatistics, direction: Direction): DriftResult;
  /** Of two summaries with the same edges and values on both sides; `null` where the statistic is missing. */
  bound(reference: NumericSummary, current: NumericSummary): number | null;
};

/** Makes a drift test of a function over the statistics of rows; from summaries, rows of a bin count as equal. */
export function orderTest({ answer, bound, significance, ...description }: OrderTest): DriftTest {
  const fromRows = (rows: RowStatistics, direction: Direction = 'both') =>
    emptySide(rows.n, rows.m) ?? answer(rows, direction);
  return {
    ...description,
    kinds: ['numeric'],
    significance: significance ?? description.id,
    missing: 'left_out',
    minimumSample: 30,
    fromRows,
    compute: (reference, current, direction) => fromRows(binStatistics(...numeric(reference, current)), direction),
    errorBound(reference, current) {
      const sides = numeric(reference, current);
      return reference.count === 0 || current.count === 0 ? null : bound(...sides);
    },
  };
}

/** @throws Error when a side is not numeric. */
export function numeric(reference: ColumnSummary, current: ColumnSummary): [NumericSummary, NumericSummary] {
  if (reference.kind !== 'numeric' || current.kind !== 'numeric') throw kindMismatch(reference, current);
  return [reference, current];
}
