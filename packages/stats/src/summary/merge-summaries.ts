import type { CategoricalSummary, ColumnSummary, NumericSummary } from './column-summary.ts';

/**
 * The summary of two disjoint sets of rows together. Associative and commutative (floating-point sums up to rounding).
 *
 * Numeric summaries merge exactly. They must have been counted over the same edges and shift.
 * Categorical lists are united; rows hidden in one side's `other` stay there, and `distinct` becomes a lower bound.
 *
 * @throws Error when the kinds, the edges or the shifts differ.
 */
export function mergeSummaries<S extends ColumnSummary>(a: S, b: S): S;
export function mergeSummaries(a: ColumnSummary, b: ColumnSummary): ColumnSummary {
  if (a.kind === 'numeric' && b.kind === 'numeric') return mergeNumeric(a, b);
  if (a.kind !== 'numeric' && b.kind === a.kind) return mergeCategorical(a, b);
  throw new Error(`Cannot merge a ${a.kind} summary with a ${b.kind} one: summarise both as the same kind of column.`);
}

function mergeNumeric(a: NumericSummary, b: NumericSummary): NumericSummary {
  assertSameBins(a, b);
  return {
    kind: 'numeric',
    count: a.count + b.count,
    missing: a.missing + b.missing,
    edges: a.edges,
    bins: a.bins.map((count, i) => count + b.bins[i]!),
    sums: a.sums.map((sum, i) => sum + b.sums[i]!),
    min: extreme(Math.min, a.min, b.min),
    max: extreme(Math.max, a.max, b.max),
    sum: a.sum + b.sum,
    sumSquares: a.sumSquares + b.sumSquares,
    shift: a.shift,
  };
}

function mergeCategorical(a: CategoricalSummary, b: CategoricalSummary): CategoricalSummary {
  const counts = new Map(a.values);
  for (const [value, count] of b.values) counts.set(value, (counts.get(value) ?? 0) + count);
  return {
    kind: a.kind,
    count: a.count + b.count,
    missing: a.missing + b.missing,
    values: [...counts].sort(([v, n], [w, m]) => m - n || (v < w ? -1 : 1)),
    other: a.other + b.other,
    distinct: Math.max(a.distinct, b.distinct, counts.size),
  };
}

/** @throws Error when two numeric summaries were not counted over the same bins. */
export function assertSameBins(a: NumericSummary, b: NumericSummary): void {
  if (a.edges.length !== b.edges.length || a.edges.some((edge, i) => edge !== b.edges[i])) {
    throw new Error(
      `Summaries have different edges (${describe(a)} and ${describe(b)}): count both over the edges of one reference.`,
    );
  }
  if (a.shift !== b.shift) {
    throw new Error(`Summaries have different shifts (${a.shift} and ${b.shift}): take both from one reference.`);
  }
}

function describe({ edges }: NumericSummary): string {
  return edges.length === 0 ? 'no edges' : `${edges.length} edges from ${edges[0]} to ${edges.at(-1)}`;
}

function extreme(pick: (x: number, y: number) => number, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return pick(a, b);
}
