import { normalInterval } from '../intervals/normal-interval.ts';
import { confusionOf } from './confusion.ts';
import { fBeta } from './f-beta.ts';
import { ofScored } from './of-scored.ts';
import { estimate, estimateShare, type MetricEstimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { MulticlassSummary } from './performance-summary.ts';
import { estimateAuc } from './roc-auc.ts';

/** How well one class is told from all others. */
export interface ClassPerformance {
  label: string;
  /** Rows of the class, and rows predicted so. */
  labelled: number;
  predicted: number;
  precision: MetricEstimate;
  recall: MetricEstimate;
  f1: MetricEstimate;
  /** Of the probability of the class, one against the rest; `not_counted` without probabilities. */
  roc_auc: MetricEstimate;
}

/** Each class against the rest, in the order of the summary's labels. Wilson intervals; F1 as F-beta; AUC by DeLong. */
export function classPerformance(summary: MulticlassSummary): ClassPerformance[] {
  const { matrix, squares, n, labelled, predicted } = confusionOf(summary);
  return summary.labels.map((label, k) => {
    const rest = (cells: ReadonlyArray<readonly number[]>) => {
      const tp = cells[k]![k]!;
      const fn = cells[k]!.reduce((sum, count) => sum + count, -tp);
      const fp = cells.reduce((sum, row) => sum + row[k]!, -tp);
      return { tp, fn, fp };
    };
    const own = rest(matrix);
    const second = summary.squared && rest(squares);
    return {
      label,
      labelled: labelled[k]!,
      predicted: predicted[k]!,
      precision: estimateShare([own.tp, own.tp + own.fp], second && [second.tp, second.tp + second.fp]),
      recall: estimateShare([own.tp, own.tp + own.fn], second && [second.tp, second.tp + second.fn]),
      f1: fBeta({ ...own, squared: second }, 1),
      roc_auc: aucOf(summary, k) ?? noValue('not_counted', Math.floor(n)),
    };
  });
}

/**
 * Mean over classes of the AUC of one class against the rest, as `sklearn.metrics.roc_auc_score(multi_class='ovr')`.
 * Classes without positives or negatives are left out (scikit-learn refuses them). Interval: the mean's variance over
 * the rows' structural components of all classes together.
 */
export const rocAucOvr: PerformanceMetric<MulticlassSummary> = {
  id: 'roc_auc_ovr',
  label: 'ROC AUC (one against the rest)',
  tasks: ['multiclass'],
  better: 'higher',
  minimumSample: 100,
  needs: 'score',
  compute: (summary) =>
    ofScored(summary, ({ auc }) => {
      const n = scoredRows(summary);
      if (!auc) return noValue('not_counted', Math.floor(n));
      const usable = auc.classes.filter(({ positives, negatives }) => positives > 0 && negatives > 0);
      if (usable.length === 0) return noValue('one_class', Math.floor(n));
      const areas = usable.map(({ concordant, positives, negatives }) => concordant / (positives * negatives));
      const value = areas.reduce((sum, area) => sum + area, 0) / areas.length;
      return estimate(value, n, normalInterval(value, Math.sqrt(auc.macroVariance), { minimum: 0, maximum: 1 }));
    }),
};

/** Rows of equal weight that say as much as those with scores. */
const scoredRows = ({ scored, squared }: MulticlassSummary): number =>
  squared ? scored ** 2 / squared.scored : scored;

function aucOf(summary: MulticlassSummary, k: number): MetricEstimate | null {
  const auc = summary.auc?.classes[k];
  return auc && summary.scored > 0 ? estimateAuc(auc, scoredRows(summary), summary.squared?.auc?.[k] ?? null) : null;
}
