import type { SparseRows } from './encode.ts';
import { minimise } from './lbfgs.ts';
import { type FitOptions, type LinearModel, meanSquares } from './linear-model.ts';

/**
 * Logistic regression for two classes. Minimises the mean log loss plus `|w|² / (2 C n)`, which is scikit-learn's
 * `LogisticRegression(C=C)` divided by C n; the intercept is not penalised.
 *
 * @param positive 1 where the row is of the positive class, else 0.
 */
export function fitLogisticRegression(rows: SparseRows, positive: Uint8Array, options: FitOptions): LinearModel {
  const { width } = rows;
  const penalty = 1 / (options.c * rows.rows);
  // The last coordinate is the intercept.
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    const { start, index, value } = rows;
    const intercept = x[width]!;
    let loss = 0;
    let residuals = 0;
    for (let row = 0; row < rows.rows; row++) {
      const from = start[row]!;
      const to = start[row + 1]!;
      let score = intercept;
      for (let e = from; e < to; e++) score += x[index[e]!]! * value[e]!;
      // One exponential of a negative number serves probability and loss, and cannot overflow.
      const small = Math.exp(-Math.abs(score));
      const probability = score >= 0 ? 1 / (1 + small) : small / (1 + small);
      const target = positive[row]!;
      loss += Math.log1p(small) + (score >= 0 ? (1 - target) * score : -target * score);
      const residual = probability - target;
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

  const share = mean(positive);
  const start = new Float64Array(width + 1);
  start[width] = Math.log(share / (1 - share));
  const curvature = share * (1 - share);
  const inverseCurvature = new Float64Array(width + 1).fill(1 / curvature);
  meanSquares(rows).forEach((square, j) => {
    inverseCurvature[j] = 1 / (square * curvature + penalty);
  });

  const { x, iterations, converged } = minimise(objective, start, { ...options, inverseCurvature });
  const weights = new Float64Array(width * 2);
  for (let j = 0; j < width; j++) weights[j * 2 + 1] = x[j]!;
  return { outputs: 2, weights, intercepts: Float64Array.of(0, x[width]!), iterations, converged };
}

function mean(values: Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
