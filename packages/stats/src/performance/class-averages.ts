import {
  type Average,
  averageOverClasses,
  type ClassRatio,
  F1,
  PRECISION,
  RECALL,
  rowsOf,
  trace,
} from './confusion.ts';
import { type MetricEstimate, type PerformanceMetric, shareOf } from './performance-metric.ts';
import type { MulticlassSummary, MulticlassSums } from './performance-summary.ts';

const shareRight = shareOf((sums: MulticlassSums) => [trace(sums), rowsOf(sums)]);

/** Mean over the classes that are labelled or predicted, each class weighing the same. */
export const precisionMacro = multiclass('precision_macro', 'Precision (macro)', averaged(PRECISION, 'macro'));
export const recallMacro = multiclass('recall_macro', 'Recall (macro)', averaged(RECALL, 'macro'));
export const f1Macro = multiclass('f1_macro', 'F1 (macro)', averaged(F1, 'macro'));

/** Mean over classes weighted by their labelled rows. Weighted recall is the accuracy. */
export const precisionWeighted = multiclass(
  'precision_weighted',
  'Precision (weighted)',
  averaged(PRECISION, 'weighted'),
);
export const recallWeighted = multiclass('recall_weighted', 'Recall (weighted)', shareRight);
export const f1Weighted = multiclass('f1_weighted', 'F1 (weighted)', averaged(F1, 'weighted'));

/** Counts of all classes pooled. With one class a row, all three are the accuracy. */
export const precisionMicro = multiclass('precision_micro', 'Precision (micro)', shareRight);
export const recallMicro = multiclass('recall_micro', 'Recall (micro)', shareRight);
export const f1Micro = multiclass('f1_micro', 'F1 (micro)', shareRight);

type Compute = (summary: MulticlassSummary) => MetricEstimate;

function averaged(ratio: ClassRatio, average: Average): Compute {
  return (summary) => averageOverClasses(summary, ratio, average);
}

function multiclass(id: string, label: string, compute: Compute): PerformanceMetric<MulticlassSummary> {
  return { id, label, tasks: ['multiclass'], better: 'higher', minimumSample: 100, compute };
}
