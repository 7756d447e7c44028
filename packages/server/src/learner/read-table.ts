import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetScan } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** Numbers of a column, one a row; NaN is a missing value. */
export interface NumericColumn {
  kind: 'numeric';
  values: Float64Array;
}

/** A column of strings: `categories[codes[row]]`; the code -1 is a missing value. */
export interface CategoricalColumn {
  kind: 'categorical';
  codes: Int32Array;
  categories: string[];
}

export type TableColumn = NumericColumn | CategoricalColumn;

export interface Table {
  rows: number;
  columns: Map<string, TableColumn>;
}

/**
 * Reads columns of a Parquet file, one column and row group at a time, into typed arrays: a row is never an object, so memory
 * stays near 8 bytes a number and 4 bytes a string. Booleans are read as numbers, 0 and 1, times as milliseconds; an empty string is a missing value,
 * since a missing string enters an ONNX model as the empty one.
 */
export async function readTable(path: string, wanted: Map<string, TableColumn['kind']>): Promise<Table> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const present = columnNames(metadata);
  const absent = [...wanted.keys()].filter((name) => !present.includes(name));
  if (absent.length > 0) throw new Error(`${path} lacks ${absent.join(', ')}; it has ${present.join(', ')}`);

  const scan = await parquetScan({ file, metadata, compressors, columns: [...wanted.keys()] });
  const columns = new Map<string, TableColumn>();
  for (const [name, kind] of wanted) {
    const column = kind === 'numeric' ? new NumericReader(name, rows) : new CategoricalReader(name, rows);
    for (const range of scan.ranges) column.append(await scan.readColumn({ column: name, ...range }), range.rowStart);
    columns.set(name, column.finish());
  }
  return { rows, columns };
}

function columnNames(metadata: FileMetaData): string[] {
  return metadata.schema.slice(1).map((element) => element.name);
}

class NumericReader {
  readonly #name: string;
  readonly #values: Float64Array;

  constructor(name: string, rows: number) {
    this.#name = name;
    this.#values = new Float64Array(rows);
  }

  append(data: ArrayLike<unknown>, start: number): void {
    for (let i = 0; i < data.length; i++) {
      const value = data[i];
      if (typeof value === 'number') this.#values[start + i] = value;
      else if (value === null || value === undefined) this.#values[start + i] = Number.NaN;
      else if (typeof value === 'bigint' || typeof value === 'boolean') this.#values[start + i] = Number(value);
      else if (value instanceof Date) this.#values[start + i] = value.getTime();
      else throw new Error(`column ${this.#name}, row ${start + i}: expected a number, got ${describe(value)}`);
    }
  }

  finish(): NumericColumn {
    return { kind: 'numeric', values: this.#values };
  }
}

class CategoricalReader {
  readonly #name: string;
  readonly #codes: Int32Array;
  readonly #categories: string[] = [];
  readonly #codeOf = new Map<string, number>();

  constructor(name: string, rows: number) {
    this.#name = name;
    this.#codes = new Int32Array(rows);
  }

  append(data: ArrayLike<unknown>, start: number): void {
    for (let i = 0; i < data.length; i++) this.#codes[start + i] = this.#code(data[i], start + i);
  }

  #code(value: unknown, row: number): number {
    if (value === null || value === undefined || value === '') return -1;
    if (typeof value === 'object')
      throw new Error(`column ${this.#name}, row ${row}: expected a string, got an object`);
    const text = String(value);
    const known = this.#codeOf.get(text);
    if (known !== undefined) return known;
    const code = this.#categories.push(text) - 1;
    this.#codeOf.set(text, code);
    return code;
  }

  finish(): CategoricalColumn {
    return { kind: 'categorical', codes: this.#codes, categories: this.#categories };
  }
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `the string "${value}"` : typeof value;
}
