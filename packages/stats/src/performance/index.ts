import { maxError, medianAbsoluteError } from './absolute-errors.ts';
import { accuracy } from './accuracy.ts';
import { cohenKappa, matthewsCorrcoef } from './agreement.ts';
import { averagePrecision } from './average-precision.ts';
import { balancedAccuracy } from './balanced-accuracy.ts';
import { bias } from './bias.ts';
import { brierScore } from './brier-score.ts';
import { calibrationBias } from './calibration-bias.ts';
import { adaptiveCalibrationError, calibrationError, maximumCalibrationError } from './calibration-error.ts';
import {
  f1Macro,
  f1Micro,
  f1Weighted,
  precisionMacro,
  precisionMicro,
  precisionWeighted,
  recallMacro,
  recallMicro,
  recallWeighted,
} from './class-averages.ts';
import { rocAucOvr } from './class-metrics.ts';
import {
  falseDiscoveryRate,
  falseNegativeRate,
  falseOmissionRate,
  falsePositiveRate,
  negativePredictiveValue,
} from './error-rates.ts';
import { f2, f05 } from './f-beta.ts';
import { f1 } from './f1.ts';
import { logLoss } from './log-loss.ts';
import { mae } from './mae.ts';
import { mape, smape } from './mape.ts';
import { mse } from './mse.ts';
import type { MetricEstimate, PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, MulticlassSummary, PerformanceSummary, RegressionSummary } from './performance-summary.ts';
import { precision } from './precision.ts';
import { prevalence } from './prevalence.ts';
import { explainedVariance, r2 } from './r2.ts';
import { recall } from './recall.ts';
import { rmse, rmsle } from './rmse.ts';
import { rocAuc } from './roc-auc.ts';
import { selectionRate } from './selection-rate.ts';
import { specificity } from './specificity.ts';
import { wape } from './wape.ts';

/** Every metric, by task. Config values, API and CLI listings, forms and docs are made from these lists. */
export const performanceMetrics: {
  readonly binary: ReadonlyArray<PerformanceMetric<BinarySummary>>;
  readonly multiclass: ReadonlyArray<PerformanceMetric<MulticlassSummary>>;
  readonly regression: ReadonlyArray<PerformanceMetric<RegressionSummary>>;
} = {
  binary: [
    rocAuc,
    averagePrecision,
    logLoss,
    brierScore,
    calibrationError,
    adaptiveCalibrationError,
    maximumCalibrationError,
    calibrationBias,
    accuracy,
    balancedAccuracy,
    precision,
    recall,
    f1,
    f05,
    f2,
    matthewsCorrcoef,
    specificity,
    negativePredictiveValue,
    falsePositiveRate,
    falseNegativeRate,
    falseDiscoveryRate,
    falseOmissionRate,
    prevalence,
    selectionRate,
  ],
  multiclass: [
    accuracy,
    balancedAccuracy,
    rocAucOvr,
    logLoss,
    brierScore,
    matthewsCorrcoef,
    cohenKappa,
    precisionMacro,
    recallMacro,
    f1Macro,
    precisionMicro,
    recallMicro,
    f1Micro,
    precisionWeighted,
    recallWeighted,
    f1Weighted,
  ],
  regression: [mae, mse, rmse, medianAbsoluteError, maxError, mape, smape, wape, rmsle, r2, explainedVariance, bias],
};

/** Every metric of the summary's task, by id. A value of too few rows is given with the reason `insufficient`. */
export function measurePerformance(summary: PerformanceSummary): Record<string, MetricEstimate> {
  switch (summary.task) {
    case 'binary':
      return measureAll(performanceMetrics.binary, summary);
    case 'multiclass':
      return measureAll(performanceMetrics.multiclass, summary);
    case 'regression':
      return measureAll(performanceMetrics.regression, summary);
  }
}

function measureAll<S extends PerformanceSummary>(metrics: ReadonlyArray<PerformanceMetric<S>>, summary: S) {
  return Object.fromEntries(
    metrics.map((metric) => {
      const estimate = metric.compute(summary);
      const tooFew = estimate.value !== null && estimate.n < metric.minimumSample;
      return [metric.id, tooFew ? { ...estimate, reason: 'insufficient' as const } : estimate];
    }),
  );
}
