export { type DeLongResult, deLong } from './comparison/de-long.ts';
export { mcNemar } from './comparison/mc-nemar.ts';
export {
  type ComparisonMetric,
  type PairedBootstrapInput,
  type PairedComparison,
  pairedBootstrap,
} from './comparison/paired-bootstrap.ts';
export type { PairedScores } from './comparison/paired-scores.ts';
export { type ComparisonVerdict, type VerdictRule, verdictOf } from './comparison/verdict-of.ts';
export type { Cells } from './drift/cells.ts';
export { chiSquared } from './drift/chi-squared.ts';
export { chooseTest } from './drift/choose-test.ts';
export { balancedCramersV } from './drift/cramers-v.ts';
export type { DriftReason, DriftResult, DriftTest } from './drift/drift-test.ts';
export { hellingerDistance } from './drift/hellinger.ts';
export { driftTest, driftTests } from './drift/index.ts';
export { jensenShannonDistance } from './drift/jensen-shannon.ts';
export { type ColumnComparison, type ColumnJudgement, judgeColumn } from './drift/judge-column.ts';
export { type DatasetJudgement, type DatasetOptions, judgeDataset } from './drift/judge-dataset.ts';
export { kullbackLeibler } from './drift/kl.ts';
export { ksExact, ksStatistic } from './drift/kolmogorov-smirnov.ts';
export { ksPValue } from './drift/ks-p-value.ts';
export { chebyshevDistance } from './drift/l-infinity.ts';
export { populationStabilityIndex } from './drift/psi.ts';
export { totalVariationDistance } from './drift/total-variation.ts';
export { type WassersteinOfRows, wassersteinDistance, wassersteinExact } from './drift/wasserstein.ts';
export type { Interval } from './intervals/interval.ts';
export { normalInterval, standardErrorOfMean } from './intervals/normal-interval.ts';
export { wilsonInterval } from './intervals/wilson.ts';
export { adjustPValues, benjaminiHochberg, bonferroni, type Correction } from './multiple-testing.ts';
export { measurePerformance, performanceMetrics } from './performance/index.ts';
export { mergePerformance } from './performance/merge-performance.ts';
export type { MetricEstimate, MetricReason, PerformanceMetric } from './performance/performance-metric.ts';
export type {
  AucSummary,
  BinarySummary,
  CalibrationBin,
  MulticlassSummary,
  PerformanceSummary,
  RegressionSummary,
  Task,
} from './performance/performance-summary.ts';
export { summarizeBinary } from './performance/summarize-binary.ts';
export { summarizeMulticlass } from './performance/summarize-multiclass.ts';
export { summarizeRegression } from './performance/summarize-regression.ts';
export { alignCategories, type CategoryCell } from './summary/align-categories.ts';
export { binEdges, distinctValueEdges } from './summary/bin-edges.ts';
export { coarsen } from './summary/coarsen.ts';
export type { CategoricalSummary, ColumnKind, ColumnSummary, NumericSummary } from './summary/column-summary.ts';
export { mean } from './summary/mean.ts';
export { mergeSummaries } from './summary/merge-summaries.ts';
export { quantile } from './summary/quantile.ts';
export { standardDeviation } from './summary/standard-deviation.ts';
export { summarizeCategorical } from './summary/summarize-categorical.ts';
export { summarizeNumeric } from './summary/summarize-numeric.ts';
