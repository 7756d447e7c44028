import { performanceMetrics } from '../../performance/index.ts';
import type { RegressionSums } from '../../performance/performance-summary.ts';
import { noRegressionSums, regressionRow } from '../../performance/summarize-regression.ts';
import type { MetricOfDraw } from '../metric-of-draw.ts';
import type { ModelOutput } from '../paired-models.ts';
import { rowLosses } from '../row-losses.ts';
import { meanOfRows } from './mean-of-rows.ts';

type Sum = Exclude<keyof RegressionSums, 'n' | 'targetMean'>;

/** The sums that the value of a metric needs. */
const SUMS: Record<string, readonly Sum[]> = {
  mape: ['sumAbsPercentageError', 'percentageCount'],
  smape: ['sumSymmetricError'],
  wape: ['sumAbsError', 'sumAbsTarget'],
  rmsle: ['sumSquaredLogError', 'logCount'],
  r2: ['sumSquaredError', 'sumTarget', 'targetSumSquares'],
  explained_variance: ['sumSquaredError', 'sumError', 'sumTarget', 'targetSumSquares'],
  bias: ['sumError'],
};

/** A metric of a regression. */
export function regressionMetricOfDraw(labels: Float64Array, model: ModelOutput, id: string): MetricOfDraw | null {
  const { predicted } = model;
  if (id === 'median_absolute_error') return medianOfDraw(predicted.map((said, i) => Math.abs(said - labels[i]!)));
  const losses = rowLosses({ task: 'regression', labels }, model, id);
  if (losses) return meanOfRows(losses, id === 'rmse' ? Math.sqrt : undefined);
  const metric = performanceMetrics.regression.find((found) => found.id === id)!;
  const names = SUMS[id];
  if (!names) return null;
  const targetMean = labels.length === 0 ? 0 : labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const columns = names.map(() => new Float64Array(labels.length));
  for (let i = 0; i < labels.length; i++) {
    const row = regressionRow(labels[i]!, predicted[i]!, targetMean);
    for (const [k, name] of names.entries()) columns[k]![i] = row[name];
  }
  const summary = {
    ...noRegressionSums(targetMean),
    ...({ task: 'regression', maxAbsError: 0, medianAbsError: null } as const),
  };
  return (times) => {
    let n = 0;
    for (let i = 0; i < times.length; i++) n += times[i]!;
    summary.n = n;
    for (const [k, column] of columns.entries()) {
      let sum = 0;
      for (let i = 0; i < column.length; i++) sum += times[i]! * column[i]!;
      summary[names[k]!] = sum;
    }
    // The squares are counted about the mean of the draw.
    if (n > 0) summary.targetSumSquares -= (summary.sumTarget * summary.sumTarget) / n;
    return metric.compute(summary).value ?? Number.NaN;
  };
}

function medianOfDraw(values: Float64Array): MetricOfDraw {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  return (times) => {
    let total = 0;
    for (let i = 0; i < times.length; i++) total += times[i]!;
    let below = 0;
    for (let i = 0; i < order.length; i++) {
      below += times[order[i]!]!;
      if (2 * below < total) continue;
      const value = values[order[i]!]!;
      if (2 * below > total) return value;
      let next = i + 1;
      while (next < order.length && times[order[next]!] === 0) next++;
      return (value + values[order[Math.min(next, order.length - 1)]!]!) / 2;
    }
    return Number.NaN;
  };
}
