import { estimateBounded, type MetricEstimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

type Counts = Pick<BinarySummary, 'tp' | 'fp' | 'fn'>;

/** F-beta that cares twice as much for precision. */
export const f05 = metric('f05', 'F0.5', 0.5);
/** F-beta that cares twice as much for recall. */
export const f2 = metric('f2', 'F2', 2);

/**
 * (1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp), recall weighing b times as much as precision, as
 * `sklearn.metrics.fbeta_score`. No value where nothing is or was predicted positive.
 *
 * Interval: the delta method gives the variance, the sum over tp, fn and fp of count * (d F / d count)^2; then
 * Wilson's interval of the share with that variance.
 *
 * Source: van Rijsbergen (1979), Information Retrieval.
 */
export function fBeta(
  { tp, fp, fn, squared }: Counts & { squared?: Counts | undefined },
  beta: number,
): MetricEstimate {
  const b2 = beta * beta;
  const denominator = (1 + b2) * tp + b2 * fn + fp;
  if (denominator === 0) return noValue('no_data');
  const value = ((1 + b2) * tp) / denominator;
  const counts = squared ?? { tp, fp, fn };
  const slopes = [((1 + b2) * (1 - value)) / denominator, (b2 * value) / denominator, value / denominator];
  const variance = counts.tp * slopes[0]! ** 2 + counts.fn * slopes[1]! ** 2 + counts.fp * slopes[2]! ** 2;
  const n = tp + fp + fn;
  return estimateBounded(value, variance, (n * n) / (counts.tp + counts.fp + counts.fn));
}

function metric(id: string, label: string, beta: number): PerformanceMetric<BinarySummary> {
  const compute = (summary: BinarySummary) => fBeta(summary, beta);
  return { id, label, tasks: ['binary'], better: 'higher', minimumSample: 30, compute };
}
