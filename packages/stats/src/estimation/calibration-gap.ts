import { chiSquaredSurvival } from '../special/chi-squared-survival.ts';
import { binsByRank, type Calibration, calibrated } from './calibration.ts';
import type { LabelledScoreCounts } from './score-counts.ts';

/** How far labels lie from the chances that the calibration gave their rows. */
export interface CalibrationGap {
  /** Expected calibration error over ten bins of about as many rows each. */
  gap: number;
  /** What it would be by chance if every chance were right. */
  byChance: number;
  /** Of the hypothesis that every chance is right. */
  pValue: number;
  n: number;
}

/**
 * Whether a calibration still holds, by labelled rows that it was not fitted to; `null` without rows. The test compares
 * the positive labels of each bin with those expected, as Hosmer and Lemeshow's does; no parameter was fitted, so there
 * are as many degrees of freedom as bins.
 *
 * Source: Hosmer and Lemeshow (1980), Communications in Statistics 9.
 */
export function calibrationGap(counts: LabelledScoreCounts, calibration: Calibration): CalibrationGap | null {
  const { scores, rows, positives } = counts;
  const n = rows.reduce((sum, count) => sum + count, 0);
  if (n === 0) return null;
  const bins = binsByRank(rows);
  const size = Math.max(...bins) + 1;
  const [excess, variance] = [new Float64Array(size), new Float64Array(size)];
  scores.forEach((score, i) => {
    const p = calibrated(calibration, score);
    excess[bins[i]!]! += positives[i]! - rows[i]! * p;
    // Half a row keeps a chance of 0 or 1 from being contradicted beyond measure by a single label.
    const q = (rows[i]! * p + 0.5) / (rows[i]! + 1);
    variance[bins[i]!]! += rows[i]! * q * (1 - q);
  });
  let [gap, byChance, statistic, used] = [0, 0, 0, 0];
  for (let bin = 0; bin < size; bin++) {
    if (variance[bin] === 0) continue; // no row fell into it
    gap += Math.abs(excess[bin]!) / n;
    byChance += Math.sqrt((2 / Math.PI) * variance[bin]!) / n;
    statistic += excess[bin]! ** 2 / variance[bin]!;
    used += 1;
  }
  return { gap, byChance, pValue: chiSquaredSurvival(statistic, used), n };
}
