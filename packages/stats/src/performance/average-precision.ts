import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, noValue, type PerformanceMetric } from './performance-metric.ts';
import type { BinarySummary, ScoreCell } from './performance-summary.ts';

/**
 * Area under the precision-recall curve as a sum of steps: the mean, over the positive rows, of the precision at their
 * score as threshold; `sklearn.metrics.average_precision_score`. A model without skill has the prevalence.
 *
 * Interval: the delta method over the cells of scores. With A and B the positives and negatives at or above a score,
 * P all positives, C the sum over scores up to here of a B / (A + B)^2, and D that of a A / (A + B)^2, one more
 * positive changes the value by (A / (A + B) - value + C) / P and one more negative by -D / P; the variance is the sum
 * of count * change^2. It is carried over through the logit, which keeps the bounds inside (0, 1).
 *
 * Source: Boyd, Eng and Page (2013), ECML PKDD, for the logit.
 */
export const averagePrecision: PerformanceMetric<BinarySummary> = {
  id: 'average_precision',
  label: 'Average precision',
  tasks: ['binary'],
  better: 'higher',
  minimumSample: 100,
  needs: 'score',
  compute({ n, scored, auc, cells, squared }) {
    if (n === 0) return noValue('no_data');
    const rows = squared ? (n * n) / squared.n : n;
    if (auc?.precisionSum === undefined || !cells || scored === 0) return noValue('not_counted', Math.floor(rows));
    if (auc.positives === 0 || auc.negatives === 0) return noValue('one_class', Math.floor(rows));
    const value = auc.precisionSum / auc.positives;
    const error = Math.sqrt(varianceOf(cells, squared?.cells ?? cells)) / (value * (1 - value));
    const interval = value < 1 ? normalInterval(Math.log(value / (1 - value)), error) : null;
    return estimate(
      value,
      rows,
      interval && { lower: 1 / (1 + Math.exp(-interval.lower)), upper: 1 / (1 + Math.exp(-interval.upper)) },
    );
  },
};

function varianceOf(
  cells: readonly ScoreCell[],
  squares: ReadonlyArray<Pick<ScoreCell, 'positives' | 'negatives'>>,
): number {
  const positives = cells.reduce((sum, cell) => sum + cell.positives, 0);
  let [a, b] = [positives, cells.reduce((sum, cell) => sum + cell.negatives, 0)];
  const above = cells.map((cell) => {
    const here = { a, b };
    a -= cell.positives;
    b -= cell.negatives;
    return here;
  });
  const value = cells.reduce((sum, cell, i) => sum + cell.positives * share(above[i]!), 0) / positives;
  let [c, d, variance] = [0, 0, 0];
  for (const [i, cell] of cells.entries()) {
    const here = above[i]!;
    const all = here.a + here.b;
    if (all <= 0) continue;
    c += (cell.positives * here.b) / all ** 2;
    d += (cell.positives * here.a) / all ** 2;
    variance += squares[i]!.positives * (share(here) - value + c) ** 2 + squares[i]!.negatives * d ** 2;
  }
  return variance / positives ** 2;
}

function share({ a, b }: { a: number; b: number }): number {
  return a <= 0 ? 0 : a / (a + b);
}
