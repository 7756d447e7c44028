import { scaleToOne } from '../performance/scale-to-one.ts';
import type { ModelOutput, PairedModels } from './paired-models.ts';

/** Scores are clipped to [2^-52, 1 - 2^-52] before the logarithm, as scikit-learn does. */
const clip = (score: number) => Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));

/** The loss of each row of a binary model, where the metric is the mean of that; `null` for others. */
export function binaryRowLoss(labels: Float64Array, { scores }: ModelOutput, metric: string): Float64Array | null {
  if (!scores) return null;
  if (metric === 'log_loss') return scores.map((score, i) => -Math.log(labels[i]! > 0 ? clip(score) : 1 - clip(score)));
  if (metric === 'brier_score') return scores.map((score, i) => (score - (labels[i]! > 0 ? 1 : 0)) ** 2);
  return null;
}

/** The same of a model of several classes. */
export function multiclassRowLoss(
  labels: Float64Array,
  { ofClasses }: ModelOutput,
  metric: string,
): Float64Array | null {
  if (!ofClasses || (metric !== 'log_loss' && metric !== 'brier_score')) return null;
  const { scores } = scaleToOne(ofClasses);
  return labels.map((label, row) => {
    if (metric === 'log_loss') return -Math.log(clip(scores[label]![row]!));
    return scores.reduce((sum, column, k) => sum + (column[row]! - (k === label ? 1 : 0)) ** 2, 0);
  });
}

/**
 * The loss of each row, the lower the better, where the metric is the mean of it or goes up and down with the mean:
 * log loss, Brier score, error rate of a classifier, absolute or squared error. `null` for others.
 */
export function rowLosses(
  { task, labels }: Pick<PairedModels, 'task' | 'labels'>,
  model: ModelOutput,
  metric: string,
): Float64Array | null {
  const { predicted } = model;
  if (task === 'regression') {
    if (metric === 'mae') return labels.map((label, i) => Math.abs(predicted[i]! - label));
    return metric === 'mse' || metric === 'rmse' ? labels.map((label, i) => (predicted[i]! - label) ** 2) : null;
  }
  if (metric === 'accuracy') return labels.map((label, i) => (predicted[i] === label ? 0 : 1));
  return task === 'binary' ? binaryRowLoss(labels, model, metric) : multiclassRowLoss(labels, model, metric);
}

/** Metrics that are the mean of a loss over rows, which a test over time can compare. */
export const rowLossMetrics = (task: PairedModels['task']): readonly string[] =>
  task === 'regression' ? ['mae', 'mse'] : ['log_loss', 'brier_score', 'accuracy'];
