/** Sweeps of Jacobi's method; small matrices need fewer than ten. */
const SWEEPS = 60;

/**
 * Eigenvalues of a small symmetric matrix and their unit vectors (`vectors[i]` belongs to `values[i]`), unordered, by
 * Jacobi's rotations: accurate for every eigenvalue relative to the largest.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., section 8.5.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let largest = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p]![q] === 0) continue;
        largest = Math.max(largest, Math.abs(a[p]![q]!));
        rotate(a, v, p, q);
      }
    }
    if (largest === 0) break;
  }
  return { values: a.map((row, i) => row[i]!), vectors: v };
}

/** Turns the plane of rows p and q so that a[p][q] becomes 0. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]![p]!, a[i]![q]!];
    a[i]![p] = c * x - s * y;
    a[i]![q] = s * x + c * y;
  }
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[p]![i]!, a[q]![i]!];
    a[p]![i] = c * x - s * y;
    a[q]![i] = s * x + c * y;
    const [f, g] = [v[p]![i]!, v[q]![i]!];
    v[p]![i] = c * f - s * g;
    v[q]![i] = s * f + c * g;
  }
  a[p]![q] = 0;
  a[q]![p] = 0;
}
