/**
 * The inverse of a symmetric matrix without negative eigenvalues, by Gauss and Jordan with pivots of the diagonal. A direction of
 * which nothing is known (a pivot near 0) gets zeros.
 */
export function invertSymmetric(matrix: Float64Array, n: number): Float64Array {
  const a = matrix.slice();
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
  const largest = Math.max(...Array.from({ length: n }, (_, i) => Math.abs(a[i * n + i]!)), 0);
  const open = new Set(Array.from({ length: n }, (_, i) => i));
  while (open.size > 0) {
    let pivot = -1;
    for (const i of open) if (pivot < 0 || a[i * n + i]! > a[pivot * n + pivot]!) pivot = i;
    const scale = a[pivot * n + pivot]!;
    open.delete(pivot);
    if (scale <= largest * 1e-13) {
      for (let j = 0; j < n; j++) {
        inverse[pivot * n + j] = 0;
        a[pivot * n + j] = 0;
      }
      continue;
    }
    for (let j = 0; j < n; j++) {
      a[pivot * n + j]! /= scale;
      inverse[pivot * n + j]! /= scale;
    }
    for (let i = 0; i < n; i++) {
      const factor = a[i * n + pivot]!;
      if (i === pivot || factor === 0) continue;
      for (let j = 0; j < n; j++) {
        a[i * n + j]! -= factor * a[pivot * n + j]!;
        inverse[i * n + j]! -= factor * inverse[pivot * n + j]!;
      }
    }
  }
  return inverse;
}

/** A matrix of n columns times a vector. */
export function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return Float64Array.from({ length: matrix.length / n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * vector[j]!;
    return sum;
  });
}

/** Adds weight x x' to a square matrix. */
export function addOuter(matrix: Float64Array, x: Float64Array, weight: number): void {
  const n = x.length;
  for (let i = 0; i < n; i++) {
    const left = weight * x[i]!;
    if (left === 0) continue;
    for (let j = 0; j < n; j++) matrix[i * n + j]! += left * x[j]!;
  }
}

/** left x middle x left, of symmetric matrices. */
export function sandwich(left: Float64Array, middle: Float64Array, n: number): Float64Array {
  return product(product(left, middle, n), left, n);
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) result[i * n + j]! += factor * b[k * n + j]!;
    }
  }
  return result;
}
