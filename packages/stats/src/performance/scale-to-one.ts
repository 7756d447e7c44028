/** How far the probabilities of a row may miss a sum of 1, by rounding. */
export const SUM_TOLERANCE = 0.01;

/**
 * Probabilities of classes, a column for each, with every row that misses a sum of 1 by more than SUM_TOLERANCE divided by its
 * sum; where all are 0 they become equal. Rows within the tolerance stay as they are, as scikit-learn leaves them. The
 * columns that were given are not changed.
 */
export function scaleToOne(columns: readonly Float64Array[]): {
  scores: readonly Float64Array[];
  /** 1 for each row that was scaled. */
  rescaled: Uint8Array;
} {
  const sums = new Float64Array(columns[0]?.length ?? 0);
  for (const column of columns) for (let row = 0; row < sums.length; row++) sums[row]! += column[row]!;
  const rescaled = Uint8Array.from(sums, (sum) => (Math.abs(sum - 1) > SUM_TOLERANCE ? 1 : 0));
  if (!rescaled.includes(1)) return { scores: columns, rescaled };
  const scaled = (score: number, row: number) => {
    if (rescaled[row] === 0) return score;
    return sums[row]! > 0 ? score / sums[row]! : 1 / columns.length;
  };
  return { scores: columns.map((column) => column.map(scaled)), rescaled };
}
