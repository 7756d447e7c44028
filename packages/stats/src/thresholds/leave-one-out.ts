import type { ColumnSummary } from '../summary/column-summary.ts';
import { mergeSummaries } from '../summary/merge-summaries.ts';

/**
 * For each chunk of a reference, the summary of all the others: what the chunk may be judged against. A chunk that is
 * compared with a reference that holds it looks more like it than a new window ever will, the more so the fewer chunks
 * there are, and thresholds learned from such comparisons are too narrow.
 *
 * Merged from the front and from the back, so that nothing is subtracted: minimum, maximum and distinct values stay exact.
 *
 * @param chunks summaries of disjoint rows, counted over the same edges
 * @returns as many summaries, in the same order; `null` for an only chunk
 * @throws Error when the kinds, the edges or the shifts differ
 */
export function leaveOneOut<S extends ColumnSummary>(chunks: readonly S[]): Array<S | null> {
  const merged = (a: S | null, b: S | null) => (a && b ? mergeSummaries(a, b) : (a ?? b));
  const after = new Array<S | null>(chunks.length + 1).fill(null);
  for (let i = chunks.length - 1; i >= 0; i--) after[i] = merged(chunks[i]!, after[i + 1]!);
  let before: S | null = null;
  return chunks.map((chunk, i) => {
    const others = merged(before, after[i + 1]!);
    before = merged(before, chunk);
    return others;
  });
}
