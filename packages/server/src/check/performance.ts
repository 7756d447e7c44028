import {
  adjustPValues,
  type MetricEstimate,
  measurePerformance,
  normalCritical,
  normalSurvival,
  performanceMetrics,
  type Task,
} from '@leeway/stats';
import { COUNT } from '../monitoring/checks/performance/count.ts';
import type { Engine } from './engine.ts';
import { type LabelledTask, labelledRowsOf, type PerformanceOptions, taskOf } from './labelled.ts';
import { detailOf, type PerformanceDetail } from './performance-detail.ts';
import type { TypedTable } from './profile-columns.ts';

export type { PerformanceOptions } from './labelled.ts';

export type Measured = Record<string, MetricEstimate>;
/** Measured, or why not. */
export type SideResult = { metrics: Measured; detail?: PerformanceDetail } | { reason: string };

export interface PerformanceResult {
  task: Task;
  positive: string | null;
  /** What was assumed where nothing was said. */
  assumed: string[];
  reference: SideResult;
  current: SideResult;
  /** Metrics that got worse notably and beyond chance; see `worseMetrics`. */
  worse: string[];
}

/** Metrics that take the score for a probability. */
const PROBABILITY_METRICS = performanceMetrics.binary
  .filter(({ needs }) => needs === 'probability')
  .map(({ id }) => id);
/** How right the model was in both files; null where no label was named. */
export async function comparePerformance(
  engine: Engine,
  reference: TypedTable,
  current: TypedTable,
  options: PerformanceOptions,
): Promise<PerformanceResult | null> {
  const known = await taskOf(engine, reference, current, options);
  if (!known) return null;
  const [before, now] = [
    await measure(engine, reference, known, options),
    await measure(engine, current, known, options),
  ];
  return { ...known, reference: before, current: now, worse: worseMetrics(known.task, before, now) };
}

async function measure(
  engine: Engine,
  typed: TypedTable,
  { task, positive }: LabelledTask,
  options: PerformanceOptions,
): Promise<SideResult> {
  const { path } = typed.table.file;
  const found = labelledRowsOf(typed, task, options);
  if ('reason' in found) return found;
  const { sql: rows, weighted } = found;
  const [ends] = await engine.query<{
    low: number | null;
    high: number | null;
    labelled: number;
    centre: number | null;
  }>(
    `SELECT min(score) AS low, max(score) AS high, countIf(label IS NOT NULL AND prediction IS NOT NULL) AS labelled, ${task === 'regression' ? 'avgIf(label, isFinite(label))' : 'NULL'} AS centre FROM ${rows}`,
    { positive: positive ?? '' },
  );
  if (ends!.labelled === 0) return { reason: `${path} has no row with both a label and a prediction` };
  const model = { task, columns: { positive: positive ?? '1', scores: options.scores } };
  const [counted] = await COUNT[task](engine.warehouse, model, {
    sql: `(SELECT *, '' AS slice FROM ${rows})`,
    params: { positive: model.columns.positive },
    weighted,
    shift: ends!.centre ?? 0,
  });
  if (!counted) return { reason: `${path} has no row with both a label and a prediction` };
  const metrics = measurePerformance(counted.summary);
  const probabilities = ends!.low !== null && ends!.low >= 0 && ends!.high! <= 1;
  if (task === 'binary' && !probabilities) {
    for (const metric of PROBABILITY_METRICS) {
      metrics[metric] = { value: null, lower: null, upper: null, n: 0, reason: 'not_counted' };
    }
  }
  return { metrics, detail: detailOf(counted.summary, { probabilities, values: options.values }) };
}

/** A share, a correlation or a rank that changed by less is of no account, whatever its certainty; */
const NOTABLE_CHANGE = 0.02;
/** nor is a loss or an error that changed by less than this share of what it was. */
const NOTABLE_SHARE = 0.05;
/** What is measured in the unit of a loss or of the label. */
const UNBOUNDED = /^(log_loss|mae|mse|rmse|mape|smape|wape|rmsle|median_absolute_error|max_error)$/;

/**
 * Metrics that got worse: notably, and beyond chance. The 95 % intervals lie apart, and the one-sided z test of the difference
 * holds after Benjamini-Hochberg's correction over the metrics. Pure.
 */
export function worseMetrics(task: Task, before: SideResult, now: SideResult): string[] {
  if (!('metrics' in before) || !('metrics' in now)) return [];
  const compared = performanceMetrics[task].flatMap(({ id, better, minimumSample }) => {
    const [a, b] = [before.metrics[id], now.metrics[id]];
    if (better !== 'higher' && better !== 'lower') return [];
    if (!a || !b || a.value === null || b.value === null || Math.min(a.n, b.n) < minimumSample) return [];
    if (a.lower === null || a.upper === null || b.lower === null || b.upper === null) return [];
    const loss = better === 'higher' ? a.value - b.value : b.value - a.value;
    const apart = better === 'higher' ? b.upper < a.lower : b.lower > a.upper;
    const notable = loss >= (UNBOUNDED.test(id) ? NOTABLE_SHARE * Math.abs(a.value) : NOTABLE_CHANGE);
    const error = Math.hypot(a.upper - a.lower, b.upper - b.lower) / (2 * normalCritical(0.95));
    return [{ id, worse: apart && notable, pValue: normalSurvival(loss / error) }];
  });
  const adjusted = adjustPValues(
    compared.map(({ pValue }) => pValue),
    'benjamini_hochberg',
  );
  return compared.filter(({ worse }, i) => worse && adjusted[i]! < 0.05).map(({ id }) => id);
}
