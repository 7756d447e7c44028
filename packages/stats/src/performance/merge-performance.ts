import type { BinarySummary, MulticlassSummary, PerformanceSummary, RegressionSummary } from './performance-summary.ts';

/**
 * The summary of two disjoint sets of rows together. Associative and commutative (floating-point sums up to rounding;
 * the order of class labels follows their code units). `auc` compares rows across both sets, so it becomes `null`
 * unless one set is empty.
 *
 * @throws Error when the tasks or the numbers of calibration bins differ.
 */
export function mergePerformance<S extends PerformanceSummary>(a: S, b: S): S;
export function mergePerformance(a: PerformanceSummary, b: PerformanceSummary): PerformanceSummary {
  if (a.task === 'binary' && b.task === 'binary') return mergeBinary(a, b);
  if (a.task === 'regression' && b.task === 'regression') return mergeRegression(a, b);
  if (a.task === 'multiclass' && b.task === 'multiclass') return mergeMulticlass(a, b);
  throw new Error(`Cannot merge a ${a.task} summary with a ${b.task} one.`);
}

function mergeBinary(a: BinarySummary, b: BinarySummary): BinarySummary {
  if (a.calibration.length !== b.calibration.length) {
    throw new Error(`Cannot merge ${a.calibration.length} calibration bins with ${b.calibration.length}.`);
  }
  return {
    task: 'binary',
    n: a.n + b.n,
    tp: a.tp + b.tp,
    fp: a.fp + b.fp,
    tn: a.tn + b.tn,
    fn: a.fn + b.fn,
    logLossSum: a.logLossSum + b.logLossSum,
    logLossSumSquares: a.logLossSumSquares + b.logLossSumSquares,
    brierSum: a.brierSum + b.brierSum,
    brierSumSquares: a.brierSumSquares + b.brierSumSquares,
    calibration: a.calibration.map((bin, i) => {
      const other = b.calibration[i]!;
      return {
        n: bin.n + other.n,
        scoreSum: bin.scoreSum + other.scoreSum,
        positives: bin.positives + other.positives,
      };
    }),
    auc: a.n === 0 ? b.auc : b.n === 0 ? a.auc : null,
  };
}

function mergeRegression(a: RegressionSummary, b: RegressionSummary): RegressionSummary {
  const n = a.n + b.n;
  const gap = b.targetMean - a.targetMean;
  return {
    task: 'regression',
    n,
    sumError: a.sumError + b.sumError,
    sumAbsError: a.sumAbsError + b.sumAbsError,
    sumSquaredError: a.sumSquaredError + b.sumSquaredError,
    sumFourthPowerError: a.sumFourthPowerError + b.sumFourthPowerError,
    sumAbsPercentageError: a.sumAbsPercentageError + b.sumAbsPercentageError,
    sumAbsPercentageErrorSquares: a.sumAbsPercentageErrorSquares + b.sumAbsPercentageErrorSquares,
    percentageCount: a.percentageCount + b.percentageCount,
    // Chan, Golub and LeVeque (1979): means and squared deviations of two sets, without cancellation.
    targetMean: n === 0 ? 0 : (a.n * a.targetMean + b.n * b.targetMean) / n,
    targetSumSquares: a.targetSumSquares + b.targetSumSquares + (n === 0 ? 0 : (gap * gap * a.n * b.n) / n),
  };
}

function mergeMulticlass(a: MulticlassSummary, b: MulticlassSummary): MulticlassSummary {
  const labels = [...new Set([...a.labels, ...b.labels])].sort();
  const cell = ({ labels, matrix }: MulticlassSummary, label: string, predicted: string) =>
    matrix[labels.indexOf(label)]?.[labels.indexOf(predicted)] ?? 0;
  return {
    task: 'multiclass',
    labels,
    matrix: labels.map((label) => labels.map((predicted) => cell(a, label, predicted) + cell(b, label, predicted))),
    logLossCount: a.logLossCount + b.logLossCount,
    logLossSum: a.logLossSum + b.logLossSum,
    logLossSumSquares: a.logLossSumSquares + b.logLossSumSquares,
  };
}
