import { type ColumnType, LeewayError, type ModelConfig } from '@leeway/contract';
import { isVector } from '../ingest/validate.ts';
import { recordedColumns } from '../warehouse/model-tables.ts';

/** Values of one column: numbers (a boolean is 0 or 1) where NaN is missing, or strings or vectors where null is. */
export type Column = Float64Array | (string | readonly number[] | null)[];

/** Rows by columns, as they go to a model and into the capture. Every column has `rows` values. */
export interface ColumnBatch {
  rows: number;
  columns: Map<string, Column>;
}

/** What a caller asks for: the rows, and what it says of them. */
export interface InferInput {
  batch: ColumnBatch;
  /** Ids of the rows; null where the request has none. */
  ids: string[] | null;
  /** Times of the predictions in milliseconds since 1970; null where the request has none. */
  times: Float64Array | null;
}

/** The values that a request gives for a column; undefined where it does not have the column. */
export type RawColumn = (name: string) => readonly unknown[] | undefined;

export interface RecordedColumn {
  name: string;
  /** The warehouse's name of it. */
  key: string;
  type: ColumnType;
  /** Whether the model takes it; the others serve slices and groups. */
  feature: boolean;
}

const recorded = new WeakMap<ModelConfig, RecordedColumn[]>();

/** The columns that are recorded with a prediction; worked out once for each configuration, since every request needs them. */
export function recordedOf(model: ModelConfig): readonly RecordedColumn[] {
  let columns = recorded.get(model);
  if (!columns) {
    const { features } = model.columns;
    columns = Array.from(recordedColumns(model), ([name, type]) => {
      return { name, key: `f_${name}`, type, feature: Object.hasOwn(features, name) };
    });
    recorded.set(model, columns);
  }
  return columns;
}

/**
 * Turns a request's values into typed columns. All features must be there, each at least as null, so that a renamed column is
 * an error and not a column of missing values; columns for slices and groups, the id and the time may be left out.
 */
export function readColumns(model: ModelConfig, rows: number, raw: RawColumn): InferInput {
  if (rows === 0) throw new LeewayError('invalid_request', 'there are no rows in it');
  const columns = new Map<string, Column>();
  const absent: string[] = [];
  for (const { name, type, feature } of recordedOf(model)) {
    const values = raw(name);
    if (values) columns.set(name, toColumn(name, type, values, model.columns.features[name]?.dimension ?? 0));
    else if (feature) absent.push(name);
  }
  if (absent.length > 0) {
    const declared = Object.keys(model.columns.features).join(', ');
    throw new LeewayError(
      'invalid_request',
      `it lacks ${absent.join(', ')}; the features of ${model.name} are ${declared}; send null for a missing value`,
    );
  }
  const { id, time } = model.columns;
  const ids = raw(id);
  const times = raw(time);
  return {
    batch: { rows, columns },
    ids: ids ? ids.map((value, row) => toId(id, row, value)) : null,
    times: times ? convert(times, (value, row) => toTime(time, row, value)) : null,
  };
}

/** Ids for rows that came without: that of the request for a single row, with the row's position for several. */
export function idsOf(requestId: string, rows: number): string[] {
  return rows === 1 ? [requestId] : Array.from({ length: rows }, (_, row) => `${requestId}:${row}`);
}

function toColumn(name: string, type: ColumnType, values: readonly unknown[], dimension: number): Column {
  if (type === 'vector') return values.map((value, row) => toVector(name, row, value, dimension));
  if (type === 'categorical' || type === 'text') return values.map((value, row) => toCategory(name, row, value));
  const toValue = type === 'numeric' ? toNumber : toBoolean;
  return convert(values, (value, row) => toValue(name, row, value));
}

/** As Float64Array.from does, without its iterator, which costs more than the rest of the request. */
function convert(values: readonly unknown[], toValue: (value: unknown, row: number) => number): Float64Array {
  const result = new Float64Array(values.length);
  for (let row = 0; row < result.length; row++) result[row] = toValue(values[row], row);
  return result;
}

function toNumber(name: string, row: number, value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return Number.NaN;
  throw wrongType(name, row, value, 'a number or null');
}

function toBoolean(name: string, row: number, value: unknown): number {
  if (value === true || value === 1) return 1;
  if (value === false || value === 0) return 0;
  if (value === null || value === undefined) return Number.NaN;
  throw wrongType(name, row, value, 'true, false or null');
}

/** Classes are texts; 1, 1.0 and true are the same class "1", as at ingest. */
function toCategory(name: string, row: number, value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  throw wrongType(name, row, value, 'a string or null');
}

function toVector(name: string, row: number, value: unknown, dimension: number): number[] | null {
  if (value === null || value === undefined) return null;
  if (isVector(value, dimension)) return value;
  const length = Array.isArray(value) ? ` (${value.length} values)` : '';
  throw wrongType(name, row, value, `a list of ${dimension} numbers or null`, length);
}

function toId(name: string, row: number, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= 512) return value;
  if (typeof value === 'number') return String(value);
  throw wrongType(name, row, value, 'an id: a string of up to 512 characters, or a number');
}

const INSTANT = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/;

function toTime(name: string, row: number, value: unknown): number {
  const ms = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value.replace(' ', 'T')) : value;
  if (typeof ms === 'number' && Number.isFinite(ms)) return Math.trunc(ms);
  throw wrongType(name, row, value, 'a time: ISO 8601 with a zone, or milliseconds since 1970');
}

function wrongType(name: string, row: number, value: unknown, expected: string, note = ''): LeewayError {
  const got = JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
  return new LeewayError('wrong_type', `column "${name}", row ${row}: expected ${expected}, got ${got}${note}`);
}
