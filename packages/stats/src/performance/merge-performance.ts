import type {
  BinarySummary,
  BinarySums,
  MulticlassSummary,
  MulticlassSums,
  PerformanceSummary,
  RegressionSummary,
  RegressionSums,
} from './performance-summary.ts';
import { noRegressionSums } from './summarize-regression.ts';

/**
 * The summary of two disjoint sets of rows together. Associative and commutative (floating-point sums up to rounding;
 * the order of class labels follows their code units). `auc`, `cells` and the median compare rows across both sets, so
 * they become `null` (of several classes: absent) unless one set is empty.
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
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  return {
    task: 'binary',
    ...binarySums(a, b),
    auc: null,
    cells: null,
    // Rows without weights weigh 1, and so do their squares.
    ...(a.squared || b.squared
      ? { squared: { ...binarySums(a.squared ?? a, b.squared ?? b), auc: null, cells: null } }
      : {}),
  };
}

function binarySums(a: BinarySums, b: BinarySums): BinarySums {
  if (a.calibration.length !== b.calibration.length) {
    throw new Error(`Cannot merge ${a.calibration.length} calibration bins with ${b.calibration.length}.`);
  }
  return {
    n: a.n + b.n,
    tp: a.tp + b.tp,
    fp: a.fp + b.fp,
    tn: a.tn + b.tn,
    fn: a.fn + b.fn,
    scored: a.scored + b.scored,
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
  };
}

function mergeRegression(a: RegressionSummary, b: RegressionSummary): RegressionSummary {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const mean = (a.n * a.targetMean + b.n * b.targetMean) / (a.n + b.n);
  const sums = (x: RegressionSums, y: RegressionSums) => add(aboutMean(x, mean), aboutMean(y, mean), mean);
  return {
    task: 'regression',
    ...sums(a, b),
    maxAbsError: Math.max(a.maxAbsError, b.maxAbsError),
    medianAbsError: null,
    ...(a.squared || b.squared ? { squared: sums(a.squared ?? a, b.squared ?? b) } : {}),
  };
}

/** The same sums with deviations from another mean: (d + s)^k multiplied out, s the step between the means. */
export function aboutMean(sums: RegressionSums, mean: number): RegressionSums {
  const s = sums.targetMean - mean;
  const { n, sumError: e, sumSquaredError: e2, sumTarget: d, targetSumSquares: d2, targetSumCubes: d3 } = sums;
  return {
    ...sums,
    targetMean: mean,
    sumTarget: d + s * n,
    targetSumSquares: d2 + 2 * s * d + s * s * n,
    targetSumCubes: d3 + 3 * s * d2 + 3 * s * s * d + s ** 3 * n,
    targetSumFourthPowers: sums.targetSumFourthPowers + 4 * s * d3 + 6 * s * s * d2 + 4 * s ** 3 * d + s ** 4 * n,
    sumErrorTarget: sums.sumErrorTarget + s * e,
    sumErrorTargetSquares: sums.sumErrorTargetSquares + 2 * s * sums.sumErrorTarget + s * s * e,
    sumSquaredErrorTarget: sums.sumSquaredErrorTarget + s * e2,
    sumSquaredErrorTargetSquares: sums.sumSquaredErrorTargetSquares + 2 * s * sums.sumSquaredErrorTarget + s * s * e2,
  };
}

function add(a: RegressionSums, b: RegressionSums, targetMean: number): RegressionSums {
  const sums = noRegressionSums(targetMean);
  for (const name of Object.keys(sums) as (keyof RegressionSums)[]) {
    if (name !== 'targetMean') sums[name] = a[name] + b[name];
  }
  return sums;
}

function mergeMulticlass(a: MulticlassSummary, b: MulticlassSummary): MulticlassSummary {
  const labels = [...new Set([...a.labels, ...b.labels])].sort();
  const cell = (matrix: MulticlassSums['matrix'], own: readonly string[], label: string, predicted: string) =>
    matrix[own.indexOf(label)]?.[own.indexOf(predicted)] ?? 0;
  const sums = (x: MulticlassSums, y: MulticlassSums): MulticlassSums => ({
    matrix: labels.map((label) =>
      labels.map(
        (predicted) => cell(x.matrix, a.labels, label, predicted) + cell(y.matrix, b.labels, label, predicted),
      ),
    ),
    scored: x.scored + y.scored,
    rescaled: x.rescaled + y.rescaled,
    logLossSum: x.logLossSum + y.logLossSum,
    logLossSumSquares: x.logLossSumSquares + y.logLossSumSquares,
    brierSum: x.brierSum + y.brierSum,
    brierSumSquares: x.brierSumSquares + y.brierSumSquares,
  });
  return {
    task: 'multiclass',
    labels,
    ...sums(a, b),
    ...(a.squared || b.squared ? { squared: sums(a.squared ?? a, b.squared ?? b) } : {}),
  };
}
