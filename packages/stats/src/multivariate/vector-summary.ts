/** A column of vectors, such as embeddings. Summaries of disjoint rows merge by addition. */
export interface VectorSummary {
  kind: 'vector';
  count: number;
  missing: number;
  dimension: number;
  /** Of each component. */
  sums: readonly number[];
  sumSquares: readonly number[];
  /** Sum of the Euclidean norms. */
  normSum: number;
}

/**
 * The summary of both sets of rows together.
 *
 * @throws RangeError for vectors of different dimensions.
 */
export function mergeVectorSummaries(a: VectorSummary, b: VectorSummary): VectorSummary {
  if (a.dimension !== b.dimension) {
    throw new RangeError(`Vectors of ${a.dimension} and of ${b.dimension} components do not merge.`);
  }
  const add = (x: readonly number[], y: readonly number[]) => x.map((value, i) => value + y[i]!);
  return {
    kind: 'vector',
    count: a.count + b.count,
    missing: a.missing + b.missing,
    dimension: a.dimension,
    sums: add(a.sums, b.sums),
    sumSquares: add(a.sumSquares, b.sumSquares),
    normSum: a.normSum + b.normSum,
  };
}
