import { LeewayError, type ModelConfig } from '@leeway/contract';
import { type InferInput, type RawColumn, readColumns } from './columns.ts';
import type { Answer } from './gateway.ts';

/**
 * The JSON messages of MLflow's scoring server: exactly one of `dataframe_split`, `dataframe_records`, `instances` and
 * `inputs`, and `params`. Columns that the model does not declare are left aside, as MLflow does; the model's id and time
 * columns are taken as such.
 */
export interface InvocationRequest extends InferInput {
  /** Whether scores are asked for, by `"params": {"proba": true}`. */
  proba: boolean;
}

type Row = Record<string, unknown>;

const FORMATS: Record<string, (given: unknown, features: string[]) => { rows: number; raw: RawColumn }> = {
  dataframe_split: readSplit,
  dataframe_records: (given) => readRecords('dataframe_records', given),
  instances: readInstances,
  inputs: readInputs,
};

export function parseInvocation(model: ModelConfig, body: unknown): InvocationRequest {
  const names = Object.keys(FORMATS);
  const given = isObject(body) ? names.filter((name) => body[name] !== undefined) : [];
  if (!isObject(body) || given.length !== 1) {
    throw invalid(
      `expected an object with exactly one of ${names.join(', ')}, got ${given.join(' and ') || 'none of them'}`,
    );
  }
  const { rows, raw } = FORMATS[given[0]!]!(body[given[0]!], Object.keys(model.columns.features));
  const params = body['params'];
  return { ...readColumns(model, rows, raw), proba: isObject(params) && params['proba'] === true };
}

/**
 * The answer: by default a list of classes or numbers, which is what MLflow's clients expect of a model; with `proba` a list
 * of `{prediction, score}`, where score is the probability of the positive class, null for tasks that have none; and
 * `scores`, that of each class, where these are recorded.
 */
export function formatInvocation(request: InvocationRequest, { prediction, score, scores }: Answer): object {
  if (!request.proba) return { predictions: Array.from<string | number>(prediction) };
  return {
    predictions: Array.from<string | number, object>(prediction, (value, row) => ({
      prediction: value,
      score: score?.[row] ?? null,
      ...(scores ? { scores: Object.fromEntries(Array.from(scores, ([name, values]) => [name, values[row]])) } : {}),
    })),
  };
}

/** {columns: [name, ...], data: [[value, ...], ...]}, pandas' orient="split". */
function readSplit(given: unknown) {
  const { columns, data } = isObject(given) ? given : {};
  if (!Array.isArray(columns) || !Array.isArray(data)) {
    throw invalid('expected dataframe_split to be {columns: [name, ...], data: [[value, ...], ...]}');
  }
  return readLists('dataframe_split.data', data, columns);
}

/** [{name: value, ...}, ...], pandas' orient="records". A name may lack in some rows; there the value is missing. */
function readRecords(where: string, given: unknown) {
  if (!Array.isArray(given)) throw invalid(`expected ${where} to be a list of objects`);
  const odd = given.findIndex((row) => !isObject(row));
  if (odd >= 0) throw invalid(`${where}: row ${odd} is not an object`);
  const records: Row[] = given;
  const raw: RawColumn = (name) => {
    if (!records.some((row) => Object.hasOwn(row, name))) return undefined;
    return records.map((row) => (Object.hasOwn(row, name) ? row[name] : null));
  };
  return { rows: records.length, raw };
}

/** A list of objects, or of lists with the features in declared order. */
function readInstances(given: unknown, features: string[]) {
  if (!Array.isArray(given)) throw invalid('expected instances to be a list of objects, or of lists');
  return Array.isArray(given[0]) ? readLists('instances', given, features) : readRecords('instances', given);
}

/** {name: [value, ...], ...}. */
function readInputs(given: unknown) {
  if (!isObject(given)) throw invalid('expected inputs to be an object with a list of values for each column');
  const columns = Object.entries(given);
  const rows = Array.isArray(columns[0]?.[1]) ? columns[0][1].length : 0;
  for (const [name, values] of columns) {
    if (Array.isArray(values) && values.length === rows) continue;
    const got = Array.isArray(values) ? `a list of ${values.length}` : typeof values;
    throw invalid(`inputs.${name}: expected a list of ${rows} values, as of ${columns[0]![0]}, got ${got}`);
  }
  return { rows, raw: ((name) => (Object.hasOwn(given, name) ? (given[name] as unknown[]) : undefined)) as RawColumn };
}

function readLists(where: string, data: unknown[], columns: unknown[]) {
  const odd = data.findIndex((row) => !Array.isArray(row) || row.length !== columns.length);
  if (odd >= 0) {
    throw invalid(`${where}: row ${odd} is no list of ${columns.length} values, one each for ${columns.join(', ')}`);
  }
  const lists = data as unknown[][];
  const raw: RawColumn = (name) => {
    const position = columns.indexOf(name);
    return position < 0 ? undefined : lists.map((row) => row[position]);
  };
  return { rows: lists.length, raw };
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const invalid = (detail: string) => new LeewayError('invalid_request', detail);
