import type { SparseRows } from './encode.ts';

/**
 * Weights of a linear model with K outputs over vectors of length W. Output k of a vector x is
 * `intercepts[k] + sum over j of weights[j * K + k] * x[j]`. A classifier has one output a class, under a softmax; a binary one
 * keeps the first at zero, which makes the softmax the logistic function of the second.
 */
export interface LinearModel {
  /** K: classes, or 1 for a regression. */
  outputs: number;
  /** W x K, row by row. */
  weights: Float64Array;
  intercepts: Float64Array;
  iterations: number;
  converged: boolean;
}

export interface FitOptions {
  /** Inverse of the strength of the L2 penalty, as in scikit-learn: larger fits closer. */
  c: number;
  /** It ends when no component of the gradient of the mean loss is larger. */
  tolerance: number;
  maxIterations: number;
}

/** Outputs of every row, N x K. */
export function decide(rows: SparseRows, model: LinearModel): Float64Array {
  const { outputs, weights, intercepts } = model;
  const result = new Float64Array(rows.rows * outputs);
  for (let row = 0; row < rows.rows; row++) {
    for (let k = 0; k < outputs; k++) {
      let sum = intercepts[k]!;
      for (let e = rows.start[row]!; e < rows.start[row + 1]!; e++) {
        sum += weights[rows.index[e]! * outputs + k]! * rows.value[e]!;
      }
      result[row * outputs + k] = sum;
    }
  }
  return result;
}

/** Turns outputs (N x K) into the probabilities of the classes, in place. */
export function softmax(scores: Float64Array, classes: number): Float64Array {
  for (let first = 0; first < scores.length; first += classes) {
    let max = -Infinity;
    for (let k = first; k < first + classes; k++) max = Math.max(max, scores[k]!);
    let sum = 0;
    for (let k = first; k < first + classes; k++) {
      scores[k] = Math.exp(scores[k]! - max);
      sum += scores[k]!;
    }
    for (let k = first; k < first + classes; k++) scores[k]! /= sum;
  }
  return scores;
}

/** Mean of the squares of each column: how fast a squared loss curves along its weight. */
export function meanSquares(rows: SparseRows): Float64Array {
  const result = new Float64Array(rows.width);
  for (let e = 0; e < rows.index.length; e++) result[rows.index[e]!]! += rows.value[e]! ** 2 / rows.rows;
  return result;
}
