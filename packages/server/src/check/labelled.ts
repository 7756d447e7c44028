import { LeewayError } from '@leeway/contract';
import type { CellValues, Task } from '@leeway/stats';
import { scoreArray } from '../warehouse/model-tables.ts';
import { quoted } from '../warehouse/warehouse.ts';
import { MOST_CLASSES, type Roles } from './decide-columns.ts';
import type { Engine } from './engine.ts';
import { columnSource, type TypedTable } from './profile-columns.ts';

export interface PerformanceOptions extends Roles {
  positive?: string | undefined;
  /** Column with the weight of each row, such as the inverse of a sampling rate. */
  weight?: string | undefined;
  /** What a row in each cell of the confusion matrix is worth. */
  values?: CellValues | undefined;
}

/** What the labels are of, and what was assumed of it where nothing was said. */
export interface LabelledTask {
  task: Task;
  positive: string | null;
  assumed: string[];
}

/** What says "yes" in labels of two values. */
const YES = ['1', 'true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'y', 'Y', 't', 'T', 'positive', 'pos'];
/** A score decides for "yes" from here on, where no prediction is given. */
const DECISION_THRESHOLD = 0.5;

/** What is predicted, from the options and otherwise from the labels; null where no label was named. */
export async function taskOf(
  engine: Engine,
  reference: TypedTable,
  current: TypedTable,
  options: PerformanceOptions,
): Promise<LabelledTask | null> {
  const { label } = options;
  if (label === undefined) return null;
  const labelled = [reference, current].filter(({ columns }) => columns.some(({ name }) => name === label));
  const assumed: string[] = [];
  // The reference says what the labels are; where it holds one only, the current file may know another.
  let labels: string[] = [];
  for (const side of labelled) {
    if (labels.length < 2) labels = [...new Set([...labels, ...(await valuesOf(engine, side, label))])];
  }
  const numeric = labelled[0]!.columns.find(({ name }) => name === label)!.kind === 'numeric';
  const { scores } = options;
  const task = options.task ?? (scores ? 'multiclass' : inferTask(labels, numeric));
  if (!options.task) assumed.push(`task ${task}`);
  if (scores && task !== 'multiclass')
    throw new LeewayError('bad_option', `--scores is for a multiclass task, and this one is ${task}; take --score`);
  let positive: string | null = null;
  if (task === 'binary') {
    positive = positiveOf(options.positive, labels);
    if (options.positive === undefined) assumed.push(`"${positive}" as the positive label`);
    if (options.prediction === undefined)
      assumed.push(`a prediction of "${positive}" from a score of ${DECISION_THRESHOLD} on`);
  } else if (options.prediction === undefined && scores) {
    assumed.push('the class of the highest score as prediction');
  } else if (options.prediction === undefined) {
    throw new LeewayError('bad_option', `a ${task} task needs --prediction beside --label; only --score was given`);
  }
  return { task, positive, assumed };
}

/** Rows with `label`, `score`, `prediction`, `scores` of classes if there are any, and `weight` if they have one; binds `positive`. */
export interface LabelledRows {
  sql: string;
  weighted: boolean;
}

/**
 * SQL of a file's rows under the names that counting knows, or why there are none. `also`: further columns, as SQL by name.
 */
export function labelledRowsOf(
  typed: TypedTable,
  task: Task,
  { label, prediction, score, scores, weight }: PerformanceOptions,
  also: Record<string, string> = {},
): LabelledRows | { reason: string } {
  const { path } = typed.table.file;
  const lacking = [label, prediction, score, weight, ...Object.values(scores ?? {})].filter(
    (name) => name !== undefined && !typed.columns.some((c) => c.name === name),
  );
  if (lacking.length > 0) return { reason: `${path} has no column ${lacking.map((name) => `"${name}"`).join(', ')}` };
  const text = (name: string) =>
    task === 'regression' ? `toFloat64(${typed.value(name)})` : `toString(${typed.value(name)})`;
  const probability =
    score === undefined
      ? 'NULL::Nullable(Float64)'
      : `if(isFinite(toFloat64(${typed.value(score)})), toFloat64(${typed.value(score)}), NULL)::Nullable(Float64)`;
  const chances = scores && scoreArray(Object.values(scores).map((name) => `toFloat64(${typed.value(name)})`));
  const names = Object.keys(scores ?? {}).map(quoted);
  const highest = `if(empty(scores), NULL, [${names.join(', ')}][indexOf(scores, arrayMax(scores))])`;
  const said = chances
    ? prediction === undefined
      ? highest
      : text(prediction)
    : prediction === undefined
      ? `if(isNull(score), NULL, if(score >= ${DECISION_THRESHOLD}, {positive:String}, concat('not ', {positive:String})))`
      : text(prediction);
  const columns = {
    ...(chances ? { scores: chances } : {}),
    ...{ label: text(label!), score: probability, prediction: said, ...also },
  };
  // A row without a weight counts for nothing.
  if (weight !== undefined)
    Object.assign(columns, { weight: `ifNull(greatest(toFloat64(${typed.value(weight)}), 0), 0)` });
  const list = Object.entries(columns).map(([name, sql]) => `${sql} AS ${name}`);
  return { sql: `(SELECT ${list.join(', ')} FROM ${typed.sql} ${typed.settings})`, weighted: weight !== undefined };
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
    // Of one label, another may be the positive one: nobody was there that day.
    if (labels.includes(given) || labels.length < 2) return given;
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
