import type { ColumnType, DatasetFinding, DatasetQuery, FeatureConfig, ModelConfig } from '@leeway/contract';
import { type ColumnSummary, judgeDataset, judgeShare } from '@leeway/stats';
import { type ColumnPlan, planColumn, summarizeSources } from '../../monitoring/profile.ts';
import { featureColumn } from '../../warehouse/model-tables.ts';
import { float, quoted, type Warehouse } from '../../warehouse/warehouse.ts';
import type { Stage } from './dataset-rows.ts';
import { findLeaks } from './find-leaks.ts';

/** Summaries of the training rows by column; the label is among them as ''. */
export type TrainSummaries = Record<string, ColumnSummary>;

/** What is known of the rows that the champion was trained on. */
export interface Before {
  summaries: TrainSummaries;
  findings: DatasetFinding[];
}

/** What is declared of a feature is broken by so large a share of the rows: then it is critical. */
const CRITICAL_SHARE = 0.01;

/** The kind in which a column is counted; null for those that are not. */
function kindOf(type: ColumnType): ColumnPlan['kind'] | null {
  if (type === 'numeric' || type === 'boolean') return type;
  return type === 'categorical' ? 'categorical' : null;
}

/**
 * Looks at the rows before anything is learnt from them, by the same judgements as the monitors: what is declared of the
 * features, what the champion was trained on (`before`), whether the held-out rows are like the training rows, and whether a
 * feature tells the label alone.
 */
export async function checkDataset(
  warehouse: Warehouse,
  model: Pick<ModelConfig, 'task' | 'columns'>,
  query: DatasetQuery,
  stage: Stage,
  before: Before | null,
): Promise<{ findings: DatasetFinding[]; summaries: TrainSummaries }> {
  const summaries: TrainSummaries = {};
  const heldOut: TrainSummaries = {};
  const label = query.task === 'regression' ? 'numeric' : 'categorical';
  const counted: [name: string, kind: ColumnPlan['kind'], sql: string][] = [['', label, 'label']];
  for (const { name, type } of query.columns) {
    const kind = kindOf(type);
    if (kind) counted.push([name, kind, featureColumn(name)]);
  }
  for (const [name, kind, expression] of counted) {
    const plan = await planColumn(warehouse, stage.train, kind, expression);
    const [train, holdout] = await summarizeSources(warehouse, [stage.train, stage.holdout], plan);
    summaries[name] = train!;
    heldOut[name] = holdout!;
  }
  const findings = [
    ...(await declared(warehouse, model, query, stage)),
    ...comparedWithBefore(query, model.columns.features, summaries, before?.summaries ?? null),
    ...constants(query, summaries),
    ...oneClass(query, summaries['']!),
    ...drifted(query, model.columns.features, summaries, heldOut),
  ];
  const severalClasses = !findings.some(({ check }) => check === 'one_class');
  if (severalClasses)
    findings.push(
      ...(await findLeaks(warehouse, model.columns.positive, query, stage.train, before?.findings ?? null)),
    );
  const weight = ({ severity }: DatasetFinding) => (severity === 'critical' ? 0 : 1);
  return { findings: findings.sort((a, b) => weight(a) - weight(b)), summaries };
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

function finding(
  check: DatasetFinding['check'],
  column: string | null,
  severity: DatasetFinding['severity'],
  rest: { value?: number | null; limit?: number | null; message: string },
): DatasetFinding {
  return { check, column, severity, value: null, limit: null, ...rest };
}

interface Promised {
  check: DatasetFinding['check'];
  column: string;
  /** SQL that counts the rows which break it. */
  sql: string;
  allowed: number;
  words: string;
}

function promises(column: string, feature: FeatureConfig): Promised[] {
  const x = featureColumn(column);
  const made: Promised[] = [];
  const add = (check: Promised['check'], sql: string, words: string, allowed = 0) =>
    made.push({ check, column, sql, words, allowed });
  const missing =
    feature.type === 'vector'
      ? `empty(${x})`
      : feature.type === 'numeric'
        ? `NOT ifNull(isFinite(${x}), 0)`
        : `${x} IS NULL`;
  if (feature.required) add('missing', `countIf(${missing})`, 'missing, and it is required');
  else if (feature.missing !== undefined) {
    add('missing', `countIf(${missing})`, `missing, and ${percent(feature.missing)} are allowed`, feature.missing);
  }
  const { min, max, values, pattern } = feature;
  const beyond = [min === undefined ? '' : `${x} < ${float(min)}`, max === undefined ? '' : `${x} > ${float(max)}`];
  const outside = beyond.filter((one) => one !== '').join(' OR ');
  if (outside !== '') add('range', `countIf(${outside})`, `outside of ${min ?? 'any'} to ${max ?? 'any'}`);
  const text = `ifNull(toString(${x}), '')`;
  if (values)
    add(
      'values',
      `countIf(${x} IS NOT NULL AND NOT has([${values.map(quoted).join(', ')}], ${text}))`,
      'none of the declared values',
    );
  if (pattern !== undefined) {
    add('pattern', `countIf(${x} IS NOT NULL AND NOT match(${text}, ${quoted(pattern)}))`, 'not as the pattern wants');
  }
  if (feature.unique) add('not_unique', `count(${x}) - uniqExact(${x})`, 'there already');
  return made;
}

/** What the configuration promises of the features. */
async function declared(
  warehouse: Warehouse,
  { columns: { features } }: Pick<ModelConfig, 'columns'>,
  query: DatasetQuery,
  stage: Stage,
): Promise<DatasetFinding[]> {
  const made = query.columns.flatMap(({ name }) => (features[name] ? promises(name, features[name]) : []));
  if (made.length === 0) return [];
  const [row] = await warehouse.query<{ n: number; broken: number[] }>(
    `SELECT count() AS n, [${made.map(({ sql }) => `toUInt64(${sql})`).join(', ')}] AS broken FROM ${stage.train.sql} AS part`,
    stage.train.params,
    'dataset/promises',
  );
  const n = row?.n ?? 0;
  return made.flatMap(({ check, column, allowed, words }, i) => {
    const judged = judgeShare({ bad: row?.broken[i] ?? 0, n, allowed });
    if (!judged.found) return [];
    const severity = judged.value! - allowed >= CRITICAL_SHARE ? 'critical' : 'warning';
    const message = `${percent(judged.value!)} of the training rows have a value of ${column} that is ${words}`;
    return [finding(check, column, severity, { value: judged.value, limit: allowed, message })];
  });
}

/** What only the rows suggest that the champion was trained on. */
function comparedWithBefore(
  { columns }: DatasetQuery,
  features: Record<string, FeatureConfig>,
  summaries: TrainSummaries,
  before: TrainSummaries | null,
): DatasetFinding[] {
  return columns.flatMap(({ name }) => {
    const [now, then] = [summaries[name], before?.[name]];
    if (!now || !then || now.kind !== then.kind) return [];
    const found: DatasetFinding[] = [];
    const n = now.count + now.missing;
    const { required, missing, values } = features[name] ?? {};
    if (!required && missing === undefined) {
      const reference = { bad: then.missing, n: then.count + then.missing };
      const judged = judgeShare({ bad: now.missing, n, reference });
      if (judged.found) {
        const message = `${percent(judged.value!)} of ${name} are missing; ${percent(judged.usual!)} were of what the champion was trained on`;
        found.push(finding('missing', name, 'warning', { value: judged.value, limit: judged.usual, message }));
      }
    }
    if (now.kind !== 'numeric' && then.kind !== 'numeric' && then.other === 0 && then.count > 0 && !values) {
      const known = new Set(then.values.map(([value]) => value));
      const fresh = now.values.filter(([value]) => !known.has(value));
      const bad = fresh.reduce((sum, [, count]) => sum + count, now.other);
      const judged = judgeShare({ bad, n: now.count, reference: { bad: 0, n: then.count } });
      if (judged.found) {
        const some = fresh.slice(0, 3).map(([value]) => value.slice(0, 60));
        const message = `${percent(judged.value!)} of ${name} have values that the champion was not trained on, such as ${some.join(', ')}`;
        found.push(finding('new_values', name, 'warning', { value: judged.value, limit: 0, message }));
      }
    }
    return found;
  });
}

/** Features that have one value, or none: nothing can be learnt from them. */
function constants({ columns }: DatasetQuery, summaries: TrainSummaries): DatasetFinding[] {
  return columns.flatMap(({ name, feature }) => {
    const summary = summaries[name];
    if (!feature || !summary || summary.count + summary.missing === 0) return [];
    const only = summary.kind === 'numeric' ? summary.min === summary.max : summary.distinct <= 1;
    if (!only) return [];
    const message = summary.count === 0 ? `${name} has no value` : `${name} has one value only`;
    return [finding('constant', name, 'warning', { message })];
  });
}

function oneClass({ task }: DatasetQuery, label: ColumnSummary): DatasetFinding[] {
  const only = label.kind === 'numeric' ? label.min === label.max : label.distinct <= 1;
  if (!only || label.count === 0) return [];
  const what = task === 'regression' ? 'value' : 'class';
  const message = `the labels of the training rows have one ${what} only`;
  return [finding('one_class', null, 'critical', { message })];
}

/** How the held-out rows differ from the training rows: it is why one retrains, so it is told and decides nothing. */
function drifted(
  { columns }: DatasetQuery,
  features: Record<string, FeatureConfig>,
  train: TrainSummaries,
  holdout: TrainSummaries,
): DatasetFinding[] {
  const names = ['', ...columns.filter(({ name }) => features[name]?.drift !== false).map(({ name }) => name)];
  const comparisons = names.flatMap((column) => {
    const [reference, current] = [train[column], holdout[column]];
    if (!reference || !current) return [];
    const { test, threshold } = features[column] ?? {};
    const chosen = { ...(test ? { test: [test] } : {}), ...(threshold === undefined ? {} : { threshold }) };
    return [{ column, kind: reference.kind, reference, current, ...chosen }];
  });
  return judgeDataset(comparisons).columns.flatMap(({ column, drifted: found, test, effect, threshold }) => {
    if (!found) return [];
    const what = column === '' ? 'the label' : column;
    const message = `${what} of the held-out rows differs from that of the training rows (${test})`;
    const check = column === '' ? 'label_share' : 'drift';
    return [finding(check, column || null, 'warning', { value: effect, limit: threshold, message })];
  });
}
