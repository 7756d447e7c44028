/** What a column holds. Booleans are categories whose values are `true` and `false`. */
export type ColumnKind = 'numeric' | 'categorical' | 'boolean';

/** A numeric column counted over the bins of its reference. Infinite values and NaN are counted as missing. */
export interface NumericSummary {
  kind: 'numeric';
  /** Rows with a finite value. */
  count: number;
  missing: number;
  /** k ascending inner edges, always the reference's; bin i holds `edges[i-1] <= x < edges[i]`, outer bins are open. */
  edges: readonly number[];
  /** k + 1 counts. */
  bins: readonly number[];
  /** k + 1 sums of the values in each bin. */
  sums: readonly number[];
  min: number | null;
  max: number | null;
  sum: number;
  /** Sum of (x - shift)^2. A shift near the mean keeps the variance exact for large values. */
  sumSquares: number;
  /** Chosen with the edges, from the reference. */
  shift: number;
}

/** A categorical column: its most frequent values, and how many rows hold a value that is not listed. */
export interface CategoricalSummary {
  kind: 'categorical' | 'boolean';
  /** Rows with a value. */
  count: number;
  missing: number;
  /** Most frequent first; ties in code-unit order. */
  values: ReadonlyArray<readonly [value: string, count: number]>;
  /** Rows whose value is not listed. */
  other: number;
  /** Distinct values; after a merge of truncated lists, a lower bound. */
  distinct: number;
}

/** A small mergeable description of one column over any set of rows. */
export type ColumnSummary = NumericSummary | CategoricalSummary;
