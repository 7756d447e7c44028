import { LeewayError } from '@leeway/contract';
import { type MetricEstimate, measurePerformance, performanceMetrics, type Task } from '@leeway/stats';
import { SUMMARIZE } from '../monitoring/checks/performance.ts';
import type { Roles } from './decide-columns.ts';
import type { Engine } from './engine.ts';
import { columnSource, type TypedTable } from './profile-columns.ts';

export interface PerformanceOptions extends Roles {
  task?: Task | undefined;
  positive?: string | undefined;
}

export type Measured = Record<string, MetricEstimate>;
/** Measured, or why not. */
export type SideResult = { metrics: Measured } | { reason: string };

export interface PerformanceResult {
  task: Task;
  positive: string | null;
  /** What was assumed where nothing was said. */
  assumed: string[];
  reference: SideResult;
  current: SideResult;
  /** Metrics whose intervals lie apart, the current one on the bad side. */
  worse: string[];
}

/** Labels of more different numbers than this are those of a regression. */
const MOST_CLASSES = 20;
/** What says "yes" in labels of two values. */
const YES = ['1', 'true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'y', 'Y', 't', 'T', 'positive', 'pos'];
/** Metrics that take the score for a probability. */
const PROBABILITY_METRICS = ['log_loss', 'brier_score', 'calibration_error', 'calibration_bias'];
/** A score decides for "yes" from here on, where no prediction is given. */
const DECISION_THRESHOLD = 0.5;

/** How right the model was in both files; null where no label was named. */
export async function comparePerformance(
  engine: Engine,
  reference: TypedTable,
  current: TypedTable,
  options: PerformanceOptions,
): Promise<PerformanceResult | null> {
  const { label } = options;
  if (label === undefined) return null;
  const sides = [reference, current];
  const labelled = sides.find(({ columns }) => columns.some(({ name }) => name === label))!;
  const assumed: string[] = [];
  const labels = await valuesOf(engine, labelled, label);
  const numeric = labelled.columns.find(({ name }) => name === label)!.kind === 'numeric';
  const task = options.task ?? inferTask(labels, numeric);
  if (!options.task) assumed.push(`task ${task}`);
  let positive: string | null = null;
  if (task === 'binary') {
    positive = positiveOf(options.positive, labels);
    if (options.positive === undefined) assumed.push(`"${positive}" as the positive label`);
    if (options.prediction === undefined)
      assumed.push(`a prediction of "${positive}" from a score of ${DECISION_THRESHOLD} on`);
  } else if (options.prediction === undefined) {
    throw new LeewayError('bad_option', `a ${task} task needs --prediction beside --label; only --score was given`);
  }
  const [before, now] = [
    await measure(engine, reference, task, positive, options),
    await measure(engine, current, task, positive, options),
  ];
  return { task, positive, assumed, reference: before, current: now, worse: worseMetrics(task, before, now) };
}

async function valuesOf(engine: Engine, typed: TypedTable, name: string): Promise<string[]> {
  const rows = await engine.query<{ v: string }>(
    `SELECT toString(value) AS v FROM ${columnSource(typed, name).sql} WHERE value IS NOT NULL GROUP BY v ORDER BY v LIMIT ${MOST_CLASSES + 1}`,
  );
  return rows.map(({ v }) => v);
}

function inferTask(labels: string[], numeric: boolean): Task {
  if (labels.length <= 2) return 'binary';
  if (numeric && labels.length > MOST_CLASSES) return 'regression';
  if (!numeric || labels.every((value) => Number.isInteger(Number(value)))) return 'multiclass';
  return 'regression';
}

function positiveOf(given: string | undefined, labels: string[]): string {
  if (given !== undefined) {
    if (labels.includes(given) || labels.length === 0) return given;
    throw new LeewayError(
      'bad_option',
      `--positive "${given}" is not among the labels: ${labels.slice(0, 10).join(', ')}`,
    );
  }
  const yes = labels.filter((value) => YES.includes(value));
  if (yes.length === 1) return yes[0]!;
  if (labels.length === 1 && /^(0|false|no|n|f|neg(ative)?)$/i.test(labels[0]!)) return '1';
  throw new LeewayError(
    'bad_option',
    `which label is the positive one? The labels are ${labels.slice(0, 10).join(', ')}; say it with --positive`,
  );
}

async function measure(
  engine: Engine,
  typed: TypedTable,
  task: Task,
  positive: string | null,
  { label, prediction, score }: PerformanceOptions,
): Promise<SideResult> {
  const { path } = typed.table.file;
  const lacking = [label, prediction, score].filter(
    (name) => name !== undefined && !typed.columns.some((c) => c.name === name),
  );
  if (lacking.length > 0) return { reason: `${path} has no column ${lacking.map((name) => `"${name}"`).join(', ')}` };
  const text = (name: string) =>
    task === 'regression' ? `toFloat64(${typed.value(name)})` : `toString(${typed.value(name)})`;
  const probability =
    score === undefined
      ? 'NULL::Nullable(Float64)'
      : `if(isFinite(toFloat64(${typed.value(score)})), toFloat64(${typed.value(score)}), NULL)::Nullable(Float64)`;
  const said =
    prediction === undefined
      ? `if(isNull(score), NULL, if(score >= ${DECISION_THRESHOLD}, {positive:String}, concat('not ', {positive:String})))`
      : text(prediction);
  const rows = `(SELECT ${text(label!)} AS label, ${probability} AS score, ${said} AS prediction FROM ${typed.sql} ${typed.settings})`;
  const [ends] = await engine.query<{ low: number | null; high: number | null; labelled: number }>(
    `SELECT min(score) AS low, max(score) AS high, countIf(label IS NOT NULL AND prediction IS NOT NULL) AS labelled FROM ${rows}`,
    { positive: positive ?? '' },
  );
  if (ends!.labelled === 0) return { reason: `${path} has no row with both a label and a prediction` };
  const model = { task, columns: { positive: positive ?? '1' } };
  const sliced = `(SELECT *, '' AS slice FROM ${rows})`;
  const [found] = await SUMMARIZE[task](engine.warehouse, model, sliced, { positive: model.columns.positive });
  if (!found) return { reason: `${path} has no row with both a label and a prediction` };
  let { summary } = found;
  // Without scores there is nothing behind the sums that need them.
  if (summary.task === 'binary' && (score === undefined || ends!.low === null)) summary = { ...summary, auc: null };
  const metrics = measurePerformance(summary);
  const probabilities = ends!.low !== null && ends!.low >= 0 && ends!.high! <= 1;
  if (task === 'binary' && !probabilities) {
    for (const metric of PROBABILITY_METRICS) {
      metrics[metric] = { value: null, lower: null, upper: null, n: 0, reason: 'not_counted' };
    }
  }
  if (task === 'binary' && score === undefined) {
    metrics['roc_auc'] = { value: null, lower: null, upper: null, n: 0, reason: 'not_counted' };
  }
  return { metrics };
}

/** Pure. */
export function worseMetrics(task: Task, before: SideResult, now: SideResult): string[] {
  if (!('metrics' in before) || !('metrics' in now)) return [];
  return performanceMetrics[task].flatMap(({ id, better, minimumSample }) => {
    const [a, b] = [before.metrics[id], now.metrics[id]];
    if (!a || !b || Math.min(a.n, b.n) < minimumSample) return [];
    if (a.lower === null || a.upper === null || b.lower === null || b.upper === null) return [];
    const worse = better === 'higher' ? b.upper < a.lower : better === 'lower' ? b.lower > a.upper : false;
    return worse ? [id] : [];
  });
}
