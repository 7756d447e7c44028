/**
 * Strictly ascending inner edges from ascending quantiles of the reference, which may repeat.
 *
 * A value that repeats carries at least one quantile step of the mass, so it gets a bin of its own,
 * `[v, next above v)`. With the minimum and the maximum among the quantiles, the outer bins hold only what the
 * reference never showed.
 */
export function binEdges(quantiles: readonly number[]): number[] {
  const sorted = quantiles.filter(Number.isFinite).sort((a, b) => a - b);
  const edges: number[] = [];
  const add = (edge: number) => {
    if (edges.length === 0 || edge > edges.at(-1)!) edges.push(edge);
  };
  for (const [i, value] of sorted.entries()) {
    add(value);
    const next = sorted[i + 1];
    if (next === undefined || next === value) add(justAbove(value));
  }
  return edges;
}

/**
 * Inner edges for a numeric column with few distinct values (64 or fewer): each value gets a bin of its own, and the
 * outer bins hold values outside the reference's range. A new value between two known ones falls to the lower one.
 */
export function distinctValueEdges(values: readonly number[]): number[] {
  return binEdges([...new Set(values)]);
}

/** A number above `value` with nothing of practical meaning between the two. */
function justAbove(value: number): number {
  return value + Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
}
