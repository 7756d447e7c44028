import { confusionOf } from './confusion.ts';
import { type MetricEstimate, noValue } from './performance-metric.ts';
import type { BinarySummary, MulticlassSummary } from './performance-summary.ts';

/**
 * A metric over the rows with a score: `not_counted` where there are rows and none has one; with the reason `rescaled` where
 * probabilities of several classes were scaled to a sum of 1 for it.
 */
export function ofScored<S extends BinarySummary | MulticlassSummary>(
  summary: S,
  compute: (summary: S) => MetricEstimate,
): MetricEstimate {
  if (summary.scored === 0) return noValue(confusionOf(summary).n > 0 ? 'not_counted' : 'no_data');
  const found = compute(summary);
  const rescaled = summary.task === 'multiclass' && summary.rescaled > 0;
  return rescaled && found.value !== null && !found.reason ? { ...found, reason: 'rescaled' } : found;
}
