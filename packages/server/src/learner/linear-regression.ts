import type { SparseRows } from './encode.ts';
import { minimise } from './lbfgs.ts';
import { type FitOptions, type LinearModel, meanSquares } from './linear-model.ts';

/**
 * Linear regression with an L2 penalty (ridge). Minimises half the mean squared error plus `|w|² / (2 C n)`, which is
 * scikit-learn's `Ridge(alpha=1/C)` divided by 2 n; the intercept is not penalised. The target is standardised while fitting,
 * so that the tolerance means the same whatever its unit.
 */
export function fitLinearRegression(rows: SparseRows, target: Float64Array, options: FitOptions): LinearModel {
  const { width } = rows;
  const penalty = 1 / (options.c * rows.rows);
  const { mean, deviation } = moments(target);

  // The last coordinate is the intercept.
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    const { start, index, value } = rows;
    let loss = 0;
    let residuals = 0;
    for (let row = 0; row < rows.rows; row++) {
      const from = start[row]!;
      const to = start[row + 1]!;
      let residual = x[width]! - (target[row]! - mean) / deviation;
      for (let e = from; e < to; e++) residual += x[index[e]!]! * value[e]!;
      loss += residual ** 2 / 2;
      residuals += residual;
      for (let e = from; e < to; e++) gradient[index[e]!]! += residual * value[e]!;
    }
    let squares = 0;
    for (let j = 0; j < width; j++) {
      gradient[j] = gradient[j]! / rows.rows + penalty * x[j]!;
      squares += x[j]! ** 2;
    }
    gradient[width] = residuals / rows.rows;
    return loss / rows.rows + (penalty / 2) * squares;
  };

  const inverseCurvature = new Float64Array(width + 1).fill(1);
  meanSquares(rows).forEach((square, j) => {
    inverseCurvature[j] = 1 / (square + penalty);
  });
  const { x, iterations, converged } = minimise(objective, new Float64Array(width + 1), {
    ...options,
    inverseCurvature,
  });
  return {
    outputs: 1,
    weights: x.slice(0, width).map((weight) => weight * deviation),
    intercepts: Float64Array.of(x[width]! * deviation + mean),
    iterations,
    converged,
  };
}

/** Mean and population standard deviation; a constant has deviation 1, so that it can be divided by. */
function moments(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
