import {
  businessValue,
  type CalibrationPoint,
  type CellCounts,
  type CellValues,
  type ClassPerformance,
  calibrationCurve,
  classPerformance,
  type GainPoint,
  gainCurve,
  type MetricEstimate,
  type PerformanceSummary,
  type PrecisionRecallPoint,
  precisionRecallCurve,
  type RocPoint,
  rocCurve,
  suggestThresholds,
  type ThresholdSuggestions,
} from '@leeway/stats';

/** What tables and pictures of one file's performance are made of; curves have at most about 200 points. */
export type PerformanceDetail =
  | {
      task: 'binary';
      confusion: CellCounts;
      /** null where there are no scores, or labels of one class only. */
      roc: RocPoint[] | null;
      precision_recall: PrecisionRecallPoint[] | null;
      gain: GainPoint[] | null;
      /** 15 bins of equal width; null where the score is no probability. */
      calibration: CalibrationPoint[] | null;
      thresholds: ThresholdSuggestions | null;
      /** Mean value of a row at the decisions that were taken; null where no values were given. */
      value: MetricEstimate | null;
    }
  | {
      task: 'multiclass';
      labels: readonly string[];
      /** Rows of the label (first index) that were predicted so (second index). */
      matrix: ReadonlyArray<readonly number[]>;
      classes: ClassPerformance[];
      /** Rows whose probabilities were scaled to a sum of 1. */
      rescaled: number;
    }
  | { task: 'regression' };

/** Pure. */
export function detailOf(
  summary: PerformanceSummary,
  { probabilities, values }: { probabilities: boolean; values: CellValues | undefined },
): PerformanceDetail {
  if (summary.task === 'regression') return { task: 'regression' };
  if (summary.task === 'multiclass') {
    const { task, labels, matrix, rescaled } = summary;
    return { task, labels, matrix, classes: classPerformance(summary), rescaled };
  }
  const { task, tp, fp, tn, fn, scored } = summary;
  return {
    task,
    confusion: { tp, fp, tn, fn },
    roc: rocCurve(summary),
    precision_recall: precisionRecallCurve(summary),
    gain: gainCurve(summary),
    calibration: scored > 0 && probabilities ? calibrationCurve(summary) : null,
    thresholds: scored > 0 ? suggestThresholds(summary, { values }) : null,
    value: values ? businessValue(summary, values) : null,
  };
}
