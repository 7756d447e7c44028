import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { LeewayError } from '@leeway/contract';
import { Engine } from '../check/engine.ts';
import { probeFile } from '../check/probe-file.ts';
import { natureOfType, openTable, textValue } from '../check/survey.ts';
import { nearest } from '../config/nearest.ts';
import { identifier, quoted } from '../warehouse/warehouse.ts';

/** Which values of a file make the stream. */
export type Wanted =
  /** A column of numbers; by default the only one that there is. */
  | { kind: 'column'; column?: string | undefined }
  /** How wrong each answer was: 1 for a mistake and 0 for none, or with `absolute` the distance. */
  | { kind: 'error'; label: string; prediction: string; absolute: boolean };

/** The values, NaN where a row has none, in the order of the rows; chunk by chunk, so that no file is too long. */
export async function* readColumn(path: string, wanted: Wanted): AsyncGenerator<Float64Array> {
  const probe = await probeFile(path);
  const engine = await Engine.open();
  try {
    const file = await engine.add(probe);
    const table = await openTable(engine, file);
    const names = [...table.types.keys()];
    const value = valueSql(wanted, path, names, (name) => sqlOfColumn(name, table.types.get(name)!, table.textual));
    // One thread keeps the order. The engine writes 8 bytes a value beside its own files, which are gone afterwards.
    const values = join(engine.folder, 'values');
    const settings = [
      ...['max_threads = 1', 'max_insert_threads = 1', 'input_format_parquet_preserve_order = 1'],
      'input_format_skip_unknown_fields = 1', // columns that are not asked for
    ];
    await engine.command(
      `INSERT INTO FUNCTION file(${quoted(values)}, RowBinary, 'value Float64')
       SELECT ${value} AS value FROM ${table.sql}
       ${table.settings === '' ? 'SETTINGS' : `${table.settings},`} ${settings.join(', ')}`,
    );
    yield* doubles(values);
  } finally {
    await engine.close();
  }
}

async function* doubles(path: string): AsyncGenerator<Float64Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 8);
    // A copy, because doubles must begin at a multiple of 8.
    yield new Float64Array(Uint8Array.from(bytes.subarray(0, whole)).buffer);
    rest = bytes.subarray(whole);
  }
}

/** SQL of a column: as text and as a number, null where there is none. */
interface Sql {
  text: string;
  number: string;
}

function valueSql(wanted: Wanted, path: string, names: string[], sqlOf: (name: string) => Sql): string {
  if (wanted.kind === 'column') return `ifNull(${sqlOf(columnOf(wanted.column, path, names)).number}, nan)`;
  const label = sqlOf(columnOf(wanted.label, path, names));
  const prediction = sqlOf(columnOf(wanted.prediction, path, names));
  if (wanted.absolute) return `ifNull(abs(${prediction.number} - ${label.number}), nan)`;
  // "1" and "1.0" are the same answer; what is no number is compared as text.
  const mistake = `ifNull(${prediction.number} != ${label.number}, ${prediction.text} != ${label.text})`;
  return `toFloat64(ifNull(${mistake}, nan))`;
}

function sqlOfColumn(name: string, type: string, textual: boolean): Sql {
  const nature = textual ? 'text' : natureOfType(type);
  const text = nature === 'text' ? textValue(name) : `toString(${identifier(name)})`;
  if (nature === 'number' || nature === 'boolean') return { text, number: `toFloat64(${identifier(name)})` };
  return {
    text,
    number: `multiIf(lower(${text}) = 'true', 1., lower(${text}) = 'false', 0., toFloat64OrNull(${text}))`,
  };
}

function columnOf(column: string | undefined, path: string, names: string[]): string {
  if (column === undefined) {
    if (names.length === 1) return names[0]!;
    throw new LeewayError(
      'bad_option',
      `${path} has ${names.length} columns; say --column with one of ${names.join(', ')}`,
    );
  }
  if (names.includes(column)) return column;
  const near = nearest(column, names);
  const hint = near === undefined ? `it has ${names.join(', ')}` : `did you mean "${near}"?`;
  throw new LeewayError('column_missing', `${path} has no column "${column}"; ${hint}`);
}
