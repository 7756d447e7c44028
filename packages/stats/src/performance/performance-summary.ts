/** What a model predicts. */
export type Task = 'binary' | 'multiclass' | 'regression';

/** Rows of one of 15 equal-width bins of the score, `[i/15, (i+1)/15)`, the last one closed. */
export interface CalibrationBin {
  n: number;
  scoreSum: number;
  positives: number;
}

/** What DeLong's variance of one AUC needs. `u`: share of negatives scored below a positive, ties half. */
export interface AucSummary {
  positives: number;
  negatives: number;
  /** Over positives, the negatives scored below plus half of those tied: positives * negatives * AUC. */
  concordant: number;
  /** Over positives, the sum of u^2. */
  posVarSum: number;
  /** Over negatives, the sum of v^2; v: share of positives scored above the negative, ties half. */
  negVarSum: number;
}

/** A binary classifier over labelled rows, counted at its decision threshold. Scores are probabilities. */
export interface BinarySummary {
  task: 'binary';
  n: number;
  tp: number;
  fp: number;
  tn: number;
  fn: number;
  /** Natural logarithm, scores clipped to [2^-52, 1 - 2^-52] as scikit-learn does. */
  logLossSum: number;
  logLossSumSquares: number;
  /** Sum of (score - label)^2, and of its square. */
  brierSum: number;
  brierSumSquares: number;
  calibration: readonly CalibrationBin[];
  /** `null` when it was not counted. AUC does not merge: the engine counts it again over the whole window. */
  auc: AucSummary | null;
}

/** A regressor over labelled rows. The error is prediction - label. */
export interface RegressionSummary {
  task: 'regression';
  n: number;
  sumError: number;
  sumAbsError: number;
  sumSquaredError: number;
  /** Sum of error^4, for the interval of the mean squared error. */
  sumFourthPowerError: number;
  /** Sum of |error / label| over the rows whose label is not 0, of its square, and the count of those rows. */
  sumAbsPercentageError: number;
  sumAbsPercentageErrorSquares: number;
  percentageCount: number;
  targetMean: number;
  /** Sum of (label - targetMean)^2. */
  targetSumSquares: number;
}

/** A classifier of several classes over labelled rows. */
export interface MulticlassSummary {
  task: 'multiclass';
  labels: readonly string[];
  /** `matrix[i][j]`: rows of class `labels[i]` predicted as `labels[j]`. */
  matrix: ReadonlyArray<readonly number[]>;
  /** As for binary; 0 rows where no probabilities were recorded. */
  logLossCount: number;
  logLossSum: number;
  logLossSumSquares: number;
}

/** The sufficient statistics of a model's metrics over one set of labelled rows. */
export type PerformanceSummary = BinarySummary | RegressionSummary | MulticlassSummary;
