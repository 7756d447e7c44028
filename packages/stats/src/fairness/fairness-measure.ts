import {
  estimateMean,
  estimateShare,
  type Mean,
  type MetricEstimate,
  type Share,
} from '../performance/performance-metric.ts';

/** What a classifier did for one group, at its decision threshold. */
export interface ClassificationCounts {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
  /** Rows with a score, the sums of score - label and of its square over them; all 0 where there are no scores. */
  scored: number;
  sumGap: number;
  sumSquaredGap: number;
}

/** What a regressor did for one group; the error is prediction - label. */
export interface RegressionCounts {
  n: number;
  sumError: number;
  sumAbsError: number;
  sumSquaredError: number;
  sumFourthPowerError: number;
  sumPrediction: number;
  sumSquaredPrediction: number;
}

/**
 * The rows of one group of people. Where rows have weights, every count is a sum of weights, and `squared` the same
 * with squared weights.
 */
export interface FairnessGroup<C> {
  /** Such as `sex=Female` or `sex=Female, race=Black`. */
  group: string;
  counts: C;
  squared?: C | undefined;
}

/** Something that is measured of each group and compared between them. One entry in `measures.ts`. */
export interface FairnessMeasure<C> {
  /** Stable; scikit-learn's name where there is one. */
  id: string;
  label: string;
  /** Whether ratios mean something: of shares and sizes they do, of what may be negative they do not. */
  ratio: boolean;
  /** `n` of the answer is the denominator of the share, or the rows of the mean. */
  compute(group: FairnessGroup<C>, confidence: number): MetricEstimate;
}

export function shareMeasure<C>(id: string, label: string, of: (counts: C) => Share): FairnessMeasure<C> {
  return {
    id,
    label,
    ratio: true,
    compute: ({ counts, squared }, confidence) => estimateShare(of(counts), squared && of(squared), confidence),
  };
}

export function meanMeasure<C>(
  id: string,
  label: string,
  of: (counts: C) => Mean,
  { ratio, minimum = -Infinity }: { ratio: boolean; minimum?: number },
): FairnessMeasure<C> {
  return {
    id,
    label,
    ratio,
    compute: ({ counts, squared }, confidence) =>
      estimateMean(of(counts), { confidence, minimum }, squared && of(squared)),
  };
}
