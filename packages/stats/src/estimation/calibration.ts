import { randomIntegers } from '../special/random.ts';
import { fitIsotonic, type IsotonicFit, isotonicValue } from './isotonic.ts';
import { assertScoreCounts, type LabelledScoreCounts } from './score-counts.ts';

/** Why scores can't be turned into chances. */
export type CalibrationRefusal = 'too_few_labels' | 'one_class' | 'separable';

/** How scores become chances, learned from labelled rows of the reference. Plain JSON. */
export interface Calibration {
  /** `null`, or why nothing may be estimated with it. */
  refused: CalibrationRefusal | null;
  /** Whether chances are those of the isotonic fit; otherwise the scores are chances already. */
  applied: boolean;
  isotonic: IsotonicFit;
  rows: number;
  positives: number;
  /** AUC of the reference; `null` with one class. */
  auc: number | null;
  /** Expected calibration error of the scores as they are, and calibrated by a fit that did not see the row. */
  errorBefore: number | null;
  errorAfter: number | null;
}

export interface CalibrationOptions {
  /** Labelled rows, and rows of each class, that are needed. 200 and 20 by default. */
  minimumRows?: number;
  minimumOfClass?: number;
  seed?: number;
}

/** Folds of the cross-fit, and bins of the calibration error, as NannyML has them. */
const FOLDS = 10;
const BINS = 10;
/** Above this AUC the classes hardly overlap: there is no row from which a chance between 0 and 1 could be learned. */
const SEPARABLE = 0.999;
/** Of rows with one score and label, this many are dealt out one by one; the others in equal parts. */
const DEALT_SINGLY = 1000;

/**
 * Learns how scores become chances. Isotonic regression is used when it makes the expected calibration error smaller on
 * rows that it was not fitted to: ten folds, ten bins of equally many rows; else the scores stay as they are.
 *
 * Rows with the same score and label cannot be told apart, so dealing out their counts is dealing out the rows.
 *
 * Source: Niculescu-Mizil and Caruana (2005), ICML; the rule when to calibrate is that of NannyML 0.13.
 */
export function fitCalibration(counts: LabelledScoreCounts, options: CalibrationOptions = {}): Calibration {
  assertScoreCounts(counts);
  const { minimumRows = 200, minimumOfClass = 20, seed = 1 } = options;
  const { scores, rows, positives } = counts;
  const n = rows.reduce((sum, count) => sum + count, 0);
  const ones = positives.reduce((sum, count) => sum + count, 0);
  const isotonic = fitIsotonic(scores, (i) => positives[i]! / rows[i]!, rows);
  const auc = ones === 0 || ones === n ? null : aucOfCounts(counts, ones, n - ones);
  const found = { isotonic, rows: n, positives: ones, auc, applied: false, errorBefore: null, errorAfter: null };
  if (auc === null && n > 0) return { ...found, refused: 'one_class' };
  if (n < minimumRows || Math.min(ones, n - ones) < minimumOfClass) return { ...found, refused: 'too_few_labels' };
  if (auc! > SEPARABLE) return { ...found, refused: 'separable' };
  const { errorBefore, errorAfter } = crossFittedErrors(counts, seed);
  return { ...found, refused: null, applied: errorAfter < errorBefore, errorBefore, errorAfter };
}

/** The chance of the positive class for a score. */
export function calibrated({ applied, isotonic }: Calibration, score: number): number {
  return applied ? isotonicValue(isotonic, score) : score;
}

function aucOfCounts({ rows, positives }: LabelledScoreCounts, ones: number, zeros: number): number {
  let below = 0;
  let concordant = 0;
  for (let i = 0; i < rows.length; i++) {
    const negatives = rows[i]! - positives[i]!;
    concordant += positives[i]! * (below + negatives / 2);
    below += negatives;
  }
  return concordant / (ones * zeros);
}

function crossFittedErrors(counts: LabelledScoreCounts, seed: number): { errorBefore: number; errorAfter: number } {
  const { scores, rows, positives } = counts;
  const groups = scores.length;
  const next = randomIntegers(seed);
  const heldRows = Array.from({ length: FOLDS }, () => new Float64Array(groups));
  const heldPositives = Array.from({ length: FOLDS }, () => new Float64Array(groups));
  for (let i = 0; i < groups; i++) {
    deal(positives[i]!, next, (fold, count) => {
      heldPositives[fold]![i]! += count;
      heldRows[fold]![i]! += count;
    });
    deal(rows[i]! - positives[i]!, next, (fold, count) => {
      heldRows[fold]![i]! += count;
    });
  }
  const bins = binsByRank(rows);
  const gapBefore = new Float64Array(BINS);
  const gapAfter = new Float64Array(BINS);
  for (let fold = 0; fold < FOLDS; fold++) {
    const [held, ones] = [heldRows[fold]!, heldPositives[fold]!];
    const left = rows.map((count, i) => count - held[i]!);
    const fit = fitIsotonic(scores, (i) => (positives[i]! - ones[i]!) / left[i]!, left);
    for (let i = 0; i < groups; i++) {
      if (held[i] === 0) continue;
      gapBefore[bins[i]!]! += held[i]! * scores[i]! - ones[i]!;
      gapAfter[bins[i]!]! += held[i]! * isotonicValue(fit, scores[i]!) - ones[i]!;
    }
  }
  const n = rows.reduce((sum, count) => sum + count, 0);
  const error = (gaps: Float64Array) => gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / n;
  return { errorBefore: error(gapBefore), errorAfter: error(gapAfter) };
}

function deal(count: number, next: () => number, give: (fold: number, count: number) => void): void {
  const each = count > DEALT_SINGLY ? Math.floor((count - DEALT_SINGLY) / FOLDS) : 0;
  if (each > 0) for (let fold = 0; fold < FOLDS; fold++) give(fold, each);
  for (let rest = count - each * FOLDS; rest > 0; rest--) give(next() % FOLDS, 1);
}

/** One of ten bins of about as many rows each, for each score; rows of one score stay together. */
export function binsByRank(rows: readonly number[]): Uint8Array {
  const n = rows.reduce((sum, count) => sum + count, 0);
  let before = 0;
  return Uint8Array.from(rows, (count) => {
    const rank = before + count / 2;
    before += count;
    return Math.min(BINS - 1, Math.floor((rank / n) * BINS));
  });
}
