import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { LeewayError } from '@leeway/contract';
import { identifier, quoted } from '../warehouse/warehouse.ts';
import { type Engine, type EngineFile, fileRows, readSettings } from './engine.ts';

/** What a column seems to hold. `text` of a CSV may still turn out as numbers; `other` cannot be compared. */
export type Nature = 'number' | 'boolean' | 'text' | 'datetime' | 'vector' | 'other';

/** What one look over all rows of a column shows. */
export interface ColumnSurvey {
  name: string;
  nature: Nature;
  rows: number;
  /** Rows with a value. */
  present: number;
  /** About how many different values; null where nobody counted. */
  distinct: number | null;
  /** Of a text column: values that can be read as a number, a boolean, a date. */
  numbers: number;
  booleans: number;
  dates: number;
  /** Of a text column: mean number of words; null where nobody counted. */
  words: number | null;
  /** Of whole numbers only: the smallest and the largest. */
  wholeMin: number | null;
  wholeMax: number | null;
  /** Whole numbers of which each between the smallest and the largest occurs once. */
  runs: boolean;
}

/** A file whose columns are known. */
export interface Table {
  file: EngineFile;
  rows: number;
  columns: Map<string, ColumnSurvey>;
  /** SQL that the columns are read from, and the settings for it. */
  sql: string;
  settings: string;
  /** SQL of a row's number; with it a sample is the same on every run. */
  rowNumber: string;
  /** Whether every value is text (CSV, JSON), so that numbers have to be parsed. */
  textual: boolean;
}

/** What stands for "no value" in text files; the list of pandas. */
const GAPS = ['', 'NA', 'N/A', 'n/a', '<NA>', '#N/A', '#NA', 'NaN', 'nan', '-NaN', '-nan', 'NULL', 'null', 'None'];

/** A list of numbers, by its beginning. */
const LIST = String.raw`^\[\s*[-+]?[0-9.]`;

const DATE = String.raw`^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([T ]\d{1,2}:\d{2}.*)?$|^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$`;

/** Columns that are looked at in one scan: of a columnar file few, for memory; of a text file many, for each costs a parse. */
const COLUMNS_A_SCAN = { columnar: 10, textual: 100 };

/** The columns of a file with their types, all text where `textual`, and how its rows are read. */
export async function openTable(
  engine: Engine,
  file: EngineFile,
): Promise<Pick<Table, 'sql' | 'settings' | 'textual'> & { types: Map<string, string> }> {
  const textual = file.format === 'csv' || file.format === 'tsv' || file.format === 'jsonl';
  const types = textual ? await textColumns(engine, file) : await typedColumns(engine, file);
  if (types.size === 0) throw new LeewayError('file_unreadable', `${file.path} has no columns`);
  const sql = textual ? fileRows(file, structureOf(types)) : fileRows(file);
  return { types, textual, settings: textual ? readSettings(file) : '', sql };
}

/** Reads the columns of a file and looks over them once. */
export async function surveyFile(engine: Engine, file: EngineFile): Promise<Table> {
  const { types, textual, settings, sql: rows } = await openTable(engine, file);
  let sql = rows;
  let rowNumber = 'toUInt64(_row_number)';
  if (!textual && (file.format !== 'parquet' || file.gzip)) {
    // These can only be read from front to back; a table lets single columns be read.
    sql = await load(engine, file, [...types.keys()].map(identifier).join(', '), sql, settings);
    rowNumber = '__row';
  }
  const table = { file, rows: 0, columns: new Map(), sql, settings, rowNumber, textual } satisfies Table as Table;
  await (textual ? surveyText(engine, table, [...types.keys()]) : surveyTyped(engine, table, types));
  return table;
}

/** Puts rows into a table of the engine and answers with its name. */
export async function load(
  engine: Engine,
  file: EngineFile,
  select: string,
  sql: string,
  settings: string,
): Promise<string> {
  const name = `file_${file.link.split('/').at(-1)}`;
  await engine.command(
    `CREATE TABLE ${name} ENGINE = MergeTree ORDER BY tuple() SETTINGS allow_suspicious_indices = 1 AS
     SELECT ${select}, toUInt64(_row_number) AS __row FROM ${sql} ${settings}`,
  );
  return name;
}

const structureOf = (types: Map<string, string>) =>
  [...types.keys()].map((name) => `${identifier(name)} Nullable(String)`).join(', ');

async function textColumns(engine: Engine, file: EngineFile): Promise<Map<string, string>> {
  // Names are taken from the header, or from the keys of many lines; types are found by looking at every value.
  const look =
    file.format === 'jsonl'
      ? 'input_format_max_rows_to_read_for_schema_inference = 1000000, input_format_max_bytes_to_read_for_schema_inference = 1000000000, input_format_json_infer_incomplete_types_as_strings = 1, input_format_try_infer_datetimes = 0, input_format_try_infer_dates = 0, input_format_json_try_infer_named_tuples_from_objects = 0'
      : 'input_format_max_rows_to_read_for_schema_inference = 1, input_format_csv_use_best_effort_in_schema_inference = 0, input_format_tsv_use_best_effort_in_schema_inference = 0';
  try {
    return await describe(engine, file, `${readSettings(file)}, ${look}`);
  } catch (error) {
    if (error instanceof LeewayError && /Cannot read rows|file is empty|EMPTY_DATA/.test(error.detail)) {
      throw new LeewayError('file_unreadable', `${file.path} has no rows`, { cause: error });
    }
    const line = file.format === 'jsonl' ? await firstBrokenLine(file) : null;
    if (line !== null) {
      const detail = `${file.path}: line ${line.number} is not JSON: ${line.text}`;
      throw new LeewayError('file_unreadable', detail, { cause: error });
    }
    throw error;
  }
}

/** The engine does not say where JSON breaks. */
async function firstBrokenLine(file: EngineFile): Promise<{ number: number; text: string } | null> {
  const source = createReadStream(file.path);
  const lines = createInterface({ input: file.gzip ? source.pipe(createGunzip()) : source });
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      if (line.trim() !== '' && !isJson(line))
        return { number, text: line.length > 80 ? `${line.slice(0, 80)}…` : line };
    }
    return null;
  } finally {
    source.destroy();
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const typedColumns = (engine: Engine, file: EngineFile) => describe(engine, file, readSettings(file));

async function describe(engine: Engine, file: EngineFile, settings: string): Promise<Map<string, string>> {
  try {
    const rows = await engine.query<{ name: string; type: string }>(`DESCRIBE ${fileRows(file)} ${settings}`);
    return new Map(rows.map(({ name, type }) => [name, type]));
  } catch (error) {
    // The engine does not always name the file while it looks for the columns.
    if (error instanceof LeewayError) throw error;
    throw new LeewayError('file_unreadable', `${file.path}: ${(error as Error).message.trim()}`, { cause: error });
  }
}

/** SQL of a text column's value, null where there is none. */
export const textValue = (name: string) =>
  `if(trimBoth(${identifier(name)}) IN (${GAPS.map(quoted).join(', ')}), NULL, trimBoth(${identifier(name)}))`;

async function surveyText(engine: Engine, table: Table, names: readonly string[]): Promise<void> {
  for (const batch of batches(names, COLUMNS_A_SCAN.textual)) {
    const list = (render: (i: number) => string) => `[${batch.map((_, i) => render(i)).join(', ')}]`;
    const [found] = await engine.query<Record<string, number[]> & { rows: number }>(
      `SELECT count() AS rows, ${list((i) => `count(t${i})`)} AS present, ${list((i) => `count(x${i})`)} AS numbers,
         ${list((i) => `uniqCombined(15)(t${i})`)} AS different,
         ${list((i) => `countIf(x${i} IS NULL AND lower(t${i}) IN ('true', 'false'))`)} AS booleans,
         ${list((i) => `countIf(x${i} IS NULL AND match(ifNull(t${i}, ''), ${quoted(DATE)}))`)} AS dates,
         ${list((i) => `countIf(match(ifNull(t${i}, ''), ${quoted(LIST)}))`)} AS lists,
         ${list((i) => `avg(countSubstrings(t${i}, ' ') + 1)`)} AS words,
         ${list((i) => `countIf(x${i} = floor(x${i}))`)} AS whole,
         ${list((i) => `sum(x${i})`)} AS total, ${list((i) => `min(x${i})`)} AS low, ${list((i) => `max(x${i})`)} AS high
       FROM (SELECT *, ${batch.map((_, i) => `toFloat64OrNull(t${i}) AS x${i}`).join(', ')}
         FROM (SELECT ${batch.map((name, i) => `${textValue(name)} AS t${i}`).join(', ')} FROM ${table.sql})) ${table.settings}`,
    );
    table.rows = found!.rows;
    for (const [i, name] of batch.entries()) {
      const at = (key: string) => found![key]![i]!;
      const counts = { present: at('present'), numbers: at('numbers'), booleans: at('booleans'), dates: at('dates') };
      const lists = counts.present > 0 && at('lists') === counts.present;
      const whole = counts.numbers > 0 && at('whole') === counts.numbers;
      table.columns.set(name, {
        ...{ name, nature: lists ? 'vector' : natureOfText(counts), rows: found!.rows, distinct: at('different') },
        ...counts,
        words: counts.present > 0 ? at('words') : null,
        ...{ wholeMin: whole ? at('low') : null, wholeMax: whole ? at('high') : null },
        runs:
          whole &&
          mayRun(counts.numbers, at('low'), at('high')) &&
          runsOn(counts.numbers, at('low'), at('total'), at('different')),
      });
    }
  }
}

const mayRun = (n: number, low: number, high: number) => high - low + 1 === n;

/** The number of values is only known about, but one value twice in place of another would also show in the sum. */
const runsOn = (n: number, low: number, total: number, distinct: number) =>
  distinct > 0.9 * n && Math.abs(total - n * (low + (n - 1) / 2)) < 0.5;

/** So many values of a column may be unreadable before it is no longer taken for numbers or dates. */
const MOST_UNREADABLE = 0.01;

/** What a column of text holds. Pure. */
export function natureOfText(
  counts: Pick<ColumnSurvey, 'present' | 'numbers' | 'booleans' | 'dates'>,
): Extract<Nature, 'number' | 'boolean' | 'text' | 'datetime'> {
  const { present, numbers, booleans, dates } = counts;
  if (present === 0) return 'text';
  const enough = present * (1 - (present >= 100 ? MOST_UNREADABLE : 0));
  if (numbers >= enough) return 'number';
  if (dates >= enough) return 'datetime';
  return booleans === present ? 'boolean' : 'text';
}

/** What a column of a type of the engine holds. Pure. */
export function natureOfType(type: string): Nature {
  if (/^Array\((Nullable\()?(U?Int|Float|BFloat|Decimal)/.test(type)) return 'vector';
  const bare = type.replaceAll(/\b(Nullable|LowCardinality)\(/g, '').replaceAll(')', '');
  if (/^(U?Int|Float|BFloat|Decimal)/.test(bare)) return 'number';
  if (bare === 'Bool') return 'boolean';
  if (/^(Date|Time)/.test(bare)) return 'datetime';
  return /^(String|FixedString|Enum|UUID)/.test(bare) ? 'text' : 'other';
}

async function surveyTyped(engine: Engine, table: Table, types: Map<string, string>): Promise<void> {
  const [counted] = await engine.query<{ n: number }>(`SELECT count() AS n FROM ${table.sql} ${table.settings}`);
  table.rows = counted!.n;
  // Only what the type does not tell is counted: gaps and variety of text, ends of whole numbers.
  const wanted = [...types].filter(([, type]) => {
    const nature = natureOfType(type);
    return nature === 'text' || (nature === 'number' && type.includes('Int'));
  });
  const found = new Map<
    string,
    { present: number; distinct: number | null; low: number | null; high: number | null; words: number | null }
  >();
  for (const batch of batches(wanted, COLUMNS_A_SCAN.columnar)) {
    const list = (render: (name: string, text: boolean) => string) =>
      `[${batch.map(([name, type]) => render(identifier(name), natureOfType(type) === 'text')).join(', ')}]`;
    const [row] = await engine.query<Record<'present' | 'different' | 'low' | 'high' | 'words', (number | null)[]>>(
      `SELECT ${list((c) => `count(${c})`)} AS present,
         ${list((c, text) => (text ? `toNullable(uniqCombined(15)(${c}))` : 'NULL'))} AS different,
         ${list((c, text) => (text ? `toNullable(avg(countSubstrings(toString(${c}), ' ') + 1))` : 'NULL'))} AS words,
         ${list((c, text) => (text ? 'NULL' : `toFloat64(min(${c}))`))} AS low, ${list((c, text) => (text ? 'NULL' : `toFloat64(max(${c}))`))} AS high
       FROM ${table.sql} ${table.settings}`,
    );
    for (const [i, [name]] of batch.entries()) {
      found.set(name, {
        present: row!.present[i]!,
        distinct: row!.different[i]!,
        low: row!.low[i]!,
        high: row!.high[i]!,
        words: row!.words[i] ?? null,
      });
    }
  }
  const running = new Set<string>();
  for (const [name, { present, low, high }] of found) {
    if (low === null || high === null || !mayRun(present, low, high)) continue;
    const [row] = await engine.query<{ n: number }>(`SELECT uniqExact(${identifier(name)}) AS n FROM ${table.sql}`);
    if (row!.n === present) running.add(name);
  }
  for (const [name, type] of types) {
    const own = found.get(name);
    table.columns.set(name, {
      ...{ name, nature: natureOfType(type), rows: table.rows, present: own?.present ?? table.rows },
      ...{ distinct: own?.distinct ?? null, numbers: 0, booleans: 0, dates: 0 },
      words: own?.words ?? null,
      ...{ wholeMin: own?.low ?? null, wholeMax: own?.high ?? null, runs: running.has(name) },
    });
  }
}

export function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
