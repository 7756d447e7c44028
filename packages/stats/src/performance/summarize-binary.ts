import { aucComponents } from '../comparison/de-long.ts';
import type { BinarySummary } from './performance-summary.ts';

const CALIBRATION_BINS = 15;

/**
 * Counts a binary classifier over labelled rows held in memory. `labels` and `predicted` are 0 or 1, `scores` the
 * probability of 1; `predicted` is what the model said, at whatever threshold it uses. n log n, for the AUC.
 *
 * @throws RangeError when the columns differ in length, or hold a score that is not finite.
 */
export function summarizeBinary(
  labels: Float64Array,
  scores: Float64Array,
  predicted: ArrayLike<number>,
): BinarySummary {
  const n = labels.length;
  if (scores.length !== n || predicted.length !== n) {
    throw new RangeError(
      `A summary takes as many: ${n} labels, ${scores.length} scores, ${predicted.length} predicted.`,
    );
  }
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad >= 0) throw new RangeError(`scores[${bad}] is ${scores[bad]}, expected a finite number.`);

  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  const sums = { logLossSum: 0, logLossSumSquares: 0, brierSum: 0, brierSumSquares: 0 };
  const calibration = Array.from({ length: CALIBRATION_BINS }, () => ({ n: 0, scoreSum: 0, positives: 0 }));
  for (let i = 0; i < n; i++) {
    const positive = labels[i]! > 0;
    const score = scores[i]!;
    counts[predicted[i]! > 0 ? (positive ? 'tp' : 'fp') : positive ? 'fn' : 'tn']++;
    const clipped = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));
    const loss = -Math.log(positive ? clipped : 1 - clipped);
    const square = (score - (positive ? 1 : 0)) ** 2;
    sums.logLossSum += loss;
    sums.logLossSumSquares += loss * loss;
    sums.brierSum += square;
    sums.brierSumSquares += square * square;
    const bin = calibration[Math.max(0, Math.min(CALIBRATION_BINS - 1, Math.floor(score * CALIBRATION_BINS)))]!;
    bin.n++;
    bin.scoreSum += score;
    if (positive) bin.positives++;
  }
  return { task: 'binary', n, ...counts, ...sums, calibration, auc: countAuc(labels, scores, counts.tp + counts.fn) };
}

function countAuc(labels: Float64Array, scores: Float64Array, positives: number) {
  const negatives = labels.length - positives;
  const found = aucComponents(labels, scores);
  let posVarSum = 0;
  let negVarSum = 0;
  if (found) {
    for (let i = 0; i < labels.length; i++) {
      const square = found.components[i]! ** 2;
      if (labels[i]! > 0) posVarSum += square;
      else negVarSum += square;
    }
  }
  return { positives, negatives, concordant: (found?.auc ?? 0) * positives * negatives, posVarSum, negVarSum };
}
