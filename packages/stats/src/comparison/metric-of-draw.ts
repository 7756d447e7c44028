import { performanceMetrics } from '../performance/index.ts';
import { binaryMetricOfDraw } from './draws/binary-metric.ts';
import { multiclassMetricOfDraw } from './draws/multiclass-metric.ts';
import { regressionMetricOfDraw } from './draws/regression-metric.ts';
import type { ModelOutput, PairedModels } from './paired-models.ts';

/** The metric over a draw in which row i counts `times[i]`; NaN where it is not defined. */
export type MetricOfDraw = (times: Int32Array) => number;

/** Metrics that a draw of rows does not show: the largest error of a draw is never larger than that of the rows. */
const NOT_DRAWN: ReadonlySet<string> = new Set(['max_error']);

/** Metrics of a task by which two models can be compared on the same rows. */
export const comparisonMetrics = (task: PairedModels['task']): string[] =>
  performanceMetrics[task].map(({ id }) => id).filter((id) => !NOT_DRAWN.has(id));

/**
 * The metric as a function of how often each row was drawn. What does not depend on the draw, such as the order of the
 * scores, is computed once. `null` where the model does not give what the metric needs, or it cannot be compared by.
 */
export function metricOfDraw(models: PairedModels, model: ModelOutput, metric: string): MetricOfDraw | null {
  const { task, labels, classes = [] } = models;
  if (!comparisonMetrics(task).includes(metric)) return null;
  if (task === 'regression') return regressionMetricOfDraw(labels, model, metric);
  if (task === 'binary') return binaryMetricOfDraw(labels, model, metric);
  return multiclassMetricOfDraw(labels, classes, model, metric);
}
