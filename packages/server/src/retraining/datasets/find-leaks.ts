import type { DatasetFinding, DatasetQuery } from '@leeway/contract';
import { featureColumn } from '../../warehouse/model-tables.ts';
import { quoted, type Warehouse } from '../../warehouse/warehouse.ts';
import type { RowsSql } from './dataset-rows.ts';
import { explainedShare } from './explained-share.ts';

/** A feature that tells the label so well knows it from somewhere. */
const LEAK = 0.999;
/** Rows that a value of a category has on average; with fewer, any label would be told by chance. */
const ROWS_A_VALUE = 5;
/** Numbers that are looked at together. */
const MOST_TOGETHER = 60;

interface Told {
  column: string;
  /** How well it tells the label: 1 is fully. */
  value: number;
  measure: string;
}

/**
 * Features that tell the label alone: by the area under the ROC curve of a number (binary), by the squared correlation
 * (regression), or by the share of the label's variance, or of its classes, that the values of a category tell. Of regressions
 * also numbers that tell it together, by a linear formula. A leak that the rows of the champion did not have is critical: there
 * something has changed in what feeds them.
 */
export async function findLeaks(
  warehouse: Warehouse,
  positive: string,
  query: DatasetQuery,
  rows: RowsSql,
  before: readonly DatasetFinding[] | null,
): Promise<DatasetFinding[]> {
  const features = query.columns.filter(({ feature }) => feature);
  const numbers = features.filter(({ type }) => type === 'numeric' || type === 'boolean').map(({ name }) => name);
  const categories = features
    .filter(({ type }) => type === 'categorical' || type === 'boolean')
    .map(({ name }) => name);
  const target = query.task === 'regression' ? 'label' : `toFloat64(label = ${quoted(positive)})`;
  const told: Told[] = [];
  if (query.task !== 'multiclass') told.push(...(await numbersThatTell(warehouse, query, target, rows, numbers)));
  for (const column of categories) {
    const found = await categoryThatTells(warehouse, query, target, rows, column);
    if (found && !told.some((other) => other.column === column)) told.push(found);
  }
  const leaks = told.map(({ column, value, measure }): DatasetFinding => {
    const message = `${column} tells the label alone (${measure} ${value.toPrecision(4)}): is it known when the model is asked?`;
    const known = !before || before.some((other) => other.check === 'leak' && other.column === column);
    return { check: 'leak', column, severity: known ? 'warning' : 'critical', value, limit: LEAK, message };
  });
  if (query.task === 'regression' && leaks.length === 0) leaks.push(...(await together(warehouse, rows, numbers)));
  return leaks;
}

const finite = (x: string): string => `ifNull(isFinite(${x}), 0)`;

async function numbersThatTell(
  warehouse: Warehouse,
  { task }: DatasetQuery,
  target: string,
  { sql, params }: RowsSql,
  numbers: readonly string[],
): Promise<Told[]> {
  if (numbers.length === 0) return [];
  const aggregates = numbers.map((name) => {
    const x = `toFloat64(${featureColumn(name)})`;
    const value = `ifNull(${x}, 0)`;
    if (task === 'regression') return `[pow(corrIf(${value}, ifNull(${target}, 0), ${finite(x)}), 2), 1, 1]`;
    // The U statistic is the number of pairs in which one side is above; ties count half.
    const u = `mannWhitneyUTestIf('two-sided')(${value}, toUInt8(${target}), ${finite(x)}).1`;
    return `[${u}, countIf(${finite(x)} AND ${target} = 1), countIf(${finite(x)} AND ${target} = 0)]`;
  });
  const [row] = await warehouse.query<{ found: (number | null)[][] }>(
    `SELECT [${aggregates.map((one) => `arrayMap(v -> toNullable(toFloat64(v)), ${one})`).join(', ')}] AS found FROM ${sql} AS part`,
    params,
    'dataset/leaks',
  );
  return numbers.flatMap((column, i) => {
    const [first, ones, zeros] = row?.found[i] ?? [];
    if (typeof first !== 'number' || !ones || !zeros) return [];
    const share = first / (ones * zeros);
    const value = task === 'regression' ? first : Math.max(share, 1 - share);
    return value > LEAK ? [{ column, value, measure: task === 'regression' ? 'r2' : 'roc_auc' }] : [];
  });
}

async function categoryThatTells(
  warehouse: Warehouse,
  { task }: DatasetQuery,
  target: string,
  { sql, params }: RowsSql,
  column: string,
): Promise<Told | null> {
  const x = `toString(${featureColumn(column)})`;
  const ofGroup =
    task === 'multiclass'
      ? // Rows of the group's most frequent class.
        `SELECT g, sum(n) AS rows, max(n) AS told, 0 AS total FROM (SELECT ${x} AS g, label, count() AS n FROM ${sql} AS part WHERE g IS NOT NULL GROUP BY g, label) AS cells GROUP BY g`
      : `SELECT ${x} AS g, count() AS rows, varPop(ifNull(${target}, 0)) * count() AS told, 0 AS total FROM ${sql} AS part WHERE g IS NOT NULL GROUP BY g`;
  const overall =
    task === 'multiclass'
      ? `(SELECT max(n) FROM (SELECT count() AS n FROM ${sql} AS part WHERE ${x} IS NOT NULL GROUP BY label) AS classes)`
      : `(SELECT varPop(ifNull(${target}, 0)) * count() FROM ${sql} AS part WHERE ${x} IS NOT NULL)`;
  const [row] = await warehouse.query<{ groups: number; n: number; told: number | null; overall: number | null }>(
    `SELECT count() AS groups, sum(rows) AS n, sum(told) AS told, ${overall} AS overall FROM (${ofGroup}) AS by_group`,
    params,
    'dataset/leaks',
  );
  if (!row || row.told === null || row.overall === null || row.n < ROWS_A_VALUE * row.groups) return null;
  // Of several classes, the share of the rows that is told beyond what the most frequent class tells of all.
  const value =
    task === 'multiclass'
      ? row.n > row.overall
        ? (row.told - row.overall) / (row.n - row.overall)
        : 0
      : row.overall > 0
        ? 1 - row.told / row.overall
        : 0;
  return value > LEAK ? { column, value, measure: task === 'multiclass' ? 'share of classes' : 'eta2' } : null;
}

/** Whether the numbers together are the label, as two that sum to it. */
async function together(
  warehouse: Warehouse,
  { sql, params }: RowsSql,
  numbers: readonly string[],
): Promise<DatasetFinding[]> {
  const used = numbers.slice(0, MOST_TOGETHER);
  if (used.length < 2) return [];
  const columns = [...used.map((name) => `toFloat64(${featureColumn(name)})`), 'label'];
  const [row] = await warehouse.query<{ matrix: (number | null)[][] }>(
    `SELECT corrMatrix(${columns.map((_, i) => `x${i}`).join(', ')}) AS matrix
     FROM (SELECT ${columns.map((x, i) => `ifNull(${x}, 0) AS x${i}`).join(', ')} FROM ${sql} AS part WHERE ${columns.map(finite).join(' AND ')}) AS complete`,
    params,
    'dataset/leaks',
  );
  const value = explainedShare(row?.matrix ?? []);
  if (value === null || value <= LEAK) return [];
  const message = `a linear formula of ${used.length} numbers tells the label (r2 ${value.toPrecision(4)}): are all of them known when the model is asked?`;
  return [{ check: 'leak', column: null, severity: 'warning', value, limit: LEAK, message }];
}
