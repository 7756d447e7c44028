import { aucComponents } from '../comparison/de-long.ts';
import { normalInterval } from '../intervals/normal-interval.ts';
import type { TreeFeature } from '../trees/features.ts';
import { fitGradientBoosting, predictGradientBoosting } from '../trees/gradient-boosting.ts';
import { fold, takeRows } from './fold.ts';

/** How a window's rows lie among those of the reference. */
export interface DensityRatio {
  /** For each reference row, how much more often its like is found in the window; their mean is 1. */
  weights: Float64Array;
  /** Rows of equal weight that say as much: (sum w)^2 / sum w^2. */
  effectiveRows: number;
  /** How well the classifier told rows of the window from those of the reference that it had not seen; 0.5: not at all. */
  auc: number;
  aucLower: number;
  aucUpper: number;
  /** Share of the window's rows that hardly any reference row is like: odds above 20 to 1. */
  unsupported: number;
}

const FOLDS = 5;
const OPTIONS = { loss: 'log_loss', maxIter: 60, maxLeafNodes: 15, minSamplesLeaf: 50, l2Regularization: 1 } as const;
const UNSUPPORTED_ODDS = 20;

/**
 * Weights that make the reference look like the window, by a classifier that tells the two apart: each row's odds of being
 * of the window, said by trees that did not see it. Metrics of the weighted labelled reference rows are then estimates of
 * the window's, whatever the model's scores are worth; labels are taken to depend on the features alone.
 * Rows of each side have to come in random order.
 *
 * Source: Sugiyama, Suzuki and Kanamori (2012), Density Ratio Estimation in Machine Learning; Kong (1992) for the
 * effective rows.
 * @throws RangeError where a side has no rows, or the sides have other features.
 */
export function densityRatio(reference: readonly TreeFeature[], window: readonly TreeFeature[]): DensityRatio {
  const n = reference[0]?.values.length ?? 0;
  const m = window[0]?.values.length ?? 0;
  if (n === 0 || m === 0)
    throw new RangeError(`Both sides need rows, got ${n} of the reference and ${m} of the window.`);
  const pooled = pool(reference, window);
  const side = Float64Array.from({ length: n + m }, (_, i) => (i < n ? 0 : 1));
  const odds = new Float64Array(n + m);
  for (let k = 0; k < FOLDS; k++) {
    const { train, held } = fold(n + m, k, FOLDS);
    if (held.length === 0) continue;
    const model = fitGradientBoosting(
      takeRows(pooled, train),
      Float64Array.from(train, (i) => side[i]!),
      OPTIONS,
    );
    const said = predictGradientBoosting(model, takeRows(pooled, held));
    held.forEach((row, i) => {
      odds[row] = ((said[i]! / Math.max(1 - said[i]!, Number.EPSILON)) * n) / m;
    });
  }
  const raw = odds.subarray(0, n);
  const sum = raw.reduce((total, weight) => total + weight, 0);
  const weights = raw.map((weight) => (weight * n) / sum);
  const { auc, components } = aucComponents(side, odds)!;
  const error = Math.sqrt(varianceOfMean(components.subarray(0, n)) + varianceOfMean(components.subarray(n)));
  const { lower, upper } = normalInterval(auc, error, { minimum: 0, maximum: 1 }) ?? { lower: auc, upper: auc };
  return {
    weights,
    effectiveRows: (n * n) / weights.reduce((total, weight) => total + weight * weight, 0),
    auc,
    aucLower: lower,
    aucUpper: upper,
    unsupported: odds.subarray(n).reduce((count, ratio) => count + (ratio > UNSUPPORTED_ODDS ? 1 : 0), 0) / m,
  };
}

function pool(reference: readonly TreeFeature[], window: readonly TreeFeature[]): TreeFeature[] {
  if (reference.map(({ kind }) => kind).join() !== window.map(({ kind }) => kind).join()) {
    throw new RangeError('Reference and window need the same features in the same order.');
  }
  return reference.map(({ kind, values }, i): TreeFeature => {
    const others = window[i]!.values;
    const length = values.length + others.length;
    const pooled = kind === 'numeric' ? new Float64Array(length) : new Int32Array(length);
    pooled.set(values);
    pooled.set(others, values.length);
    return { kind, values: pooled } as TreeFeature;
  });
}

function varianceOfMean(values: Float64Array): number {
  const n = values.length;
  if (n < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n * (n - 1));
}
