export { correlate, correlateLags, type LaggedCorrelation, type RankCorrelation } from './association/correlate.ts';
export { optimalBlockLength } from './comparison/block-length.ts';
export { type BootstrapInterval, type BootstrapOptions, bootstrapInterval } from './comparison/bootstrap-interval.ts';
export { type DeLongResult, deLong } from './comparison/de-long.ts';
export { type DieboldMarianoOptions, type DieboldMarianoResult, dieboldMariano } from './comparison/diebold-mariano.ts';
export { type Discordant, type McNemarMethod, mcNemar, pairedShareDifference } from './comparison/mc-nemar.ts';
export { comparisonMetrics } from './comparison/metric-of-draw.ts';
export { directionOf, type PairedBootstrapOptions, pairedBootstrap } from './comparison/paired-bootstrap.ts';
export {
  compareByDeLong,
  compareByDieboldMariano,
  compareByMcNemar,
  improvementOf,
  type PairedComparison,
  pValueOf,
} from './comparison/paired-comparison.ts';
export { type ModelOutput, type PairedModels, takeRows } from './comparison/paired-models.ts';
export type { PairedScores } from './comparison/paired-scores.ts';
export type { Resampling } from './comparison/resampling.ts';
export { rowLosses, rowLossMetrics } from './comparison/row-losses.ts';
export { type TostResult, tostPaired } from './comparison/tost.ts';
export { type ComparisonVerdict, type VerdictRule, verdictOf } from './comparison/verdict-of.ts';
export type {
  Detector,
  DetectorLevel,
  DetectorParameter,
  DetectorState,
  ParameterValue,
  ParameterValues,
} from './detectors/detector.ts';
export { detector, detectors, restoreDetector } from './detectors/index.ts';
export { andersonDarlingPValue } from './drift/anderson-darling.ts';
export type { Cells } from './drift/cells.ts';
export { chiSquared } from './drift/chi-squared.ts';
export { chooseTest } from './drift/choose-test.ts';
export { compatibilityMode, compatibilityModes } from './drift/compatibility/index.ts';
export { peerAnswerOf } from './drift/compatibility/measure-as-peer.ts';
export type { CompatibilityMode, PeerFacts } from './drift/compatibility/mode.ts';
export { cramerVonMisesPValue } from './drift/cramer-von-mises.ts';
export { balancedCramersV } from './drift/cramers-v.ts';
export type { Direction, DriftReason, DriftResult, DriftTest } from './drift/drift-test.ts';
export { fisherExactPValue } from './drift/fisher-exact.ts';
export { gStatistic } from './drift/g-test.ts';
export { hellingerDistance } from './drift/hellinger.ts';
export { driftTest, driftTests } from './drift/index.ts';
export { jensenShannonDistance } from './drift/jensen-shannon.ts';
export { type ColumnComparison, type ColumnJudgement, judgeColumn } from './drift/judge-column.ts';
export {
  type DatasetJudgement,
  type DatasetOptions,
  datasetVerdict,
  type FamilyOptions,
  judgeDataset,
  judgeFamily,
} from './drift/judge-dataset.ts';
export { kullbackLeibler } from './drift/kl.ts';
export { type KsMethod, ksOneSidedPValue, ksPValue } from './drift/ks-p-value.ts';
export { kuiperPValue } from './drift/kuiper.ts';
export { chebyshevDistance } from './drift/l-infinity.ts';
export { mannWhitneyPValue } from './drift/mann-whitney.ts';
export { populationStabilityIndex } from './drift/psi.ts';
export { type RowStatistics, rowStatistics } from './drift/row-statistics.ts';
export { totalVariationDistance } from './drift/total-variation.ts';
export type { TwoByTwo } from './drift/two-values.ts';
export { planWaves, type Waves } from './drift/waves.ts';
export {
  type Calibration,
  type CalibrationOptions,
  type CalibrationRefusal,
  calibrated,
  fitCalibration,
} from './estimation/calibration.ts';
export { type CalibrationGap, calibrationGap } from './estimation/calibration-gap.ts';
export {
  type BinaryEstimates,
  type EstimatedBinaryMetric,
  estimateBinary,
  estimatedBinaryMetrics,
} from './estimation/cbpe.ts';
export { type DensityRatio, densityRatio } from './estimation/density-ratio.ts';
export { type DirectLoss, estimateRegression, fitDirectLoss, type LossModel } from './estimation/direct-loss.ts';
export { type ExpectedCounts, expectLabels, knownLabels } from './estimation/expected-counts.ts';
export { fitIsotonic, type IsotonicFit, isotonicValue } from './estimation/isotonic.ts';
export {
  type ClassifiedRows,
  classChances,
  classGap,
  classRefusal,
  estimateClasses,
  estimatedMulticlassMetrics,
  estimateMulticlass,
} from './estimation/multiclass.ts';
export {
  nannymlBand,
  nannymlSamplingErrors,
  type SamplingError,
  type SamplingErrors,
} from './estimation/nannyml-bands.ts';
export {
  BINS_OF_LOG_ODDS,
  type Confusion,
  countByScore,
  joinEqualScores,
  type LabelledScoreCounts,
  type ScoreCounts,
} from './estimation/score-counts.ts';
export { type EstimateOutcome, type TrackRecord, trackRecord } from './estimation/track-record.ts';
export { type CoalitionGame, type KernelShapValues, kernelShap } from './explain/kernel-shap.ts';
export { type LimeExplanation, lime } from './explain/lime.ts';
export { type PermutationImportance, permutationImportance } from './explain/permutation-importance.ts';
export { kendallTau, ndcg } from './explain/rankings.ts';
export {
  countCovers,
  type EnsembleTree,
  predictTrees,
  TREE_COMPARISONS,
  type TreeEnsemble,
} from './explain/tree-ensemble.ts';
export { type TreeShapValues, treeShap } from './explain/tree-shap.ts';
export {
  assessFairness,
  assessRegressionFairness,
  type ExcludedGroup,
  type FairnessOptions,
  type FairnessResult,
  type MeasureResult,
} from './fairness/assess-fairness.ts';
export { type CriterionResult, type FairnessCriterion, fairnessCriteria } from './fairness/criteria.ts';
export type { Disparity, GroupDisparity } from './fairness/disparity.ts';
export type {
  ClassificationCounts,
  FairnessGroup,
  FairnessMeasure,
  RegressionCounts,
} from './fairness/fairness-measure.ts';
export { classificationMeasures, regressionMeasures } from './fairness/measures.ts';
export type { Interval } from './intervals/interval.ts';
export { normalInterval, standardErrorOfMean } from './intervals/normal-interval.ts';
export { poissonInterval } from './intervals/poisson.ts';
export { wilsonInterval } from './intervals/wilson.ts';
export {
  adjustPValues,
  benjaminiHochberg,
  benjaminiYekutieli,
  bonferroni,
  type Correction,
  corrections,
  holm,
} from './multiple-testing.ts';
export { compareVectors, type VectorComparison } from './multivariate/compare-vectors.ts';
export {
  type DomainClassifierResult,
  domainClassifier,
  type SeparatingColumn,
} from './multivariate/domain-classifier.ts';
export {
  type LinearMmdResult,
  linearMmd,
  type MmdResult,
  maximumMeanDiscrepancy,
} from './multivariate/maximum-mean-discrepancy.ts';
export { fitPca, type Moments, type Pca, reconstructionErrors } from './multivariate/pca.ts';
export {
  type ErrorSums,
  judgeReconstruction,
  type ReconstructionJudgement,
} from './multivariate/reconstruction-threshold.ts';
export type { RowMatrix } from './multivariate/row-matrix.ts';
export { mergeVectorSummaries, type VectorSummary } from './multivariate/vector-summary.ts';
export { businessValue, type CellCounts, type CellValues, totalBusinessValue } from './performance/business-value.ts';
export { type CalibrationLine, calibrationLine } from './performance/calibration-line.ts';
export { type ClassPerformance, classPerformance } from './performance/class-metrics.ts';
export {
  type CalibrationPoint,
  calibrationCurve,
  type GainPoint,
  gainCurve,
  type PrecisionRecallPoint,
  precisionRecallCurve,
  type RocPoint,
  rocCurve,
  type ThresholdCounts,
  thresholdCounts,
} from './performance/curves.ts';
export { measurePerformance, performanceMetrics } from './performance/index.ts';
export { aboutMean, mergePerformance } from './performance/merge-performance.ts';
export type { MetricEstimate, MetricReason, PerformanceMetric } from './performance/performance-metric.ts';
export type {
  AucSummary,
  BinarySquares,
  BinarySummary,
  BinarySums,
  CalibrationBin,
  MedianSummary,
  MulticlassAuc,
  MulticlassSquares,
  MulticlassSummary,
  MulticlassSums,
  PerformanceSummary,
  RegressionSummary,
  RegressionSums,
  ScoreCell,
  Task,
} from './performance/performance-summary.ts';
export { pinballLoss } from './performance/pinball-loss.ts';
export { SUM_TOLERANCE, scaleToOne } from './performance/scale-to-one.ts';
export { summarizeBinary } from './performance/summarize-binary.ts';
export { type MulticlassScores, summarizeMulticlass } from './performance/summarize-multiclass.ts';
export { summarizeRegression } from './performance/summarize-regression.ts';
export {
  suggestThresholds,
  type ThresholdGoals,
  type ThresholdPoint,
  type ThresholdSuggestion,
  type ThresholdSuggestions,
} from './performance/thresholds.ts';
export {
  type BaselineMethod,
  categoricalBaselineDistance,
  numericBaselineDistance,
} from './quality/baseline-distance.ts';
export {
  type CorrelatedPair,
  type Correlation,
  type CorrelationChange,
  correlationInterval,
  judgeCorrelations,
} from './quality/judge-correlations.ts';
export { judgeRowCount, type RowCountJudgement } from './quality/judge-row-count.ts';
export { judgeShare, type QualityBasis, type ShareJudgement } from './quality/judge-share.ts';
export { type ColumnConstraints, type ColumnFacts, suggestConstraints } from './quality/suggest-constraints.ts';
export { type TextFormat, textFormats } from './quality/text-formats.ts';
export { type StlOptions, type StlResult, stl } from './season/stl.ts';
export { budgetLevel } from './sequential/budget-level.ts';
export {
  FIRST_TEST,
  lord,
  type OnlineFdrProcedure,
  type OnlineFdrState,
  onlineFdrProcedures,
  saffron,
} from './sequential/online-fdr.ts';
export {
  findWorstSlices,
  type LossSums,
  nameOf as sliceName,
  rankColumns,
  type SliceCondition,
  type SliceLosses,
  type WorstSlice,
  type WorstSlices,
  type WorstSlicesOptions,
} from './slices/worst-slices.ts';
export { normalCritical, normalSurvival } from './special/normal.ts';
export { randomIntegers } from './special/random.ts';
export { studentCritical } from './special/student-t.ts';
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
export { type CharacteristicToken, characteristicTokens, type TokenCount } from './text/characteristic-tokens.ts';
export { type TokenSet, textDomainClassifier } from './text/naive-bayes.ts';
export { judgeUnseenTokens, type TokenSums, type UnseenTokens } from './text/unseen-tokens.ts';
export { leaveOneOut } from './thresholds/leave-one-out.ts';
export { seasonalThreshold } from './thresholds/seasonal-threshold.ts';
export { LEAST_VALUES, type LearnedThreshold, type ThresholdOptions, thresholdOf } from './thresholds/threshold-of.ts';
export type { TreeFeature } from './trees/features.ts';
export {
  fitGradientBoosting,
  type GradientBoosting,
  type GradientBoostingOptions,
  predictGradientBoosting,
} from './trees/gradient-boosting.ts';
