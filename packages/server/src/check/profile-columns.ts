import { binEdges, type ColumnKind, type ColumnSummary, distinctValueEdges } from '@leeway/stats';
import {
  type ColumnPlan,
  type RowSource,
  type Slicing,
  summarizeColumn,
  summarizeSources,
} from '../monitoring/profile.ts';
import { identifier, quoted } from '../warehouse/warehouse.ts';
import type { ComparedColumn, ContentColumn } from './decide-columns.ts';
import type { Engine } from './engine.ts';
import { batches, type ColumnSurvey, load, type Table, textValue } from './survey.ts';

/** Quantiles of the reference that numeric columns are cut at; see docs/reference/statistics.md. */
const QUANTILES = 100;
const FEW_VALUES = 64;
const LISTED_VALUES = 500;
/** Columns planned in one scan: more would hold more of the file in memory at once. */
const COLUMNS_A_SCAN = 10;

/** A file in which every compared column can be read as its kind, under the names c0, c1, ... in the order given. */
export interface TypedTable {
  table: Table;
  columns: readonly ComparedColumn[];
  /** SQL of one column's value. */
  value(name: string): string;
  rowNumber: string;
  sql: string;
  settings: string;
}

/** Makes columns readable as their kinds: text is parsed once, into a table; typed files are read where they are. */
export async function typeColumns(
  engine: Engine,
  table: Table,
  columns: readonly ComparedColumn[],
  contents: readonly ContentColumn[] = [],
): Promise<TypedTable> {
  const read = [...columns, ...contents.filter(({ name }) => columns.every((column) => column.name !== name))];
  const names = new Map(read.map(({ name }, i) => [name, `c${i}`]));
  const outputs = new Set(
    columns.filter(({ role }) => role === 'label' || role === 'prediction').map(({ name }) => name),
  );
  const values = new Map(
    read.map(({ name, kind }) => [name, valueSql(table, table.columns.get(name)!, kind, outputs.has(name))]),
  );
  if (!table.textual) {
    const { rowNumber, sql, settings } = table;
    return { table, columns, value: (name) => values.get(name)!, rowNumber, sql, settings };
  }
  const select = read.map(({ name }) => `${values.get(name)} AS ${names.get(name)}`);
  const sql = await load(
    engine,
    table.file,
    [...select, `${rowHash([...table.columns.keys()])} AS __hash`].join(', '),
    table.sql,
    table.settings,
  );
  return { table, columns, value: (name) => names.get(name)!, rowNumber: '__row', sql, settings: '' };
}

function valueSql(
  { textual }: Table,
  { name, nature }: ColumnSurvey,
  kind: ColumnKind | ContentColumn['kind'],
  output: boolean,
): string {
  const column = identifier(name);
  const text = textual ? textValue(name) : `toString(${column})`;
  // Classes that are numbers: 1 and 1.0 are the same class.
  if (output && kind === 'categorical' && nature === 'number') return `toString(toFloat64OrNull(${text}))`;
  if (kind === 'vector') {
    if (!textual && nature === 'vector') return `arrayMap(x -> ifNull(toFloat64(x), nan), ${column})`;
    return `JSONExtract(ifNull(${text}, '[]'), 'Array(Float64)')`;
  }
  if (kind === 'numeric') {
    if (!textual && nature === 'number') return `toFloat64(${column})`;
    if (!textual && nature === 'boolean') return `toFloat64(${column})`;
    return `toFloat64OrNull(${text})`;
  }
  return kind === 'boolean' ? `lower(${text})` : text;
}

/** Rows with the one column `value`, so that no column's name can be taken for another thing. */
export function columnSource({ sql, settings, value }: TypedTable, name: string, slice?: string): RowSource {
  const also = slice === undefined ? '' : `, ${value(slice)} AS sliced`;
  return { sql: `(SELECT ${value(name)} AS value${also} FROM ${sql} ${settings})`, params: {} };
}

/** Plans how every column is counted, from the rows of the reference, many columns in one scan. */
export async function planColumns(engine: Engine, typed: TypedTable): Promise<Map<string, ColumnPlan>> {
  const plans = new Map<string, ColumnPlan>();
  const levels = Array.from({ length: QUANTILES + 1 }, (_, i) => i / QUANTILES).join(', ');
  const numeric = typed.columns.filter(({ kind }) => kind === 'numeric');
  for (const batch of batches(numeric, COLUMNS_A_SCAN)) {
    const list = (render: (x: string) => string) => `[${batch.map((_, i) => render(`x${i}`)).join(', ')}]`;
    const [row] = await engine.query<{
      few: number[][];
      cuts: number[][];
      mean: number[];
      low: number[];
      high: number[];
      n: number[];
    }>(
      // The sample is drawn by row number, so that the same file always gives the same bins.
      `SELECT ${list((x) => `arraySort(groupUniqArray(${FEW_VALUES + 1})(${x}))`)} AS few,
         ${list((x) => `quantilesDeterministic(${levels})(${x}, r)`)} AS cuts, ${list((x) => `avg(${x})`)} AS mean,
         ${list((x) => `min(${x})`)} AS low, ${list((x) => `max(${x})`)} AS high, ${list((x) => `count(${x})`)} AS n
       FROM (SELECT r, ${batch.map((_, i) => `if(isFinite(y${i}), y${i}, NULL) AS x${i}`).join(', ')}
         FROM (SELECT ${typed.rowNumber} AS r, ${batch.map(({ name }, i) => `${typed.value(name)} AS y${i}`).join(', ')} FROM ${typed.sql}))
       ${typed.settings}`,
    );
    batch.forEach(({ name }, i) => {
      const { few, cuts, mean, low, high, n } = row!;
      const edges =
        n[i] === 0
          ? []
          : few[i]!.length <= FEW_VALUES
            ? distinctValueEdges(few[i]!)
            : binEdges([low[i]!, ...cuts[i]!, high[i]!]);
      // Rounded: the last digits of a mean depend on the order in which threads add.
      plans.set(name, { kind: 'numeric', expression: 'value', edges, shift: Number((mean[i] ?? 0).toPrecision(6)) });
    });
  }
  for (const { name, kind } of typed.columns) {
    if (kind === 'numeric') continue;
    const rows = await engine.query<{ v: string }>(
      `SELECT value AS v FROM ${columnSource(typed, name).sql} WHERE value IS NOT NULL
       GROUP BY v ORDER BY count() DESC, v LIMIT ${LISTED_VALUES}`,
    );
    plans.set(name, { kind, expression: 'value', values: rows.map(({ v }) => v) });
  }
  return plans;
}

/** Counts a column by its plan. */
export async function summarize(
  engine: Engine,
  typed: TypedTable,
  name: string,
  plan: ColumnPlan,
): Promise<ColumnSummary> {
  return (await summarizeColumn(engine.warehouse, columnSource(typed, name), plan)).get('')!;
}

/** Counts a column of both files by the plan of the reference, side by side. */
export async function summarizeBoth(
  engine: Engine,
  sides: { reference: TypedTable; current: TypedTable },
  name: string,
  plan: ColumnPlan,
): Promise<{ reference: ColumnSummary; current: ColumnSummary }> {
  const sources = [columnSource(sides.reference, name), columnSource(sides.current, name)];
  const [reference, current] = await summarizeSources(engine.warehouse, sources, plan);
  return { reference: reference!, current: current! };
}

/** Counts a column by its plan for each value of a slice column. */
export async function summarizeBy(
  engine: Engine,
  typed: TypedTable,
  name: string,
  plan: ColumnPlan,
  by: { column: string; values: string[] },
): Promise<Map<string, ColumnSummary>> {
  const slicing: Slicing = { column: by.column, expression: 'sliced', values: by.values };
  const counted = await summarizeColumn(engine.warehouse, columnSource(typed, name, by.column), plan, slicing);
  return new Map([...counted].map(([slice, summary]) => [slice.slice(by.column.length + 1), summary]));
}

/** The values of a slice column that hold most rows of the reference, with their rows. */
export async function sliceRows(
  engine: Engine,
  typed: TypedTable,
  name: string,
  only?: string[],
): Promise<Map<string, number>> {
  const where = only ? `AND v IN (${only.length === 0 ? "''" : only.map(quoted).join(', ')})` : '';
  const rows = await engine.query<{ v: string; n: number }>(
    `SELECT toString(value) AS v, count() AS n FROM ${columnSource(typed, name).sql} WHERE value IS NOT NULL ${where}
     GROUP BY v ORDER BY n DESC, v LIMIT 20`,
  );
  return new Map(rows.map(({ v, n }) => [v, n]));
}

/** SQL of a number that tells rows apart; a gap is a value too, where the engine would answer with a gap. */
function rowHash(columns: readonly string[]): string {
  const parts = columns.map(identifier).map((column) => `assumeNotNull(${column}), isNull(${column})`);
  return `cityHash64(${parts.join(', ')})`;
}

/** Rows that repeat an earlier row of the same file, every column alike. */
export async function duplicateRows(engine: Engine, typed: TypedTable): Promise<number> {
  const { table } = typed;
  if (table.textual) {
    const [row] = await engine.query<{ n: number }>(`SELECT count() - uniqExact(__hash) AS n FROM ${typed.sql}`);
    return row!.n;
  }
  const repeated = async (columns: string[]) => {
    const [row] = await engine.query<{ n: number }>(
      `SELECT count() - uniqExact(${rowHash(columns)}) AS n FROM ${table.sql} ${table.settings}`,
    );
    return row!.n;
  };
  // Rows that differ in some columns differ: a whole row is only read where a few columns do not settle it.
  const columns = [...table.columns.values()].filter(({ nature }) => nature !== 'other' && nature !== 'vector');
  columns.sort((a, b) => variety(b) - variety(a));
  const names = columns.map(({ name }) => name);
  if (names.length === 0) return 0;
  for (const some of [4, 12]) {
    if (names.length > some && (await repeated(names.slice(0, some))) === 0) return 0;
  }
  return repeated(names);
}

function variety({ nature, distinct, wholeMin, wholeMax, rows }: ColumnSurvey): number {
  if (nature === 'datetime') return rows;
  if (nature === 'number')
    return wholeMin === null || wholeMax === null ? rows : Math.min(rows, wholeMax - wholeMin + 1);
  return distinct ?? 2;
}
