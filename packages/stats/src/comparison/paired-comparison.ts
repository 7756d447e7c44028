import { normalSurvival } from '../special/normal.ts';
import { deLong } from './de-long.ts';
import { type DieboldMarianoOptions, dieboldMariano } from './diebold-mariano.ts';
import { mcNemar, pairedShareDifference } from './mc-nemar.ts';
import { assertModels, type PairedModels } from './paired-models.ts';
import { rowLosses } from './row-losses.ts';

/** Challenger against champion on the same rows. A number that cannot be had is `null`, and `reason` says why. */
export interface PairedComparison {
  metric: string;
  better: 'higher' | 'lower';
  champion: number | null;
  challenger: number | null;
  /** Challenger minus champion, and its interval. Of a metric that is the better the nearer to 0, of its sizes. */
  difference: number | null;
  lower: number | null;
  upper: number | null;
  standardError: number | null;
  /** Two-sided, of the hypothesis that both are equal, where the test has one of its own. */
  pValue: number | null;
  /** Of a bootstrap the ascending differences of its draws. */
  differences: Float64Array | null;
  n: number;
  /** What was drawn, or points of the series. */
  units: number;
  reason?:
    | 'no_data'
    | 'one_unit'
    | 'one_class'
    | 'undefined_metric'
    | 'not_comparable'
    | 'no_variance'
    | 'no_interval'
    | 'overflow';
}

/** What the improvement is: the difference, counted so that above 0 the challenger is the better one. */
export const improvementOf = (better: 'higher' | 'lower', difference: number): number =>
  // Not -0 of equal models.
  better === 'higher' || difference === 0 ? difference : -difference;

/**
 * One-sided p of the hypothesis that the improvement is at most `bar` (`above`), or at least (`below`). Of a bootstrap,
 * (1 + draws that lie there) / (1 + draws); else by the normal of the standard error.
 */
export function pValueOf(
  { better, difference, differences, standardError }: PairedComparison,
  bar: number,
  side: 'above' | 'below',
): number | null {
  if (difference === null) return null;
  const beyond = (value: number) => (side === 'above' ? value <= bar : value >= bar);
  if (differences) {
    let count = 0;
    for (const value of differences) if (beyond(improvementOf(better, value))) count++;
    return (1 + count) / (1 + differences.length);
  }
  if (standardError === null || !(standardError > 0)) return null;
  const z = (improvementOf(better, difference) - bar) / standardError;
  return normalSurvival(side === 'above' ? z : -z);
}

interface Given {
  models: PairedModels;
  metric: string;
  confidence?: number;
}

/** By DeLong: ROC AUC of two binary models. */
export function compareByDeLong({ models, metric, confidence = 0.95 }: Given): PairedComparison {
  assertModels(models);
  const { labels, champion, challenger } = models;
  const base = nothing(models, metric, 'higher');
  if (models.task !== 'binary' || metric !== 'roc_auc' || !champion.scores || !challenger.scores) {
    return { ...base, reason: 'not_comparable' };
  }
  const scores = { labels, champion: champion.scores, challenger: challenger.scores };
  const { z: _, ...found } = deLong(scores, confidence);
  return { ...base, ...found };
}

/** By McNemar's test and Newcombe's interval: accuracy of two classifiers. */
export function compareByMcNemar({ models, metric, confidence = 0.95 }: Given): PairedComparison {
  assertModels(models);
  const { task, labels, champion, challenger } = models;
  const base = nothing(models, metric, 'higher');
  if (task === 'regression' || metric !== 'accuracy') return { ...base, reason: 'not_comparable' };
  const counts = { championOnly: 0, challengerOnly: 0, both: 0, neither: 0 };
  for (let i = 0; i < labels.length; i++) {
    const [first, second] = [champion.predicted[i] === labels[i], challenger.predicted[i] === labels[i]];
    counts[first ? (second ? 'both' : 'championOnly') : second ? 'challengerOnly' : 'neither']++;
  }
  const found = pairedShareDifference(counts, confidence);
  if (!found) return { ...base, reason: 'no_data' };
  const n = labels.length;
  const discordant = counts.championOnly + counts.challengerOnly;
  const variance = (discordant - (counts.challengerOnly - counts.championOnly) ** 2 / n) / (n * n);
  return { ...base, ...found, pValue: mcNemar(counts).pValue, standardError: Math.sqrt(Math.max(0, variance)) };
}

/**
 * By Diebold and Mariano: metrics that are the mean of a loss, over rows in order of time. `time`: rows of one time (or
 * one day) are one point of the series, with their mean loss.
 */
export function compareByDieboldMariano({
  models,
  metric,
  time,
  ...options
}: Given & DieboldMarianoOptions & { time: ArrayLike<number> }): PairedComparison {
  assertModels(models);
  const base = nothing(models, metric, 'lower');
  const [first, second] = [models.champion, models.challenger].map((model) => rowLosses(models, model, metric));
  if (!first || !second || metric === 'rmse') return { ...base, reason: 'not_comparable' };
  const series = overTime(time, first, second);
  const found = dieboldMariano(series.gaps, options);
  const { difference, lower, upper, standardError, pValue, reason } = found;
  // Of accuracy the loss is the error rate.
  const higher = metric === 'accuracy';
  const turn = (value: number | null) => (value === null || !higher ? value : -value);
  const level = (value: number) => (models.labels.length === 0 ? null : higher ? 1 - value : value);
  return {
    ...base,
    ...{ better: higher ? 'higher' : 'lower', champion: level(series.first), challenger: level(series.second) },
    ...{ difference: turn(difference), lower: turn(higher ? upper : lower), upper: turn(higher ? lower : upper) },
    ...{ standardError, pValue, units: series.gaps.length, ...(reason ? { reason } : {}) },
  };
}

/** Mean losses at each time, in order, and their means over time. */
function overTime(time: ArrayLike<number>, first: Float64Array, second: Float64Array) {
  const at = new Map<number, [first: number, second: number, rows: number]>();
  for (let i = 0; i < first.length; i++) {
    const sums = at.get(time[i]!) ?? [0, 0, 0];
    sums[0] += first[i]!;
    sums[1] += second[i]!;
    sums[2]++;
    at.set(time[i]!, sums);
  }
  const points = [...at].sort(([a], [b]) => a - b).map(([, [a, b, rows]]) => [a / rows, b / rows] as const);
  const meanOf = (side: 0 | 1) => points.reduce((sum, point) => sum + point[side], 0) / points.length;
  return { gaps: Float64Array.from(points, ([a, b]) => b - a), first: meanOf(0), second: meanOf(1) };
}

function nothing({ labels }: PairedModels, metric: string, better: 'higher' | 'lower'): PairedComparison {
  return {
    ...{ metric, better, champion: null, challenger: null, difference: null, lower: null, upper: null },
    ...{ standardError: null, pValue: null, differences: null, n: labels.length, units: labels.length },
  };
}
