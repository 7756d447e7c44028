import { combinedInterval } from '../intervals/mover.ts';
import { averageOverClasses, RECALL } from './confusion.ts';
import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, MulticlassSummary } from './performance-summary.ts';
import { recall } from './recall.ts';
import { specificity } from './specificity.ts';

/**
 * Mean recall of the classes that have labelled rows, as `sklearn.metrics.balanced_accuracy_score`. No value for a
 * binary model with rows of one class only.
 *
 * Interval: of two classes, Wilson's of recall and specificity, put together (Newcombe); of more, delta method.
 */
export const balancedAccuracy: PerformanceMetric<BinarySummary | MulticlassSummary> = {
  id: 'balanced_accuracy',
  label: 'Balanced accuracy',
  tasks: ['binary', 'multiclass'],
  better: 'higher',
  minimumSample: 100,
  compute(summary) {
    if (summary.task === 'multiclass') return averageOverClasses(summary, RECALL, 'labelled');
    if (summary.n === 0) return noValue('no_data');
    const [a, b] = [recall.compute(summary), specificity.compute(summary)];
    const n = summary.squared ? summary.n ** 2 / summary.squared.n : summary.n;
    if (a.value === null || b.value === null) return noValue('one_class', Math.floor(n));
    const part = ({ value, lower, upper }: typeof a) => ({ value: value!, lower: lower!, upper: upper! });
    const interval = combinedInterval([
      [0.5, part(a)],
      [0.5, part(b)],
    ]);
    return estimate((a.value + b.value) / 2, n, interval);
  },
};
