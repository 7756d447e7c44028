import type { DatasetPart, DatasetQuery, RowCondition } from '@leeway/contract';
import { featureColumn, INSTANT, labelledRows } from '../../warehouse/model-tables.ts';
import { float, identifier, instant, type Params, type Warehouse } from '../../warehouse/warehouse.ts';

/** Rows of a dataset: SQL of a subquery with its bound values. Columns are those of the warehouse, such as `f_NAME`. */
export interface RowsSql {
  sql: string;
  params: Params;
}

export type PartName = 'train' | 'holdout';

/** Which rows are looked at, whatever their labels. */
type Wanted = Pick<DatasetQuery, 'model' | 'task' | 'where'>;

interface Times {
  from: number;
  to: number;
  asOf: number;
}

/** SQL: there is a label that one can learn from. */
const labelIs = (task: DatasetQuery['task']): string =>
  task === 'regression' ? 'label IS NOT NULL AND isFinite(label)' : 'label IS NOT NULL';

/** SQL of what one can learn from, of a time, as it was known at `asOf`: predictions with a label. */
function learnable({ model, task, where }: Wanted, { from, to, asOf }: Times): RowsSql {
  const conditions = conditionsOf(where);
  return {
    sql: `(SELECT * FROM ${labelledRows({ name: model }, conditions.sql)} WHERE ${labelIs(task)})`,
    params: { ...conditions.params, from: instant(from), to: instant(to), asOf: instant(asOf) },
  };
}

/** What a prediction must be for its row to count: it came in time, without an error, and meets every condition. */
function conditionsOf(where: readonly RowCondition[]): RowsSql {
  const parts = ["role IN ('live', 'history')", "error = ''", `received <= {asOf:${INSTANT}}`];
  const params: Params = {};
  where.forEach(({ column, in: among, notIn, min, max, missing }, i) => {
    const name = featureColumn(column);
    const text = `ifNull(toString(${name}), '')`;
    if (among) {
      parts.push(`has({in${i}:Array(String)}, ${text})`);
      params[`in${i}`] = among;
    }
    if (notIn) {
      parts.push(`NOT has({out${i}:Array(String)}, ${text})`);
      params[`out${i}`] = notIn;
    }
    if (min !== undefined) parts.push(`${name} >= ${float(min)}`);
    if (max !== undefined) parts.push(`${name} <= ${float(max)}`);
    if (missing !== undefined) parts.push(`(${name} IS NULL) = ${missing ? 1 : 0}`);
  });
  return { sql: parts.join(' AND '), params };
}

/** The oldest and the newest row that has a label; null where there is none. */
export async function labelledTimes(
  warehouse: Warehouse,
  wanted: Wanted,
  times: Times,
): Promise<{ oldest: number; newest: number } | null> {
  const { sql, params } = learnable(wanted, times);
  const [row] = await warehouse.query<{ n: number; oldest: number; newest: number }>(
    `SELECT count() AS n, toUnixTimestamp64Milli(min(rows.time)) AS oldest, toUnixTimestamp64Milli(max(rows.time)) AS newest
     FROM ${sql} AS rows`,
    params,
    'dataset/times',
  );
  return row && row.n > 0 ? { oldest: Number(row.oldest), newest: Number(row.newest) } : null;
}

/** Rows of a part: each id once, in the first of its rows by time; of the training rows those that are drawn. */
function partRows(query: DatasetQuery, part: PartName): RowsSql {
  const times = timesOf(query);
  const rows = learnable(query, times);
  const within = stretchesOf(query, part).map(
    ({ from, to }) =>
      `(toUnixTimestamp64Milli(time) >= ${Date.parse(from)} AND toUnixTimestamp64Milli(time) < ${Date.parse(to)})`,
  );
  const once = `SELECT * FROM ${rows.sql} AS rows ORDER BY time, id, role, version LIMIT 1 BY id`;
  const sampled = part === 'train' && query.sample !== null ? ` AND ${drawn('sample', query.sample)}` : '';
  const sql = `(SELECT * FROM (${once}) AS once WHERE (${within.join(' OR ')})${sampled})`;
  return { sql: part === 'train' ? stratified(query, sql) : sql, params: rows.params };
}

const drawn = (purpose: string, share: number): string =>
  `sipHash64('${purpose}', id) < ${float(share)} * 18446744073709551616.0`;

/** Rows of each stratum up to its number, the first by hash of their id: the same ones whatever else there is. */
function stratified({ stratify }: DatasetQuery, rows: string): string {
  if (!stratify) return rows;
  const stratum = stratify.by === 'label' ? 'label' : featureColumn(stratify.by);
  const most =
    stratify.perStratum === null ? `greatest(1, round(${float(stratify.share!)} * stratum_rows))` : stratify.perStratum;
  return `(SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY ${stratum} ORDER BY sipHash64('stratify', id), id) AS stratum_row,
    count() OVER (PARTITION BY ${stratum}) AS stratum_rows FROM ${rows} AS rows) AS ranked WHERE stratum_row <= ${most})`;
}

const stretchesOf = ({ train, recent, old }: DatasetQuery, part: PartName) =>
  part === 'train' ? [train] : old ? [old, recent] : [recent];

function timesOf(query: DatasetQuery): Times {
  const all = [...stretchesOf(query, 'train'), ...stretchesOf(query, 'holdout')];
  return {
    from: Math.min(...all.map(({ from }) => Date.parse(from))),
    to: Math.max(...all.map(({ to }) => Date.parse(to))),
    asOf: Date.parse(query.asOf),
  };
}

export const TIME_MS = 'toUnixTimestamp64Milli(time)';

/** The rows of both parts, gathered once, to be counted, hashed, checked and written. */
export interface Stage {
  train: RowsSql;
  holdout: RowsSql;
}

/** Gathers the rows of a dataset in a table of that name, which goes when the work is done. */
export async function withStage<T>(
  warehouse: Warehouse,
  query: DatasetQuery,
  name: string,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const table = identifier(`dataset_${name.replaceAll(/[^A-Za-z0-9]/g, '_')}`);
  const drop = () => warehouse.command(`DROP TABLE IF EXISTS ${table}`, {}, 'dataset/stage');
  const columns = ['id', 'time', ...query.columns.map(({ name: column }) => featureColumn(column)), 'label'].join(', ');
  await drop();
  try {
    const [train, holdout] = [partRows(query, 'train'), partRows(query, 'holdout')];
    await warehouse.command(
      `CREATE TABLE ${table} ENGINE = MergeTree ORDER BY (part, time, id) AS
       SELECT 'train' AS part, ${columns} FROM ${train.sql} AS trained`,
      train.params,
      'dataset/stage',
    );
    await warehouse.command(
      `INSERT INTO ${table} SELECT 'holdout' AS part, ${columns} FROM ${holdout.sql} AS held`,
      holdout.params,
      'dataset/stage',
    );
    const part = (of: PartName): RowsSql => ({ sql: `(SELECT * FROM ${table} WHERE part = '${of}')`, params: {} });
    return await work({ train: part('train'), holdout: part('holdout') });
  } finally {
    await drop();
  }
}

/**
 * Counts and hashes a part. A row's text is that of a tuple of its id, its time in milliseconds, its columns in order and its
 * label; the hash is the sum of the SHA-256 of all rows modulo 2^256, so that no order and no writer matters.
 */
export async function measurePart(
  warehouse: Warehouse,
  query: DatasetQuery,
  part: PartName,
  { sql, params }: RowsSql,
): Promise<DatasetPart> {
  const columns = ['id', TIME_MS, ...query.columns.map(({ name }) => featureColumn(name)), 'label'];
  const [row] = await warehouse.query<{ rows: number; hash: string }>(
    `SELECT count() AS rows, lower(hex(sumWithOverflow(reinterpretAsUInt256(SHA256(toString(tuple(${columns.join(', ')}))))))) AS hash
     FROM ${sql} AS part`,
    params,
    'dataset/hash',
  );
  return { rows: row?.rows ?? 0, rowsHash: row?.hash ?? '', ...(await countLabels(warehouse, query, part)) };
}

/** Predictions of the time of a part, and how many of them have a label. */
async function countLabels(
  warehouse: Warehouse,
  query: DatasetQuery,
  part: PartName,
): Promise<Pick<DatasetPart, 'predictions' | 'labelled'>> {
  const conditions = conditionsOf(query.where);
  const counts = { predictions: 0, labelled: 0 };
  for (const { from, to } of stretchesOf(query, part)) {
    const [row] = await warehouse.query<typeof counts>(
      `SELECT uniqExact(id) AS predictions, uniqExactIf(id, ${labelIs(query.task)}) AS labelled
       FROM ${labelledRows({ name: query.model }, conditions.sql)}`,
      {
        ...conditions.params,
        ...{ from: instant(Date.parse(from)), to: instant(Date.parse(to)), asOf: instant(Date.parse(query.asOf)) },
      },
      'dataset/labels',
    );
    counts.predictions += row?.predictions ?? 0;
    counts.labelled += row?.labelled ?? 0;
  }
  return counts;
}

/** SQL of the weight of a row by its age: 1 at the end, half of it each half-life before. */
export const weightSql = (halfLifeMs: number, end: number): string =>
  `exp2((${TIME_MS} - ${end - 1}) / ${float(halfLifeMs)})`;

/** SQL that says of which part of the held-out rows a row is. */
export const regimeSql = ({ recent }: DatasetQuery): string =>
  `if(${TIME_MS} < ${Date.parse(recent.from)}, 'old', 'recent')`;

/** Writes columns of a part to a file, in an order that never varies. */
export async function exportPart(
  warehouse: Warehouse,
  { sql, params }: RowsSql,
  columns: readonly (readonly [name: string, sql: string])[],
  path: string,
): Promise<void> {
  // Numbered first: a feature may be called as a column of the table is, and the order goes by ours.
  const numbered = columns.map(([, expression], i) => `${expression} AS out${i}`).join(', ');
  const named = columns.map(([name], i) => `out${i} AS ${identifier(name)}`).join(', ');
  await warehouse.exportParquet(
    path,
    `SELECT ${named} FROM (SELECT ${numbered}, time AS row_time, id AS row_id FROM ${sql} AS part) AS numbered
     ORDER BY row_time, row_id`,
    params,
    'dataset/export',
  );
}
