import { normalInterval } from '../intervals/normal-interval.ts';
import { confusionOf, deltaVariance } from './confusion.ts';
import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, MulticlassSummary } from './performance-summary.ts';

/**
 * Correlation of label and prediction, between -1 and 1, as `sklearn.metrics.matthews_corrcoef`; of several classes,
 * Gorodkin's R_K. No value where all labels or all predictions are one class: scikit-learn says 0 there.
 *
 * With n rows, c right ones, and t and p the rows labelled and predicted by class:
 * X / sqrt(Y Z), X = c n - sum t p, Y = n^2 - sum p^2, Z = n^2 - sum t^2. Interval: delta method.
 *
 * Source: Matthews (1975), Biochimica et Biophysica Acta 405; Gorodkin (2004), Computational Biology and Chemistry 28.
 */
export const matthewsCorrcoef: PerformanceMetric<BinarySummary | MulticlassSummary> = {
  id: 'matthews_corrcoef',
  label: 'Matthews correlation',
  tasks: ['binary', 'multiclass'],
  better: 'higher',
  minimumSample: 100,
  compute(summary) {
    const confusion = confusionOf(summary);
    const { n, trace, labelled, predicted, effective } = confusion;
    if (n === 0) return noValue('no_data');
    const x = trace * n - dot(labelled, predicted);
    const y = n * n - dot(predicted, predicted);
    const z = n * n - dot(labelled, labelled);
    if (y <= 0 || z <= 0) return noValue('one_class', Math.floor(effective));
    const root = Math.sqrt(y) * Math.sqrt(z);
    const value = x / root;
    const variance = deltaVariance(confusion, (i, j) => {
      const dx = (i === j ? n : 0) + trace - predicted[i]! - labelled[j]!;
      const [dy, dz] = [2 * (n - predicted[j]!), 2 * (n - labelled[i]!)];
      return dx / root - (value / 2) * (dy / y + dz / z);
    });
    return estimate(value, effective, normalInterval(value, Math.sqrt(variance), { minimum: -1, maximum: 1 }));
  },
};

/**
 * Cohen's kappa: how much more often label and prediction agree than they would by chance, as
 * `sklearn.metrics.cohen_kappa_score`. (c n - E) / (n^2 - E), E = sum t p. No value where both are all one class.
 * Interval: delta method.
 *
 * Source: Cohen (1960), Educational and Psychological Measurement 20; Fleiss, Cohen and Everitt (1969).
 */
export const cohenKappa: PerformanceMetric<MulticlassSummary> = {
  id: 'cohen_kappa',
  label: "Cohen's kappa",
  tasks: ['multiclass'],
  better: 'higher',
  minimumSample: 100,
  compute(summary) {
    const confusion = confusionOf(summary);
    const { n, trace, labelled, predicted, effective } = confusion;
    if (n === 0) return noValue('no_data');
    const chance = dot(labelled, predicted);
    const denominator = n * n - chance;
    if (denominator <= 0) return noValue('one_class', Math.floor(effective));
    const value = (trace * n - chance) / denominator;
    const variance = deltaVariance(confusion, (i, j) => {
      const ofChance = predicted[i]! + labelled[j]!;
      const above = (i === j ? n : 0) + trace - ofChance;
      return (above - value * (2 * n - ofChance)) / denominator;
    });
    return estimate(value, effective, normalInterval(value, Math.sqrt(variance), { minimum: -1, maximum: 1 }));
  },
};

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}
