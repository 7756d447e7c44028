import type { CategoricalSummary } from './column-summary.ts';

/** Counts categories held in memory, `categories[codes[i]]`; a code below 0 is missing. Lists the most frequent by name. */
export function summarizeCategorical(
  codes: ArrayLike<number>,
  categories: readonly string[],
  listed = 100,
): CategoricalSummary {
  const counts = new Array<number>(categories.length).fill(0);
  let count = 0;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i]! < 0) continue;
    counts[codes[i]!]!++;
    count++;
  }
  const values = categories
    .map((value, code): [string, number] => [value, counts[code]!])
    .filter(([, rows]) => rows > 0)
    .sort(([v, n], [w, m]) => m - n || (v < w ? -1 : 1));
  const other = values.slice(listed).reduce((sum, [, rows]) => sum + rows, 0);
  const missing = codes.length - count;
  return { kind: 'categorical', count, missing, values: values.slice(0, listed), other, distinct: values.length };
}
