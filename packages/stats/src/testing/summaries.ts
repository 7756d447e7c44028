import { aucComponents } from '../comparison/de-long.ts';
import type { BinarySummary, RegressionSummary, ScoreCell } from '../performance/performance-summary.ts';
import type { CategoricalSummary, NumericSummary } from '../summary/column-summary.ts';

// What the engine counts, in plain code: tests make their summaries from rows with these.

/** `null`, NaN and infinite values are missing. */
export function summariseNumbers(
  values: ReadonlyArray<number | null>,
  edges: readonly number[],
  shift = 0,
): NumericSummary {
  const finite = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const bins = new Array<number>(edges.length + 1).fill(0);
  const sums = new Array<number>(edges.length + 1).fill(0);
  for (const value of finite) {
    const bin = edges.filter((edge) => edge <= value).length;
    bins[bin]!++;
    sums[bin]! += value;
  }
  return {
    kind: 'numeric',
    count: finite.length,
    missing: values.length - finite.length,
    edges,
    bins,
    sums,
    min: finite.length === 0 ? null : Math.min(...finite),
    max: finite.length === 0 ? null : Math.max(...finite),
    sum: finite.reduce((sum, value) => sum + value, 0),
    sumSquares: finite.reduce((sum, value) => sum + (value - shift) ** 2, 0),
    shift,
  };
}

export function summariseCategories(values: ReadonlyArray<string | null>, listed = 1000): CategoricalSummary {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort(([v, n], [w, m]) => m - n || (v < w ? -1 : 1));
  return {
    kind: 'categorical',
    count: values.filter((value) => value !== null).length,
    missing: values.filter((value) => value === null).length,
    values: sorted.slice(0, listed),
    other: sorted.slice(listed).reduce((sum, [, count]) => sum + count, 0),
    distinct: counts.size,
  };
}

/** A categorical summary with the given count of each cell, in order. */
export function categoriesOf(counts: readonly number[], missing = 0): CategoricalSummary {
  const values = counts.map((count, i) => [`value ${i}`, count] as const);
  const count = counts.reduce((sum, n) => sum + n, 0);
  return { kind: 'categorical', count, missing, values, other: 0, distinct: counts.filter((n) => n > 0).length };
}

export function summariseBinary(labels: readonly number[], scores: readonly number[], threshold = 0.5): BinarySummary {
  const rows = labels.map((label, i) => ({ label, score: scores[i]!, positive: scores[i]! >= threshold }));
  const count = (label: number, positive: boolean) =>
    rows.filter((row) => row.label === label && row.positive === positive).length;
  const logLosses = rows.map(({ label, score }) => -Math.log(label > 0 ? score : 1 - score));
  const briers = rows.map(({ label, score }) => (score - label) ** 2);
  const parts = aucComponents(Float64Array.from(labels), Float64Array.from(scores));
  const positives = count(1, true) + count(1, false);
  const negatives = rows.length - positives;
  const squares = (side: number) =>
    total(labels.map((label, i) => (label === side && parts ? parts.components[i]! ** 2 : 0)));
  return {
    task: 'binary',
    n: rows.length,
    tp: count(1, true),
    fp: count(0, true),
    tn: count(0, false),
    fn: count(1, false),
    scored: rows.length,
    logLossSum: total(logLosses),
    logLossSumSquares: total(logLosses.map((loss) => loss ** 2)),
    brierSum: total(briers),
    brierSumSquares: total(briers.map((loss) => loss ** 2)),
    calibration: Array.from({ length: 15 }, (_, bin) => {
      const inside = rows.filter(({ score }) => Math.min(14, Math.floor(score * 15)) === bin);
      return {
        n: inside.length,
        scoreSum: total(inside.map((row) => row.score)),
        positives: total(inside.map((row) => row.label)),
      };
    }),
    auc: {
      positives,
      negatives,
      concordant: (parts?.auc ?? 0) * positives * negatives,
      posVarSum: squares(1),
      negVarSum: squares(0),
      precisionSum: total(
        rows
          .filter((row) => row.label > 0)
          .map(({ score }) => {
            const above = rows.filter((row) => row.score >= score);
            return above.filter((row) => row.label > 0).length / above.length;
          }),
      ),
    },
    cells: cellsOf(rows),
  };
}

/** Each score by itself: up to 1000 rows, that is what the cells are unless tied rows share a rank. */
function cellsOf(rows: readonly { label: number; score: number }[]): ScoreCell[] {
  const cells = new Map<number, ScoreCell>();
  for (const score of [...new Set(rows.map((row) => row.score))].sort((a, b) => a - b)) {
    const tied = rows.filter((row) => row.score === score);
    const below = rows.filter((row) => row.score < score).length;
    const at = Math.min(999, Math.floor(((below + tied.length / 2) * 1000) / rows.length));
    const cell = cells.get(at) ?? { threshold: score, positives: 0, negatives: 0, scoreSum: 0 };
    const positives = tied.filter((row) => row.label > 0).length;
    cells.set(at, {
      threshold: cell.threshold,
      positives: cell.positives + positives,
      negatives: cell.negatives + tied.length - positives,
      scoreSum: cell.scoreSum + tied.length * score,
    });
  }
  return [...cells.values()];
}

export function summariseRegression(labels: readonly number[], predictions: readonly number[]): RegressionSummary {
  const errors = predictions.map((prediction, i) => prediction - labels[i]!);
  const percentages = errors.flatMap((error, i) => (labels[i] === 0 ? [] : [Math.abs(error / labels[i]!)]));
  const targetMean = labels.length === 0 ? 0 : total(labels) / labels.length;
  const over = (each: (error: number, label: number, prediction: number) => number) =>
    total(errors.map((error, i) => each(error, labels[i]!, predictions[i]!)));
  const symmetric = (error: number, y: number, p: number) =>
    error === 0 ? 0 : (2 * Math.abs(error)) / (Math.abs(y) + Math.abs(p));
  const logError = (y: number, p: number) => (Math.min(y, p) > -1 ? (Math.log1p(p) - Math.log1p(y)) ** 2 : 0);
  const moment = (power: number, of: number) => over((error, y) => error ** power * (y - targetMean) ** of);
  const sorted = errors.map(Math.abs).sort((a, b) => a - b);
  const n = labels.length;
  const [middle, margin] = [Math.floor((n - 1) / 2), (1.959963984540054 * Math.sqrt(n) + 1) / 2];
  return {
    task: 'regression',
    n,
    sumError: total(errors),
    sumAbsError: total(sorted),
    sumSquaredError: moment(2, 0),
    sumSquaredErrorAbove: over((error) => (error > 0 ? error ** 2 : 0)),
    sumCubedError: moment(3, 0),
    sumFourthPowerError: moment(4, 0),
    sumAbsPercentageError: total(percentages),
    sumAbsPercentageErrorSquares: total(percentages.map((share) => share ** 2)),
    percentageCount: percentages.length,
    sumSymmetricError: over(symmetric),
    sumSymmetricErrorSquares: over((...row) => symmetric(...row) ** 2),
    sumSquaredLogError: over((_, y, p) => logError(y, p)),
    sumSquaredLogErrorSquares: over((_, y, p) => logError(y, p) ** 2),
    logCount: over((_, y, p) => (Math.min(y, p) > -1 ? 1 : 0)),
    sumAbsTarget: over((_, y) => Math.abs(y)),
    sumSquaredTarget: over((_, y) => y * y),
    sumAbsErrorTarget: over((error, y) => Math.abs(error * y)),
    targetMean,
    sumTarget: moment(0, 1),
    targetSumSquares: moment(0, 2),
    targetSumCubes: moment(0, 3),
    targetSumFourthPowers: moment(0, 4),
    sumErrorTarget: moment(1, 1),
    sumErrorTargetSquares: moment(1, 2),
    sumSquaredErrorTarget: moment(2, 1),
    sumSquaredErrorTargetSquares: moment(2, 2),
    maxAbsError: sorted.at(-1) ?? 0,
    medianAbsError:
      n === 0
        ? null
        : {
            value: (sorted[middle]! + sorted[Math.floor(n / 2)]!) / 2,
            lower: sorted[Math.max(0, Math.floor(n / 2 - margin))]!,
            upper: sorted[Math.min(n - 1, Math.ceil(n / 2 + margin) - 1)]!,
          },
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
