import { type ColumnType, ERRORS, type ErrorCode, type ModelConfig } from '@leeway/contract';
import { classScores, recordedColumns, scoreKey } from '../warehouse/model-tables.ts';

/** A row as the warehouse holds it, column by column. */
export type WarehouseRow = Record<string, unknown>;

export type Checked = { row: WarehouseRow } | { code: ErrorCode; message: string };

/** Times further ahead than this, or further back, point to a wrong clock or a wrong unit. */
const FUTURE_MS = 3_600_000;
const PAST_MS = 30 * 365 * 86_400_000;

/** Members of a row that Leeway knows by name, beside the model's own columns (which win if they have the same name). */
const RESERVED = ['version', 'weight', 'latency_ms', 'error', 'request'] as const;

/**
 * Makes the check of one prediction of a model: from a row under the user's column names to one under the warehouse's,
 * or the reason why it can't be. Pure; compiled once per model since it runs for every row.
 */
export function predictionCheck(model: ModelConfig): (input: unknown, now: number) => Checked {
  const { id, time, prediction, score, features } = model.columns;
  const recorded = [...recordedColumns(model)].map(([name, type]) => ({
    ...{ name, key: `f_${name}`, type },
    dimension: features[name]?.dimension ?? 0,
  }));
  const scores = [
    ...(score === undefined ? [] : [{ column: score, key: 'score', what: 'the score' }]),
    ...classScores(model).map(([name, column]) => {
      return { column, key: scoreKey(name), what: `the probability of "${name}"` };
    }),
  ];
  const reserved = RESERVED.filter((name) => !features[name]);
  const regression = model.task === 'regression';

  return (input, now) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return refuse('row_not_an_object', `got ${show(input)}`);
    const given = input as Record<string, unknown>;
    const row: WarehouseRow = { received: now, version: '', role: 'live', request: '', error: '', weight: 1 };

    const rowId = idOf(given[id]);
    if (rowId === undefined)
      return refuse('missing_id', `column "${id}" holds ${show(given[id])}; expected a text or a number`);
    row['id'] = rowId;

    const at = timeOf(given[time]);
    if (at === undefined) {
      const code = given[time] === undefined || given[time] === null ? 'missing_time' : 'invalid_time';
      return refuse(code, `column "${time}" holds ${show(given[time])}`);
    }
    // The engine's days begin in 1970, whatever the clock says.
    if (at > now + FUTURE_MS || at < Math.max(0, now - PAST_MS)) {
      return refuse(
        'clock_far_off',
        `column "${time}" says ${new Date(at).toISOString()}, and it is ${new Date(now).toISOString()}`,
      );
    }
    row['time'] = at;

    for (const { name, key, type, dimension } of recorded) {
      const value = given[name];
      if (value === undefined || value === null || value === '') continue;
      const converted = convert(value, type, dimension);
      if (converted === undefined) {
        const expected = type === 'vector' ? `a vector of ${dimension} numbers` : type;
        const length = type === 'vector' && Array.isArray(value) ? `, ${value.length} values` : '';
        return refuse('wrong_type', `column "${name}" is ${expected} and holds ${show(value)}${length}`);
      }
      row[key] = converted;
    }

    const output = outputOf(given[prediction], regression);
    if (output === undefined) {
      const expected = regression ? 'a number' : 'a class (text, number or true/false)';
      return refuse(
        'wrong_type',
        `column "${prediction}" is the prediction and holds ${show(given[prediction])}; expected ${expected}`,
      );
    }
    row['prediction'] = output;
    for (const { column, key, what } of scores) {
      const value = given[column];
      if (value === undefined || value === null) continue;
      if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
        return refuse(
          'wrong_type',
          `column "${column}" is ${what} and holds ${show(value)}; expected a number from 0 to 1`,
        );
      }
      row[key] = value;
    }
    for (const name of reserved) {
      const value = given[name];
      if (value === undefined || value === null) continue;
      const numeric = name === 'weight' || name === 'latency_ms';
      if (numeric ? typeof value !== 'number' || !(value >= 0) : typeof value !== 'string') {
        return refuse(
          'wrong_type',
          `"${name}" holds ${show(value)}; expected ${numeric ? 'a number, 0 or more' : 'a text'}`,
        );
      }
      row[name] = value;
    }
    // Rows without an outcome of the model are its past: they serve as reference and for training.
    if (output === null && row['error'] === '') row['role'] = 'history';
    return { row };
  };
}

/** Makes the check of one label of a model. A label of null withdraws what was said before. */
export function labelCheck(model: ModelConfig): (input: unknown, now: number) => Checked {
  const { id, label } = model.columns;
  const regression = model.task === 'regression';
  return (input, now) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return refuse('row_not_an_object', `got ${show(input)}`);
    const given = input as Record<string, unknown>;
    const rowId = idOf(given[id]);
    if (rowId === undefined)
      return refuse('missing_id', `column "${id}" holds ${show(given[id])}; expected a text or a number`);
    if (given[label] === undefined) return refuse('missing_label', `column "${label}" is not there`);
    const value = outputOf(given[label], regression);
    if (value === undefined) {
      return refuse(
        'wrong_type',
        `column "${label}" is the label and holds ${show(given[label])}; expected ${regression ? 'a number' : 'a class'}`,
      );
    }
    return { row: { id: rowId, label: value, received: now, source: 'label' } };
  };
}

export function refuse(code: ErrorCode, message: string): Checked {
  return { code, message: `${ERRORS[code][1]}: ${message}` };
}

export function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' || value.length > 512 ? undefined : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** The last instant that a date can hold. */
const END_OF_TIME = 8.64e15;

/** Milliseconds of a time given as ISO 8601 with a zone, as a plain date, or as milliseconds since 1970. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Math.abs(value) <= END_OF_TIME ? Math.trunc(value) : undefined;
  if (typeof value !== 'string') return undefined;
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/.test(value)) return undefined;
  // JavaScript reads 30 February as 2 March.
  const day = Number(value.slice(8, 10));
  if (day > 28 && day > new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate())
    return undefined;
  const ms = Date.parse(value.replace(' ', 'T'));
  return Number.isNaN(ms) ? undefined : ms;
}

function convert(value: unknown, type: ColumnType, dimension: number): unknown {
  switch (type) {
    case 'numeric':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : value === 0 || value === 1 ? value === 1 : undefined;
    case 'categorical':
      return classOf(value);
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'vector':
      return isVector(value, dimension) ? value : undefined;
  }
}

/** Whether it is a list of so many numbers that stay finite in single precision, in which they are kept. */
export function isVector(value: unknown, dimension: number): value is number[] {
  if (!Array.isArray(value) || value.length !== dimension) return false;
  return value.every((x) => typeof x === 'number' && Number.isFinite(Math.fround(x)));
}

/** Null for "not there"; undefined for something that can't be an output. */
export function outputOf(value: unknown, regression: boolean): string | number | null | undefined {
  if (value === undefined || value === null) return null;
  if (!regression) return classOf(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Classes are texts; 1, 1.0 and true are the same class "1". */
function classOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
