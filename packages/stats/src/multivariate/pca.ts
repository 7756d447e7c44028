import { symmetricEigen } from '../special/symmetric-eigen.ts';
import { assertMatrix, type RowMatrix } from './row-matrix.ts';

/** What a principal component analysis is made from; the engine counts it. */
export interface Moments {
  /** Of each column. */
  means: readonly number[];
  /** Population covariance of each pair of columns. */
  covariance: ReadonlyArray<readonly number[]>;
}

/** Principal components of standardised columns. */
export interface Pca {
  means: readonly number[];
  /** Population standard deviations; 1 for a column that is constant, as in scikit-learn's StandardScaler. */
  scales: number[];
  /** Unit vectors that are kept, the one of most variance first. */
  components: number[][];
  /** Unit vectors that are given up: what a row has along them is lost. */
  residuals: number[][];
  /** Share of the whole variance along each component that is kept. */
  explainedVarianceRatio: number[];
}

/**
 * Principal components of the standardised columns, as few as explain more than `variance` of it all: like
 * scikit-learn's `PCA(n_components=0.65)` after `StandardScaler`. `null` where fewer than two columns vary, or where no
 * direction is left to be given up: then every row is rebuilt exactly and the error says nothing.
 *
 * @param variance share of the variance to be explained, inside (0, 1). Default 0.65, as NannyML.
 * @throws RangeError for a share outside of (0, 1), or a covariance that is not square or not finite.
 *
 * Source: Jolliffe (2002), Principal Component Analysis, 2nd ed., section 6.1.
 */
export function fitPca({ means, covariance }: Moments, variance = 0.65): Pca | null {
  if (!(variance > 0 && variance < 1)) throw new RangeError(`A share of variance lies in (0, 1), got ${variance}.`);
  const k = means.length;
  if (covariance.length !== k || covariance.some((row) => row.length !== k || !row.every(Number.isFinite))) {
    throw new RangeError(`The covariance of ${k} columns is a finite matrix of ${k} by ${k}.`);
  }
  const scales = covariance.map((row, i) => (row[i]! > 0 ? Math.sqrt(row[i]!) : 1));
  const { values, vectors } = symmetricEigen(
    covariance.map((row, i) => row.map((c, j) => c / scales[i]! / scales[j]!)),
  );
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  if (covariance.filter((row, i) => row[i]! > 0).length < 2) return null;
  const explainedVarianceRatio: number[] = [];
  let explained = 0;
  for (const i of order) {
    if (explained > variance) break;
    const share = Math.max(0, values[i]!) / total;
    explainedVarianceRatio.push(share);
    explained += share;
  }
  const kept = explainedVarianceRatio.length;
  if (kept === k) return null;
  const vectorsOf = (indices: number[]) => indices.map((i) => withSign(vectors[i]!));
  return {
    ...{ means, scales, explainedVarianceRatio },
    components: vectorsOf(order.slice(0, kept)),
    residuals: vectorsOf(order.slice(kept)),
  };
}

/**
 * How far each row lies from what the kept components can rebuild of it: the Euclidean norm of the difference, over
 * standardised columns. Equals the norm of the row along the directions given up, which loses no digits.
 *
 * @throws RangeError for other columns than the analysis has, or a value that is not finite.
 */
export function reconstructionErrors({ means, scales, residuals }: Pca, rows: RowMatrix): Float64Array {
  assertMatrix(rows, 'rows');
  const k = means.length;
  if (rows.columns !== k) throw new RangeError(`The analysis has ${k} columns, the rows have ${rows.columns}.`);
  const errors = new Float64Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    let square = 0;
    for (const direction of residuals) {
      let along = 0;
      for (let i = 0; i < k; i++) along += (direction[i]! * (rows.values[row * k + i]! - means[i]!)) / scales[i]!;
      square += along * along;
    }
    errors[row] = Math.sqrt(square);
  }
  return errors;
}

/** The largest entry of a direction is positive, so that the same rows give the same vectors. */
function withSign(vector: readonly number[]): number[] {
  const largest = vector.reduce((best, x) => (Math.abs(x) > Math.abs(best) + 1e-12 ? x : best), 0);
  return vector.map((x) => (largest < 0 ? -x : x));
}
