import type { MetricOfDraw } from '../metric-of-draw.ts';
import { orderByScore } from '../paired-scores.ts';

/** The area under the ROC curve of a draw; NaN where one class is absent. The rows are sorted once. */
export function areaOfDraw(labels: Float64Array, scores: Float64Array): MetricOfDraw {
  const { row, positive, endsTie } = orderByScore(labels, scores);
  return (times) => {
    let [concordant, positives, negatives, tiedPositives, tiedNegatives] = [0, 0, 0, 0, 0];
    for (let i = 0; i < row.length; i++) {
      const count = times[row[i]!]!;
      if (positive[i]) tiedPositives += count;
      else tiedNegatives += count;
      if (!endsTie[i]) continue;
      concordant += tiedPositives * (negatives + tiedNegatives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
      tiedPositives = 0;
      tiedNegatives = 0;
    }
    return positives === 0 || negatives === 0 ? Number.NaN : concordant / (positives * negatives);
  };
}

/** The mean precision at the score of each drawn positive; NaN where one class is absent. */
export function averagePrecisionOfDraw(labels: Float64Array, scores: Float64Array): MetricOfDraw {
  const { row, positive, endsTie } = orderByScore(labels, scores);
  return (times) => {
    let [sum, positives, negatives, tiedPositives, tiedNegatives] = [0, 0, 0, 0, 0];
    for (let i = row.length - 1; i >= 0; i--) {
      const count = times[row[i]!]!;
      if (positive[i]) tiedPositives += count;
      else tiedNegatives += count;
      // From the highest score down, a run of equal scores is over where the row below it ends one.
      if (i > 0 && !endsTie[i - 1]) continue;
      positives += tiedPositives;
      negatives += tiedNegatives;
      if (tiedPositives > 0) sum += (tiedPositives * positives) / (positives + negatives);
      tiedPositives = 0;
      tiedNegatives = 0;
    }
    return positives === 0 || negatives === 0 ? Number.NaN : sum / positives;
  };
}

const CELLS = 1000;

/** Cells of neighbouring scores of a draw, as `summarizeBinary` makes them. */
export function cellsOfDraw(labels: Float64Array, scores: Float64Array) {
  const { row, positive, endsTie } = orderByScore(labels, scores);
  return (times: Int32Array) => {
    let total = 0;
    for (let i = 0; i < times.length; i++) total += times[i]!;
    const cells: { threshold: number; positives: number; negatives: number; scoreSum: number }[] = [];
    let [last, below, positives, negatives] = [-1, 0, 0, 0];
    for (let i = 0; i < row.length; i++) {
      const count = times[row[i]!]!;
      if (positive[i]) positives += count;
      else negatives += count;
      if (!endsTie[i]) continue;
      const tied = positives + negatives;
      if (tied > 0) {
        const at = Math.min(CELLS - 1, Math.floor(((below + tied / 2) * CELLS) / total));
        const score = scores[row[i]!]!;
        if (at !== last) cells.push({ threshold: score, positives: 0, negatives: 0, scoreSum: 0 });
        last = at;
        const cell = cells.at(-1)!;
        cell.positives += positives;
        cell.negatives += negatives;
        cell.scoreSum += tied * score;
        below += tied;
      }
      positives = 0;
      negatives = 0;
    }
    return cells;
  };
}
