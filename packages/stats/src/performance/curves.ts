import type { Interval } from '../intervals/interval.ts';
import { adaptiveBins } from './adaptive-bins.ts';
import type { CellCounts } from './business-value.ts';
import { type CalibrationGroup, equalWidthBins } from './calibration-error.ts';
import { estimateShare } from './performance-metric.ts';
import type { BinarySummary } from './performance-summary.ts';

/** The confusion matrix that "positive from this score on" would give. `null`: no row is said to be positive. */
export interface ThresholdCounts extends CellCounts {
  threshold: number | null;
}

/** One point of the receiver operating characteristic. */
export interface RocPoint {
  threshold: number | null;
  false_positive_rate: number;
  true_positive_rate: number;
}

/** One point of the precision-recall curve. */
export interface PrecisionRecallPoint {
  threshold: number;
  precision: number;
  recall: number;
}

/** The best rows by score, up to a share of all: the share of all positives among them, and how often that beats chance. */
export interface GainPoint {
  share: number;
  gain: number;
  lift: number;
}

/** Rows of about one score: what the model promised, and what came, with Wilson's interval. */
export interface CalibrationPoint extends Interval {
  n: number;
  mean_score: number;
  positive_share: number;
}

/**
 * The confusion matrix at each threshold that the summary knows, from the highest down; first that of no positives at
 * all. Exact at each: up to 1000 different scores they are all, beyond they are thinned. Empty without scores.
 */
export function thresholdCounts({ cells }: Pick<BinarySummary, 'cells'>): ThresholdCounts[] {
  if (!cells || cells.length === 0) return [];
  let counts: ThresholdCounts = {
    threshold: null,
    tp: 0,
    fp: 0,
    tn: cells.reduce((sum, cell) => sum + cell.negatives, 0),
    fn: cells.reduce((sum, cell) => sum + cell.positives, 0),
  };
  const points = [counts];
  for (const { threshold, positives, negatives } of cells.toReversed()) {
    counts = {
      threshold,
      tp: counts.tp + positives,
      fp: counts.fp + negatives,
      tn: Math.max(0, counts.tn - negatives),
      fn: Math.max(0, counts.fn - positives),
    };
    points.push(counts);
  }
  return points;
}

/**
 * The ROC curve as `sklearn.metrics.roc_curve(drop_intermediate=False)`, thinned to about `points` points; `null` where
 * one class is absent. The first point has no threshold.
 */
export function rocCurve(summary: BinarySummary, points = 200): RocPoint[] | null {
  const curve = thresholdCounts(summary).map(({ threshold, tp, fp, tn, fn }) => ({
    threshold,
    false_positive_rate: fp / (fp + tn),
    true_positive_rate: tp / (tp + fn),
  }));
  return bothClasses(summary) ? thin(curve, points) : null;
}

/** The precision-recall curve as `sklearn.metrics.precision_recall_curve`, highest threshold first, thinned. */
export function precisionRecallCurve(summary: BinarySummary, points = 200): PrecisionRecallPoint[] | null {
  const curve = thresholdCounts(summary).flatMap(({ threshold, tp, fp, fn }) =>
    threshold === null ? [] : [{ threshold, precision: tp / (tp + fp), recall: tp / (tp + fn) }],
  );
  return bothClasses(summary) ? thin(curve, points) : null;
}

/** Cumulative gain and lift from the best score down, thinned; `null` where there are no positives. */
export function gainCurve(summary: BinarySummary, points = 200): GainPoint[] | null {
  const counts = thresholdCounts(summary);
  const last = counts.at(-1);
  if (!last || last.tp === 0) return null;
  const n = last.tp + last.fp;
  const curve = counts.slice(1).map(({ tp, fp }) => {
    const share = (tp + fp) / n;
    return { share, gain: tp / last.tp, lift: tp / last.tp / share };
  });
  return thin(curve, points);
}

/**
 * What the model promised against what came, over 15 bins of the score: of equal width, or (`uniform: false`) of about
 * as many rows each. `sklearn.calibration.calibration_curve` with strategy uniform; its bins are closed on the right,
 * ours on the left. Empty bins are left out.
 */
export function calibrationCurve(summary: BinarySummary, { uniform = true } = {}): CalibrationPoint[] {
  return (uniform ? equalWidthBins(summary) : adaptiveBins(summary)).map((bin: CalibrationGroup) => {
    const share = bin.positives / bin.n;
    const { lower, upper } = estimateShare([share * bin.rows, bin.rows]);
    return { n: bin.n, mean_score: bin.scoreSum / bin.n, positive_share: share, lower: lower!, upper: upper! };
  });
}

function bothClasses({ cells }: BinarySummary): boolean {
  return !!cells?.some((cell) => cell.positives > 0) && cells.some((cell) => cell.negatives > 0);
}

/** Evenly spaced points of a curve, both ends among them. */
export function thin<T>(curve: readonly T[], points: number): T[] {
  if (curve.length <= points) return [...curve];
  return Array.from({ length: points }, (_, i) => curve[Math.round((i * (curve.length - 1)) / (points - 1))]!);
}
