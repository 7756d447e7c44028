/** SQL of a vector's Euclidean norm; null where it is missing, or not of the dimension that is declared. */
export const vectorNorm = (vector: string, dimension: number | undefined): string =>
  `if(length(${vector}) = ${dimension ?? 0}, L2Norm(arrayMap(x -> toFloat64(x), ${vector})), NULL)`;
