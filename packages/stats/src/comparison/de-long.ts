import { normalInterval } from '../intervals/normal-interval.ts';
import { normalSurvival } from '../special/normal.ts';
import { assertPaired, orderByScore, type PairedScores } from './paired-scores.ts';

/** Two AUCs over the same rows. Numbers that cannot be had are `null`, and `reason` says why. */
export interface DeLongResult {
  champion: number | null;
  challenger: number | null;
  /** Challenger minus champion, and its interval. */
  difference: number | null;
  lower: number | null;
  upper: number | null;
  standardError: number | null;
  z: number | null;
  /** Two-sided, of the hypothesis that both AUCs are equal. */
  pValue: number | null;
  n: number;
  reason?: 'no_data' | 'one_class' | 'no_variance';
}

/**
 * DeLong's test of two correlated ROC AUCs: the difference of the models' structural components is averaged over
 * positives and over negatives, and each average has its own sample variance. n log n.
 *
 * Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44;
 * Sun and Xu (2014), IEEE Signal Processing Letters 21.
 * @throws RangeError when the columns differ in length, or hold a value that is not finite.
 */
export function deLong(scores: PairedScores, confidence = 0.95): DeLongResult {
  assertPaired(scores);
  const { labels } = scores;
  const n = labels.length;
  const nothing = { difference: null, lower: null, upper: null, standardError: null, z: null, pValue: null, n };
  const champion = aucComponents(labels, scores.champion);
  const challenger = aucComponents(labels, scores.challenger);
  if (!champion || !challenger) {
    return { champion: null, challenger: null, ...nothing, reason: n === 0 ? 'no_data' : 'one_class' };
  }
  const difference = challenger.auc - champion.auc;
  const aucs = { champion: champion.auc, challenger: challenger.auc };
  const gaps = challenger.components.map((component, i) => component - champion.components[i]!);
  const variance = [1, 0].reduce((sum, side) => {
    return sum + varianceOfMean(gaps.filter((_, i) => labels[i]! > 0 === (side === 1)));
  }, 0);
  const standardError = Math.sqrt(variance);
  const interval = normalInterval(difference, standardError, { confidence, minimum: -1, maximum: 1 });
  if (!interval) return { ...aucs, ...nothing, difference, reason: 'no_variance' };
  const z = difference / standardError;
  return { ...aucs, difference, ...interval, standardError, z, pValue: 2 * normalSurvival(Math.abs(z)), n };
}

/**
 * The AUC, and for each row its structural component: for a positive the share of negatives scored below it, for a
 * negative the share of positives scored above it, ties half. `null` where one class is absent.
 */
export function aucComponents(
  labels: Float64Array,
  scores: Float64Array,
): { auc: number; components: Float64Array } | null {
  const { row, positive, endsTie } = orderByScore(labels, scores);
  const positives = positive.reduce((sum, isPositive) => sum + isPositive, 0);
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return null;

  const components = new Float64Array(labels.length);
  let auc = 0;
  const below = { positives: 0, negatives: 0 };
  for (let start = 0, end = 0; start < row.length; start = end) {
    const tied = { positives: 0, negatives: 0 };
    do tied[positive[end] ? 'positives' : 'negatives']++;
    while (!endsTie[end++]);
    const u = (below.negatives + tied.negatives / 2) / negatives;
    const v = 1 - (below.positives + tied.positives / 2) / positives;
    for (let i = start; i < end; i++) components[row[i]!] = positive[i] ? u : v;
    auc += (tied.positives * u) / positives;
    below.positives += tied.positives;
    below.negatives += tied.negatives;
  }
  return { auc, components };
}

function varianceOfMean(values: Float64Array): number {
  const n = values.length;
  if (n < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n * (n - 1));
}
