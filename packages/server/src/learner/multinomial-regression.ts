import type { SparseRows } from './encode.ts';
import { minimise } from './lbfgs.ts';
import { type FitOptions, type LinearModel, meanSquares } from './linear-model.ts';

/**
 * Multinomial logistic regression: one weight vector a class under a softmax, the symmetric form that scikit-learn fits. The
 * penalty is as in `fitLogisticRegression`; since it does not hold the intercepts, they are made to sum to zero.
 *
 * @param classOf the class of each row, 0 to `classes - 1`; every class occurs.
 */
export function fitMultinomialRegression(
  rows: SparseRows,
  classOf: Int32Array,
  classes: number,
  options: FitOptions,
): LinearModel {
  const { width } = rows;
  const penalty = 1 / (options.c * rows.rows);
  const intercepts = width * classes;
  const scores = new Float64Array(classes);

  // Coordinates: W x K weights, row by row, then K intercepts.
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    const { start, index, value } = rows;
    let loss = 0;
    for (let row = 0; row < rows.rows; row++) {
      const from = start[row]!;
      const to = start[row + 1]!;
      for (let k = 0; k < classes; k++) scores[k] = x[intercepts + k]!;
      for (let e = from; e < to; e++) {
        const base = index[e]! * classes;
        for (let k = 0; k < classes; k++) scores[k]! += x[base + k]! * value[e]!;
      }
      const target = classOf[row]!;
      const score = scores[target]!;
      const logSum = toProbabilities(scores);
      loss += logSum - score;
      scores[target]! -= 1;
      for (let k = 0; k < classes; k++) gradient[intercepts + k]! += scores[k]!;
      for (let e = from; e < to; e++) {
        const base = index[e]! * classes;
        for (let k = 0; k < classes; k++) gradient[base + k]! += scores[k]! * value[e]!;
      }
    }
    let squares = 0;
    for (let i = 0; i < gradient.length; i++) {
      gradient[i]! /= rows.rows;
      if (i >= intercepts) continue;
      gradient[i]! += penalty * x[i]!;
      squares += x[i]! ** 2;
    }
    return loss / rows.rows + (penalty / 2) * squares;
  };

  const start = new Float64Array(intercepts + classes);
  start.set(centredLogShares(classOf, classes), intercepts);
  // The same guess for every class keeps the intercepts on the plane where they sum to zero.
  const curvature = (classes - 1) / classes ** 2;
  const inverseCurvature = new Float64Array(intercepts + classes).fill(1 / curvature);
  meanSquares(rows).forEach((square, j) => {
    inverseCurvature.fill(1 / (square * curvature + penalty), j * classes, (j + 1) * classes);
  });

  const { x, iterations, converged } = minimise(objective, start, { ...options, inverseCurvature });
  return {
    outputs: classes,
    weights: x.slice(0, intercepts),
    intercepts: x.slice(intercepts),
    iterations,
    converged,
  };
}

/** Replaces scores by their softmax, and returns the logarithm of the sum of their exponentials. */
function toProbabilities(scores: Float64Array): number {
  let max = -Infinity;
  for (const score of scores) max = Math.max(max, score);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    scores[k] = Math.exp(scores[k]! - max);
    sum += scores[k]!;
  }
  for (let k = 0; k < scores.length; k++) scores[k]! /= sum;
  return max + Math.log(sum);
}

function centredLogShares(classOf: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const k of classOf) counts[k]!++;
  const logs = counts.map((count) => Math.log(count / classOf.length));
  const centre = logs.reduce((sum, value) => sum + value, 0) / classes;
  return logs.map((value) => value - centre);
}
