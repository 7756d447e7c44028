import {
  type DirectLoss,
  densityRatio,
  estimatedBinaryMetrics,
  fitDirectLoss,
  type MetricEstimate,
  measurePerformance,
  summarizeBinary,
  summarizeRegression,
  type TreeFeature,
} from '@leeway/stats';

/** Work that takes seconds, and runs in a thread of its own. */
export type Lesson =
  | { kind: 'direct_loss'; features: TreeFeature[]; predictions: Float64Array; labels: Float64Array }
  | { kind: 'importance_weighted'; reference: LabelledRows; window: TreeFeature[]; windowRows: number };

/** Labelled rows of the reference. Of a classifier, labels and predictions are 0 and 1, and there are scores. */
export interface LabelledRows {
  task: 'binary' | 'regression';
  features: TreeFeature[];
  predictions: Float64Array;
  labels: Float64Array;
  scores: Float64Array | null;
}

/** Metrics of the reference weighted like the window, and how alike the two are. */
export interface WeightedEstimates {
  metrics: Record<string, MetricEstimate>;
  auc: number;
  effectiveRows: number;
  unsupported: number;
}

export type Learned<L extends Lesson> = L extends { kind: 'direct_loss' } ? DirectLoss : WeightedEstimates;

export function learn<L extends Lesson>(lesson: L): Learned<L>;
export function learn(lesson: Lesson): DirectLoss | WeightedEstimates {
  if (lesson.kind === 'direct_loss') return fitDirectLoss(lesson.features, lesson.predictions, lesson.labels);
  const { reference, window, windowRows } = lesson;
  const { weights, auc, effectiveRows, unsupported } = densityRatio(reference.features, window);
  const { task, labels, predictions, scores } = reference;
  const binary = task === 'binary';
  const summary = binary
    ? summarizeBinary(labels, scores!, predictions, weights)
    : summarizeRegression(labels, predictions, weights);
  const wanted: readonly string[] = binary ? estimatedBinaryMetrics : ['mae', 'mse', 'rmse', 'mape', 'rmsle'];
  const measured = measurePerformance(summary);
  const shares = binary ? 1 : Number.POSITIVE_INFINITY;
  const metrics = wanted.flatMap((id): [string, MetricEstimate][] => {
    const found = measured[id];
    if (!found) return [];
    // Its interval is that of the mean; the labels of the window will scatter around that in their turn.
    const factor = Math.sqrt(1 + effectiveRows / Math.max(1, windowRows));
    return [[id, { ...widened(found, factor, id === 'log_loss' ? Number.POSITIVE_INFINITY : shares), n: windowRows }]];
  });
  return { metrics: Object.fromEntries(metrics), auc, effectiveRows, unsupported };
}

function widened(found: MetricEstimate, factor: number, maximum: number): MetricEstimate {
  const { value, lower, upper } = found;
  if (value === null || lower === null || upper === null) return found;
  return {
    ...found,
    lower: Math.max(0, value - (value - lower) * factor),
    upper: Math.min(maximum, value + (upper - value) * factor),
  };
}
