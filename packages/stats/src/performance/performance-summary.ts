/** What a model predicts. */
export type Task = 'binary' | 'multiclass' | 'regression';

/** Rows of one of 15 equal-width bins of the score, `[i/15, (i+1)/15)`, the last one closed. */
export interface CalibrationBin {
  n: number;
  scoreSum: number;
  positives: number;
}

/**
 * Rows of neighbouring scores. With the rows ordered by score, cell i of 1000 holds those whose rank (the middle one of
 * tied rows) lies in `[i/1000, (i+1)/1000)` of all rows: about as many in each, and equal scores never parted. Up to
 * 1000 different scores the cells are the scores; beyond, they are points on the exact curves, thinned.
 */
export interface ScoreCell {
  /** Lowest score in the cell. */
  threshold: number;
  positives: number;
  negatives: number;
  scoreSum: number;
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
  /** Over positives, the sum of the precision at their score as threshold. Absent where it was not counted. */
  precisionSum?: number;
}

/** The sums of a binary classifier over labelled rows; rows without a score are in the first five counts only. */
export interface BinarySums {
  n: number;
  tp: number;
  fp: number;
  tn: number;
  fn: number;
  /** Rows with a score. */
  scored: number;
  /** Natural logarithm, scores clipped to [2^-52, 1 - 2^-52] as scikit-learn does. */
  logLossSum: number;
  logLossSumSquares: number;
  /** Sum of (score - label)^2, and of its square. */
  brierSum: number;
  brierSumSquares: number;
  calibration: readonly CalibrationBin[];
}

/** The sums of a binary classifier under the squares of the weights; see BinarySummary. */
export interface BinarySquares extends BinarySums {
  /** Under squared weights, by class: rows, and the sums of u and u^2 (v and v^2); u and v are shares of weight. */
  auc: Record<'positives' | 'posSum' | 'posVarSum' | 'negatives' | 'negSum' | 'negVarSum', number> | null;
  /** Parallel to `cells` of the summary. */
  cells: ReadonlyArray<Pick<ScoreCell, 'positives' | 'negatives'>> | null;
}

/** A binary classifier over labelled rows, counted at its decision threshold. Scores are probabilities. */
export interface BinarySummary extends BinarySums {
  task: 'binary';
  /** `null` when it was not counted. AUC does not merge: the engine counts it again over the whole window. */
  auc: AucSummary | null;
  /** Ascending, none of them empty. `null` when they were not counted. They do not merge either. */
  cells: readonly ScoreCell[] | null;
  /**
   * Where rows have weights, every sum counts a row by its weight, and here are the same sums with its square: the
   * variance of a weighted mean needs them. Absent: every row weighs 1.
   */
  squared?: BinarySquares;
}

/** The sums of a regressor over labelled rows. The error is prediction - label. */
export interface RegressionSums {
  n: number;
  sumError: number;
  sumAbsError: number;
  sumSquaredError: number;
  /** Sum of error^2 over the rows with an error above 0. */
  sumSquaredErrorAbove: number;
  sumCubedError: number;
  /** Sum of error^4, for the interval of the mean squared error. */
  sumFourthPowerError: number;
  /** Sum of |error / label| over the rows whose label is not 0, of its square, and the count of those rows. */
  sumAbsPercentageError: number;
  sumAbsPercentageErrorSquares: number;
  percentageCount: number;
  /** Sum of 2 |error| / (|label| + |prediction|), 0 where both are 0, and of its square. */
  sumSymmetricError: number;
  sumSymmetricErrorSquares: number;
  /** Sum of (ln(1 + prediction) - ln(1 + label))^2 over the rows with both above -1, of its square, and their count. */
  sumSquaredLogError: number;
  sumSquaredLogErrorSquares: number;
  logCount: number;
  /** Sums of |label| and of label^2. */
  sumAbsTarget: number;
  sumSquaredTarget: number;
  /** Sum of |error| |label|. */
  sumAbsErrorTarget: number;
  targetMean: number;
  /** With d = label - targetMean: the sums of d, d^2, d^3, d^4, error d, error d^2, error^2 d and error^2 d^2. */
  sumTarget: number;
  targetSumSquares: number;
  targetSumCubes: number;
  targetSumFourthPowers: number;
  sumErrorTarget: number;
  sumErrorTargetSquares: number;
  sumSquaredErrorTarget: number;
  sumSquaredErrorTargetSquares: number;
}

/** The median of |error|, and the order statistics that bound it: 95% of the time the true median lies between. */
export interface MedianSummary {
  value: number;
  lower: number;
  upper: number;
}

/** A regressor over labelled rows. */
export interface RegressionSummary extends RegressionSums {
  task: 'regression';
  maxAbsError: number;
  /** `null` when it was not counted; it does not merge. */
  medianAbsError: MedianSummary | null;
  /** As for binary. `targetMean` is that of the weighted rows. */
  squared?: RegressionSums;
}

/** One class against the rest, for each class, where the probabilities of all classes were recorded. */
export interface MulticlassAuc {
  /** In the order of `labels`. */
  classes: readonly AucSummary[];
  /** Variance of the mean of the classes' AUCs, those without positives or negatives left out. */
  macroVariance: number;
}

/** The sums of a classifier of several classes over labelled rows. */
export interface MulticlassSums {
  /** `matrix[i][j]`: rows of class `labels[i]` predicted as `labels[j]`. */
  matrix: ReadonlyArray<readonly number[]>;
  /** Rows with the probabilities of all classes; the sums that follow are over these. */
  scored: number;
  /** Of these, rows whose probabilities were scaled to a sum of 1; see `scaleToOne`. */
  rescaled: number;
  /** As for binary, of the probability of the true class. */
  logLossSum: number;
  logLossSumSquares: number;
  /** Sum over rows of b, the sum over classes of (probability - 1 where it is the true class, else 0)^2, and of b^2. */
  brierSum: number;
  brierSumSquares: number;
}

/** The sums of a classifier of several classes under the squares of the weights. */
export interface MulticlassSquares extends MulticlassSums {
  /** In the order of `labels`, as for binary. Absent when it was not counted. */
  auc?: ReadonlyArray<NonNullable<BinarySquares['auc']>>;
}

/** A classifier of several classes over labelled rows. */
export interface MulticlassSummary extends MulticlassSums {
  task: 'multiclass';
  labels: readonly string[];
  /** Absent when it was not counted; it does not merge. */
  auc?: MulticlassAuc;
  /** As for binary. */
  squared?: MulticlassSquares;
}

/** The sufficient statistics of a model's metrics over one set of labelled rows. */
export type PerformanceSummary = BinarySummary | RegressionSummary | MulticlassSummary;
