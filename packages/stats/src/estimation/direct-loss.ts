import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, type MetricEstimate, noValue } from '../performance/performance-metric.ts';
import type { TreeFeature } from '../trees/features.ts';
import { fitGradientBoosting, type GradientBoosting, predictGradientBoosting } from '../trees/gradient-boosting.ts';
import { fold, takeRows } from './fold.ts';

/** What a prediction costs, given the label; null where it is not defined. */
const LOSSES = {
  absolute_error: (label: number, prediction: number) => Math.abs(prediction - label),
  squared_error: (label: number, prediction: number) => (prediction - label) ** 2,
  absolute_percentage_error: (label: number, prediction: number) =>
    label === 0 ? null : Math.abs((prediction - label) / label),
  squared_log_error: (label: number, prediction: number) =>
    label <= -1 || prediction <= -1 ? null : (Math.log1p(prediction) - Math.log1p(label)) ** 2,
};
type Loss = keyof typeof LOSSES;

/** Metrics of a regression that are estimated, with the ids of performance: the loss and what is made of its mean. */
const METRICS: Record<string, { loss: Loss; root: boolean }> = {
  mae: { loss: 'absolute_error', root: false },
  mse: { loss: 'squared_error', root: false },
  rmse: { loss: 'squared_error', root: true },
  mape: { loss: 'absolute_percentage_error', root: false },
  rmsle: { loss: 'squared_log_error', root: true },
};

/** A model of one loss, with what its predictions were worth on rows that it had not seen. */
export interface LossModel {
  model: GradientBoosting;
  /** Labelled rows that the loss is defined for. */
  rows: number;
  /** Variance of the loss around what was predicted, as a share of the square of what was predicted. */
  spread: number;
  /** Mean square of what was predicted. */
  level: number;
  /** Share of the variance of the loss that was foreseen; at most 1, below 0 where the mean would have been better. */
  skill: number;
}

/** Models of the losses of a regression, plain JSON. A loss is absent where too few rows have it. */
export type DirectLoss = Partial<Record<Loss, LossModel>>;

const FOLDS = 5;
/** Fewer labelled rows than this teach nothing. */
const MINIMUM_ROWS = 200;

/**
 * Direct loss estimation: learns from labelled rows of the reference what a prediction costs, by its features and by
 * what was predicted. Rows have to come in random order: row i falls into fold i mod 5, and what is said of the models is
 * measured on the fold that they did not see.
 *
 * @throws RangeError for columns of other lengths, or values of labels or predictions that are not finite.
 */
export function fitDirectLoss(
  features: readonly TreeFeature[],
  predictions: Float64Array,
  labels: Float64Array,
): DirectLoss {
  const inputs = [...features, { kind: 'numeric', values: predictions } as const];
  const found: DirectLoss = {};
  for (const [name, loss] of Object.entries(LOSSES) as [Loss, (typeof LOSSES)[Loss]][]) {
    const all = Array.from(labels, (label, i) => loss(label, predictions[i]!));
    const defined = Int32Array.from(all.keys()).filter((i) => all[i] !== null);
    if (defined.length < MINIMUM_ROWS) continue;
    found[name] = fitLoss(
      takeRows(inputs, defined),
      Float64Array.from(defined, (i) => all[i]!),
    );
  }
  return found;
}

const OPTIONS = { loss: 'squared_error', maxIter: 60, maxLeafNodes: 15 } as const;

function fitLoss(inputs: readonly TreeFeature[], loss: Float64Array): LossModel {
  const n = loss.length;
  const mean = loss.reduce((sum, value) => sum + value, 0) / n;
  let [squares, left, total] = [0, 0, 0];
  for (let k = 0; k < FOLDS; k++) {
    const { train, held } = fold(n, k, FOLDS);
    const fitted = fitGradientBoosting(
      takeRows(inputs, train),
      Float64Array.from(train, (i) => loss[i]!),
      OPTIONS,
    );
    const said = predictLoss(fitted, takeRows(inputs, held));
    held.forEach((row, i) => {
      squares += said[i]! ** 2;
      left += (loss[row]! - said[i]!) ** 2;
      total += (loss[row]! - mean) ** 2;
    });
  }
  return {
    model: fitGradientBoosting(inputs, loss, OPTIONS),
    rows: n,
    spread: squares > 0 ? left / squares : 0,
    level: squares / n,
    skill: total > 0 ? 1 - left / total : 0,
  };
}

/** A loss is never below 0, whatever the trees add up to. */
const predictLoss = (model: GradientBoosting, inputs: readonly TreeFeature[]) =>
  predictGradientBoosting(model, inputs).map((value) => Math.max(0, value));

/**
 * What a regression's metrics will be over rows without labels, each with its 95% interval of the value that the labels
 * will show. `rows`: rows of the window, where those given are a random sample of them.
 *
 * The interval takes the loss to scatter around what was foreseen in proportion to it, as on the reference.
 */
export function estimateRegression(
  fitted: DirectLoss,
  features: readonly TreeFeature[],
  predictions: Float64Array,
  rows = predictions.length,
  confidence = 0.95,
): Record<string, MetricEstimate> {
  const inputs = [...features, { kind: 'numeric', values: predictions } as const];
  const n = predictions.length;
  const means = new Map<Loss, { mean: number; error: number } | null>();
  for (const [name, { model, spread, level, rows: learned }] of Object.entries(fitted) as [Loss, LossModel][]) {
    if (n === 0) {
      means.set(name, null);
      continue;
    }
    const said = predictLoss(model, inputs);
    const mean = said.reduce((sum, value) => sum + value, 0) / n;
    const squares = said.reduce((sum, value) => sum + value * value, 0) / n;
    const ofSample = ((squares - mean * mean) / n) * (1 - n / Math.max(n, rows));
    means.set(name, { mean, error: Math.sqrt((spread * squares) / rows + (spread * level) / learned + ofSample) });
  }
  const metrics = Object.entries(METRICS).flatMap(([id, { loss, root }]): [string, MetricEstimate][] => {
    const found = means.get(loss);
    if (found === undefined) return [];
    if (found === null) return [[id, noValue('no_data')]];
    const value = root ? Math.sqrt(found.mean) : found.mean;
    const error = root && value > 0 ? found.error / (2 * value) : found.error;
    return [[id, estimate(value, rows, normalInterval(value, error, { confidence, minimum: 0 }))]];
  });
  return Object.fromEntries(metrics);
}
