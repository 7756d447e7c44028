import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, type MetricEstimate, noValue } from '../performance/performance-metric.ts';
import type { Calibration } from './calibration.ts';
import { type ExpectedCounts, expectedConfusion, type Sensitivity, standardErrorOf } from './expected-counts.ts';
import type { Confusion } from './score-counts.ts';

/** A metric that CBPE can give: its value if the labels fall as expected, and how it changes with a label. */
export interface Expectation {
  value: number | null;
  sensitivity: Sensitivity;
  maximum?: number;
}

/** Metrics of a binary classifier that are estimated, with the ids of performance. */
export const estimatedBinaryMetrics = [
  ...['roc_auc', 'average_precision', 'accuracy', 'precision', 'recall', 'specificity', 'f1', 'log_loss'],
  ...['brier_score', 'prevalence'],
] as const;
export type EstimatedBinaryMetric = (typeof estimatedBinaryMetrics)[number];

/** What the labels of a window will probably show, each value with its 95% interval. */
export interface BinaryEstimates {
  metrics: Record<EstimatedBinaryMetric, MetricEstimate>;
  /** Expected cells of the confusion matrix, in rows. */
  confusion: Confusion;
  n: number;
}

/**
 * Confidence-based performance estimation: what a binary classifier's metrics will be, from the chance of a positive
 * label that the calibration gives each row. Sound as long as that chance is right for the window too: it allows for
 * other rows than in the reference (covariate shift), not for another meaning of the same rows (concept drift).
 *
 * AUC and average precision are ordered by the model's score and judged by the calibrated chance. Log loss and Brier
 * score are those of the model's own score. Values agree with NannyML's; where scores are tied, average precision takes
 * them as one threshold, as scikit-learn does. Intervals are those of the value that the labels will show; of labels that
 * are known (`knownLabels`), with null for the calibration, there are none.
 *
 * Source: Guillory et al. (2021), ICCV, and Garg et al. (2022), ICLR, for estimation from confidence; NannyML 0.13.
 */
export function estimateBinary(
  expected: ExpectedCounts,
  calibration: Calibration | null,
  confidence = 0.95,
): BinaryEstimates {
  const confusion = expectedConfusion(expected);
  const n = confusion.tp + confusion.fp + confusion.fn + confusion.tn;
  const rows = Math.round(n);
  const metrics = Object.entries(expectBinary(expected)).map(([id, { value, sensitivity, maximum = 1 }]) => {
    if (value === null) return [id, noValue(n === 0 ? 'no_data' : 'one_class', rows)];
    const error = calibration ? standardErrorOf(expected, calibration, sensitivity) : 0;
    return [id, estimate(value, rows, normalInterval(value, error, { confidence, minimum: 0, maximum }))];
  });
  return { metrics: Object.fromEntries(metrics) as BinaryEstimates['metrics'], confusion, n: rows };
}

/** Every metric if the labels fall as expected. */
export function expectBinary(expected: ExpectedCounts): Record<EstimatedBinaryMetric, Expectation> {
  const { tp, fp, fn, tn } = expectedConfusion(expected);
  const n = tp + fp + fn + tn;
  return {
    roc_auc: expectAuc(expected, tp + fn, fp + tn),
    average_precision: expectAveragePrecision(expected, tp + fn),
    accuracy: ratio(tp + tn, n, (predicted) => [predicted === 1 ? 1 : -1, 0]),
    precision: ratio(tp, tp + fp, (predicted) => [predicted, 0]),
    recall: ratio(tp, tp + fn, (predicted) => [predicted, 1]),
    specificity: ratio(tn, tn + fp, (predicted) => [predicted - 1, -1]),
    f1: ratio(2 * tp, 2 * tp + fp + fn, (predicted) => [2 * predicted, 1]),
    log_loss: { ...expectLogLoss(expected, n), maximum: Number.POSITIVE_INFINITY },
    brier_score: expectMean(expected, n, (score) => [score ** 2, (1 - score) ** 2]),
    prevalence: ratio(tp + fn, n, () => [1, 0]),
  };
}

/** top / bottom; `change` says how each grows when a label turns from negative to positive. */
function ratio(top: number, bottom: number, change: (predicted: 0 | 1) => [top: number, bottom: number]): Expectation {
  if (!(bottom > 0)) return { value: null, sensitivity: () => 0 };
  const value = top / bottom;
  const [byNegative, byPositive] = ([0, 1] as const).map((predicted) => {
    const [ofTop, ofBottom] = change(predicted);
    return (ofTop - value * ofBottom) / bottom;
  }) as [number, number];
  return { value, sensitivity: (_, predicted) => (predicted === 1 ? byPositive : byNegative) };
}

/** A mean over n rows of a loss that depends on the score and the label. */
export function expectMean(
  { scores, rows, positives }: ExpectedCounts,
  n: number,
  losses: (score: number) => [negative: number, positive: number],
): Expectation {
  if (!(n > 0)) return { value: null, sensitivity: () => 0 };
  let sum = 0;
  const change = scores.map((score, i) => {
    const [negative, positive] = losses(score);
    const ones = positives[0][i]! + positives[1][i]!;
    sum += ones * positive + (rows[0][i]! + rows[1][i]! - ones) * negative;
    return (positive - negative) / n;
  });
  return { value: sum / n, sensitivity: (group) => change[group]! };
}

/** Scores are clipped as scikit-learn clips them. */
function expectLogLoss(expected: ExpectedCounts, n: number): Expectation {
  return expectMean(expected, n, (score) => {
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));
    return [-Math.log(1 - p), -Math.log(p)];
  });
}

/** The share of pairs in order, over all pairs weighed by the chance that one is positive and the other negative. */
function expectAuc({ scores, rows, positives }: ExpectedCounts, ones: number, zeros: number): Expectation {
  if (!(ones > 0 && zeros > 0)) return { value: null, sensitivity: () => 0 };
  const change = new Float64Array(scores.length);
  let [below, onesBelow, concordant] = [0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    const positive = positives[0][i]! + positives[1][i]!;
    const negative = rows[0][i]! + rows[1][i]! - positive;
    const worse = below + negative / 2;
    const better = ones - onesBelow - positive / 2;
    concordant += positive * worse;
    change[i] = (worse - better) / (ones * zeros);
    below += negative;
    onesBelow += positive;
  }
  const value = concordant / (ones * zeros);
  const byShare = value * (1 / ones - 1 / zeros);
  return { value, sensitivity: (group) => change[group]! - byShare };
}

/** The mean over positives of the precision at their score as threshold. */
function expectAveragePrecision({ scores, rows, positives }: ExpectedCounts, ones: number): Expectation {
  if (!(ones > 0)) return { value: null, sensitivity: () => 0 };
  const change = new Float64Array(scores.length);
  const said = new Float64Array(scores.length);
  let [n, tp, sum] = [0, 0, 0];
  for (let i = scores.length - 1; i >= 0; i--) {
    const positive = positives[0][i]! + positives[1][i]!;
    n += rows[0][i]! + rows[1][i]!;
    tp += positive;
    said[i] = n;
    const precision = n > 0 ? tp / n : 0;
    change[i] = precision;
    sum += positive * precision;
  }
  const value = sum / ones;
  // A row that turns positive also raises the precision at every threshold at or below its score.
  let carried = 0;
  for (let i = 0; i < scores.length; i++) {
    if (said[i]! > 0) carried += (positives[0][i]! + positives[1][i]!) / said[i]!;
    change[i] = (change[i]! + carried - value) / ones;
  }
  return { value, sensitivity: (group) => change[group]! };
}
