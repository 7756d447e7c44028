import { type Calibration, calibrated } from './calibration.ts';
import { locate } from './isotonic.ts';
import { assertScoreCounts, type Confusion, type LabelledScoreCounts, type ScoreCounts } from './score-counts.ts';

/**
 * What labels are to be expected of rows, by score and by what was predicted. Index 0: rows predicted negative, 1: positive.
 */
export interface ExpectedCounts {
  scores: readonly number[];
  rows: readonly [readonly number[], readonly number[]];
  /** Sum over rows of the chance p of a positive label. */
  positives: readonly [readonly number[], readonly number[]];
  /** Sum over rows of p (1 - p): the variance of the number of positive labels. */
  variance: readonly [readonly number[], readonly number[]];
}

/** The labels to be expected of unlabelled rows by the calibration. @throws RangeError for impossible counts. */
export function expectLabels(counts: ScoreCounts, calibration: Calibration): ExpectedCounts {
  assertScoreCounts(counts);
  const chance = counts.scores.map((score) => calibrated(calibration, score));
  const negative = counts.rows.map((count, i) => count - counts.predicted[i]!);
  const rows = [negative, counts.predicted] as const;
  return {
    scores: counts.scores,
    rows,
    positives: [negative.map((n, i) => n * chance[i]!), counts.predicted.map((n, i) => n * chance[i]!)],
    variance: [
      negative.map((n, i) => n * chance[i]! * (1 - chance[i]!)),
      counts.predicted.map((n, i) => n * chance[i]! * (1 - chance[i]!)),
    ],
  };
}

const total = (column: readonly number[]): number => column.reduce((sum, value) => sum + value, 0);

export function expectedConfusion({ rows, positives }: ExpectedCounts): Confusion {
  const [n0, n1, e0, e1] = [total(rows[0]), total(rows[1]), total(positives[0]), total(positives[1])];
  return { tp: e1, fp: n1 - e1, fn: e0, tn: n0 - e0 };
}

/** How much a metric changes with the label of one row of a score, predicted negative or positive. */
export type Sensitivity = (group: number, predicted: 0 | 1) => number;

/**
 * Standard error of an estimated metric against the value that the labels will show, to first order: the labels fall by
 * chance, and the calibration was learned from finitely many rows. The steps of an isotonic fit are taken as
 * independent shares, with one success and one failure added so that a step of zeros is not taken for certain.
 */
export function standardErrorOf(expected: ExpectedCounts, { isotonic }: Calibration, of: Sensitivity): number {
  const { scores, rows, variance } = expected;
  const pull = new Float64Array(isotonic.from.length + 1);
  let byChance = 0;
  for (let group = 0; group < scores.length; group++) {
    const [s0, s1] = [of(group, 0), of(group, 1)];
    byChance += variance[0][group]! * s0 * s0 + variance[1][group]! * s1 * s1;
    const { step, share } = locate(isotonic, scores[group]!);
    const change = rows[0][group]! * s0 + rows[1][group]! * s1;
    pull[step]! += change * (1 - share);
    pull[step + 1]! += change * share;
  }
  let byCalibration = 0;
  for (let step = 0; step < isotonic.from.length; step++) {
    const n = isotonic.rows[step]! + 2;
    const p = (isotonic.value[step]! * isotonic.rows[step]! + 1) / n;
    byCalibration += (pull[step]! ** 2 * p * (1 - p)) / n;
  }
  return Math.sqrt(byChance + byCalibration);
}

/** Labels that are known, as chances of 0 and 1: what is expected of them is what they show. */
export function knownLabels(counts: LabelledScoreCounts): ExpectedCounts {
  const { scores, predicted, truePositives } = counts;
  const zeros = scores.map(() => 0);
  return {
    scores,
    rows: [counts.rows.map((count, i) => count - predicted[i]!), predicted],
    positives: [counts.positives.map((count, i) => count - truePositives[i]!), truePositives],
    variance: [zeros, zeros],
  };
}
