import { aucComponents } from '../comparison/de-long.ts';
import type { BinarySummary, RegressionSummary } from '../performance/performance-summary.ts';
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
    },
  };
}

export function summariseRegression(labels: readonly number[], predictions: readonly number[]): RegressionSummary {
  const errors = predictions.map((prediction, i) => prediction - labels[i]!);
  const percentages = errors.flatMap((error, i) => (labels[i] === 0 ? [] : [Math.abs(error / labels[i]!)]));
  const targetMean = labels.length === 0 ? 0 : total(labels) / labels.length;
  return {
    task: 'regression',
    n: labels.length,
    sumError: total(errors),
    sumAbsError: total(errors.map(Math.abs)),
    sumSquaredError: total(errors.map((error) => error ** 2)),
    sumFourthPowerError: total(errors.map((error) => error ** 4)),
    sumAbsPercentageError: total(percentages),
    sumAbsPercentageErrorSquares: total(percentages.map((share) => share ** 2)),
    percentageCount: percentages.length,
    targetMean,
    targetSumSquares: total(labels.map((label) => (label - targetMean) ** 2)),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
