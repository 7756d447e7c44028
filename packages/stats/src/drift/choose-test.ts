import type { ColumnKind } from '../summary/column-summary.ts';

/** Up to this many reference rows a test of significance is chosen, beyond it a distance. */
const SMALL_REFERENCE = 1000;

/** Numeric columns with this many distinct values or fewer are compared as categories. */
const FEW_VALUES = 5;

/**
 * The test for a column whose monitor names none: by kind, rows of the reference and distinct values in it. Where a threshold
 * was named it is a distance, however few the rows are: a threshold means the same at every number of rows.
 */
export function chooseTest(
  kind: ColumnKind,
  { referenceCount, distinct, limited = false }: { referenceCount: number; distinct: number; limited?: boolean },
): 'ks' | 'wasserstein' | 'chi_squared' | 'jensen_shannon' {
  const small = referenceCount <= SMALL_REFERENCE && !limited;
  if (kind === 'numeric' && distinct > FEW_VALUES) return small ? 'ks' : 'wasserstein';
  return small ? 'chi_squared' : 'jensen_shannon';
}
