import { type ColumnType, LeewayError, type ModelConfig } from '@leeway/contract';
import { identifier, type Warehouse } from './warehouse.ts';

/**
 * The tables of a model, made from its columns and kept in step with them. A feature that is new gets a column (null in older
 * rows); one that is removed keeps its column and its past. A feature's column is `f_NAME`, that of the probability of a class
 * `s_CLASS`; names of Leeway's own have no prefix.
 */

/** What a row of predictions was: `live` answered a caller; `shadow` was scored beside it; `pinned` was asked of a version by name; `history` came without a prediction. */
export type Role = 'live' | 'shadow' | 'pinned' | 'history';

/** The instant in ClickHouse's type, to bind a time: `{from:DateTime64(3, 'UTC')}`. */
export const INSTANT = "DateTime64(3, 'UTC')";

/** A model, as far as its tables go. */
type Named = Pick<ModelConfig, 'name'>;

/** Names of the tables. What a model's name may have and a table's may not is written out, and "_" doubled, so that no two models share. */
export const predictionsTable = (model: Named): string => `predictions_${tableSuffix(model.name)}`;
export const labelsTable = (model: Named): string => `labels_${tableSuffix(model.name)}`;

const ESCAPES: Record<string, string> = { _: '__', '-': '_d_', '.': '_p_' };
const tableSuffix = (name: string): string => name.replaceAll(/[_.-]/g, (character) => ESCAPES[character]!);

/** The warehouse's name of a feature, quoted. */
export const featureColumn = (name: string): string => identifier(`f_${name}`);

/** The warehouse's name of the probability of a class. */
export const scoreKey = (name: string): string => `s_${name}`;

/** Classes whose probabilities are recorded, and the columns in which they come. */
export const classScores = (model: ModelConfig): [name: string, column: string][] =>
  Object.entries(model.columns.scores ?? {});

/** Arrays have no null: a missing vector is the empty one. */
const FEATURE_TYPE: Record<ColumnType, string> = {
  numeric: 'Nullable(Float64)',
  categorical: 'LowCardinality(Nullable(String))',
  boolean: 'Nullable(Bool)',
  text: 'Nullable(String)',
  vector: 'Array(Float32)',
};

/** ClickHouse type of what the model predicts and of its label: a class, or a number. */
export const outputType = (model: ModelConfig): string =>
  model.task === 'regression' ? 'Nullable(Float64)' : 'LowCardinality(Nullable(String))';

/** Columns that are recorded with a prediction: the features, and what slices and groups are made of. */
export function recordedColumns(model: ModelConfig): Map<string, ColumnType> {
  const { features, slices, protected: groups } = model.columns;
  const columns = new Map(Object.entries(features).map(([name, feature]) => [name, feature.type]));
  for (const name of [...slices, ...groups]) if (!columns.has(name)) columns.set(name, 'categorical');
  return columns;
}

/** Every column of a prediction with its type, in the order of the table. */
export function predictionColumns(model: ModelConfig): [name: string, type: string][] {
  return [
    ['id', 'String'],
    ['time', INSTANT],
    ['received', INSTANT],
    ['version', 'LowCardinality(String)'],
    ['role', "Enum8('live' = 1, 'shadow' = 2, 'pinned' = 3, 'history' = 4)"],
    ['request', 'String'],
    ['latency_ms', 'Nullable(Float32)'],
    ['error', 'LowCardinality(String)'],
    ['weight', 'Float64'],
    ['prediction', outputType(model)],
    ['score', 'Nullable(Float64)'],
    ...classScores(model).map(([name]): [string, string] => [scoreKey(name), 'Nullable(Float64)']),
    ...[...recordedColumns(model)].map(([name, type]): [string, string] => [`f_${name}`, FEATURE_TYPE[type]]),
  ];
}

/** Makes the tables of a model, or brings them in step with its columns. Says which columns it added or changed. */
export async function syncModelTables(warehouse: Warehouse, model: ModelConfig): Promise<string[]> {
  const columns = predictionColumns(model);
  const definition = columns.map(([name, type]) => `${identifier(name)} ${type}`).join(', ');
  // (day, id) finds duplicates through the primary key, and keeps a window's rows together.
  await warehouse.createTable(
    `CREATE TABLE IF NOT EXISTS ${predictionsTable(model)} (${definition})
     ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(time) ORDER BY (toDate(time), id, role, version)`,
    'sync-model',
  );
  // Labels are a log: the last one received counts, and what was known at an earlier time can be asked again. `seq` orders
  // those that were received in the same moment, as two of one batch are.
  await warehouse.createTable(
    `CREATE TABLE IF NOT EXISTS ${labelsTable(model)} (
       id String, label ${outputType(model)}, received ${INSTANT}, source LowCardinality(String), seq UInt64
     ) ENGINE = MergeTree PARTITION BY toYYYYMM(received) ORDER BY (id, received)`,
    'sync-model',
  );
  const existing = new Map(
    (
      await warehouse.query<{ name: string; type: string }>(
        'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String}',
        { table: predictionsTable(model) },
        'sync-model',
      )
    ).map((row) => [row.name, row.type]),
  );
  const changed: string[] = [];
  for (const [name, type] of columns) {
    const present = existing.get(name);
    if (present === type || !/^[fs]_/.test(name)) continue;
    if (present !== undefined) await checkConvertible(warehouse, model, name, { present, type });
    const change =
      present === undefined ? `ADD COLUMN ${identifier(name)} ${type}` : `MODIFY COLUMN ${identifier(name)} ${type}`;
    await warehouse.command(`ALTER TABLE ${predictionsTable(model)} ${change}`, {}, 'sync-model');
    changed.push(name);
  }
  return changed;
}

/** A feature may change its type if every value that is stored can be one of the new type: none is lost. */
async function checkConvertible(
  warehouse: Warehouse,
  model: ModelConfig,
  name: string,
  { present, type }: { present: string; type: string },
): Promise<void> {
  const feature = name.slice('f_'.length);
  const wanted = recordedColumns(model).get(feature);
  // What becomes a vector, or was one, can't be cast.
  const lost =
    type.startsWith('Array') || present.startsWith('Array')
      ? `notEmpty(${identifier(name)})`
      : `accurateCastOrNull(${identifier(name)}, '${baseType(type)}') IS NULL`;
  const [row] = await warehouse.query<{ n: number }>(
    `SELECT countIf(${identifier(name)} IS NOT NULL AND ${lost}) AS n
     FROM ${predictionsTable(model)}`,
    {},
    'sync-model',
  );
  if (!row || row.n === 0) return;
  throw new LeewayError(
    'config_invalid',
    `${model.name}: ${row.n} stored value${row.n === 1 ? '' : 's'} of the feature "${feature}" ${row.n === 1 ? 'is' : 'are'} no ${wanted}; give the new kind of values another name`,
  );
}

/** `Float64` of `Nullable(Float64)`. */
const baseType = (type: string): string => /(\w+)\)*$/.exec(type)![1]!;

/**
 * SQL of a model's predictions of a time, one row each. Binds `from` and `to`; `where` may narrow it further.
 * FINAL drops what two replicas may both have stored before either saw the other.
 */
export function predictionRows(model: Named, where = "role = 'live'"): string {
  return `(SELECT * FROM ${predictionsTable(model)} FINAL
    WHERE time >= {from:${INSTANT}} AND time < {to:${INSTANT}} AND (${where}))`;
}

/**
 * SQL of the labels of predictions of a time as known at `asOf`: `id`, `label`, the last one received until then, null where it
 * was withdrawn, and `label_received`. A label comes after its prediction, give or take a day of clocks that differ.
 * Binds `from`, `to` and `asOf`.
 */
export function knownLabels(model: Named, where = "role = 'live'"): string {
  return `(SELECT id, argMax(tuple(label), (received, seq)).1 AS label, max(received) AS label_received FROM ${labelsTable(model)}
    WHERE received <= {asOf:${INSTANT}} AND received >= {from:${INSTANT}} - INTERVAL 1 DAY
      AND id IN (SELECT id FROM ${predictionRows(model, where)}) GROUP BY id)`;
}

/**
 * SQL of predictions with their labels as known at `asOf`, null where there is none. Binds `from`, `to` and `asOf`. The columns
 * are those of the predictions, and `label` and `label_received`.
 */
export function labelledRows(model: Named, where = "role = 'live'"): string {
  return `(SELECT p.*, l.label AS label, l.label_received AS label_received
    FROM ${predictionRows(model, where)} AS p LEFT JOIN ${knownLabels(model, where)} AS l ON l.id = p.id)`;
}

/** SQL of rows with the column `scores`: the probabilities of all classes, in order; empty where any is missing. */
export function withScores(model: ModelConfig, rows: string): string {
  const columns = classScores(model).map(([name]) => identifier(scoreKey(name)));
  return columns.length === 0 ? rows : `(SELECT *, ${scoreArray(columns)} AS scores FROM ${rows})`;
}

/** SQL of the probabilities of all classes as an array, from those of each; empty where any is missing. */
export const scoreArray = (columns: readonly string[]): string =>
  `if(${columns.map((column) => `isFinite(${column})`).join(' AND ')}, [${columns.map((column) => `ifNull(toFloat64(${column}), 0)`).join(', ')}], [])`;
