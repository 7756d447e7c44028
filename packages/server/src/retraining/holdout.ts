import { LeewayError, type ModelConfig } from '@leeway/contract';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import type { Column, ColumnBatch } from '../gateway/columns.ts';
import type { Prediction } from '../gateway/runtime.ts';
import {
  type CategoricalColumn,
  type NumericColumn,
  readTable,
  type Table,
  type TableColumn,
} from '../learner/read-table.ts';
import { classScores } from '../warehouse/model-tables.ts';
import type { Scorer } from './context.ts';

/** The held-out rows of a run, by column, in order of time. */
export interface Holdout {
  table: Table;
  label: TableColumn;
  id: CategoricalColumn;
  /** Milliseconds since 1970. */
  times: Float64Array;
  /** 1 where a row is of the old regime; null where none was held out. */
  old: Uint8Array | null;
  /** Columns by which rows are told apart, those that are there. */
  columns: Map<string, TableColumn>;
}

/** @param wanted columns that gates need beside the features, such as slices and protected ones. */
export async function readHoldout(path: string, model: ModelConfig, wanted: readonly string[] = []): Promise<Holdout> {
  const present = await columnsOf(path);
  const kinds = featureKinds(model);
  const extra = wanted.filter((name) => present.has(name) && !kinds.has(name));
  for (const name of [...extra, 'id', ...(present.has(REGIME) ? [REGIME] : [])]) kinds.set(name, 'categorical');
  kinds.set('label', model.task === 'regression' ? 'numeric' : 'categorical');
  kinds.set('time', 'numeric');
  const table = await readTable(path, kinds);
  const regime = table.columns.get(REGIME) as CategoricalColumn | undefined;
  const oldCode = regime?.categories.indexOf('old') ?? -1;
  return {
    table,
    label: table.columns.get('label')!,
    id: table.columns.get('id') as CategoricalColumn,
    times: (table.columns.get('time') as NumericColumn).values,
    old: regime && oldCode >= 0 ? Uint8Array.from(regime.codes, (code) => (code === oldCode ? 1 : 0)) : null,
    columns: new Map(wanted.flatMap((name) => (table.columns.has(name) ? [[name, table.columns.get(name)!]] : []))),
  };
}

/** The column that says of which part of the held-out rows a row is. */
const REGIME = 'regime';

const columnsOf = async (path: string): Promise<ReadonlySet<string>> => {
  const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  return new Set(schema.slice(1).map((element) => element.name));
};

function featureKinds(model: ModelConfig): Map<string, TableColumn['kind']> {
  return new Map(
    Object.entries(model.columns.features)
      // A table has no column of vectors: a model that takes one is scored by its trainer.
      .filter(([, { type }]) => type !== 'vector')
      .map(([name, { type }]) => [name, type === 'categorical' || type === 'text' ? 'categorical' : 'numeric']),
  );
}

/** The features of some rows. */
export const readFeatures = (path: string, model: ModelConfig): Promise<Table> => readTable(path, featureKinds(model));

/** Rows that a model is asked about at once. */
const BATCH_ROWS = 8_192;

/** What a model says of every held-out row. */
export const scoreHoldout = (scorer: Scorer, model: ModelConfig, { table }: Holdout): Promise<Prediction> =>
  scoreTable(scorer, model, table);

/** Some rows, as a model takes them. */
export const rowsBatch = (
  { table }: Pick<Holdout, 'table'>,
  model: ModelConfig,
  from: number,
  to: number,
): ColumnBatch => ({
  rows: to - from,
  columns: new Map(
    Object.keys(model.columns.features).flatMap((name) => {
      const column = table.columns.get(name);
      return column ? [[name, slice(column, from, to)] as const] : [];
    }),
  ),
});

/** What a model says of every row of a table. */
export async function scoreTable(scorer: Scorer, model: ModelConfig, table: Table): Promise<Prediction> {
  const regression = model.task === 'regression';
  const numbers = regression ? new Float64Array(table.rows) : null;
  const classes: string[] = [];
  let score: Float64Array | null = null;
  const ofClasses = new Map<string, Float64Array>();
  for (let from = 0; from < table.rows; from += BATCH_ROWS) {
    const to = Math.min(table.rows, from + BATCH_ROWS);
    const scores = await scorer.predict(rowsBatch({ table }, model, from, to));
    if (scores.prediction.length !== to - from) {
      throw new Error(`it gave ${scores.prediction.length} predictions for ${to - from} rows`);
    }
    if (numbers) numbers.set(Float64Array.from(scores.prediction, Number), from);
    else for (const said of scores.prediction) classes.push(String(said));
    if (scores.score) {
      score ??= new Float64Array(table.rows).fill(Number.NaN);
      score.set(scores.score, from);
    }
    for (const [name, values] of scores.scores ?? []) {
      const column = ofClasses.get(name) ?? new Float64Array(table.rows).fill(Number.NaN);
      column.set(values, from);
      ofClasses.set(name, column);
    }
  }
  return { prediction: numbers ?? classes, score, ...(ofClasses.size > 0 ? { scores: ofClasses } : {}) };
}

function slice(column: TableColumn, from: number, to: number): Column {
  if (column.kind === 'numeric') return column.values.subarray(from, to);
  return Array.from(column.codes.subarray(from, to), (code) => (code < 0 ? null : column.categories[code]!));
}

/** What the trainer itself says that its model predicts, in the order of the held-out rows. */
export async function readPredictions(path: string, model: ModelConfig, holdout: Holdout): Promise<Prediction> {
  const table = await readTableOrSay(path, model);
  const id = table.columns.get('id') as CategoricalColumn;
  const rowOf = new Map<string, number>();
  for (let row = 0; row < table.rows; row++) rowOf.set(id.categories[id.codes[row]!] ?? '', row);
  const rows = Int32Array.from(holdout.id.codes, (code) => rowOf.get(holdout.id.categories[code] ?? '') ?? -1);
  const absent = rows.indexOf(-1);
  if (absent >= 0) {
    const name = holdout.id.categories[holdout.id.codes[absent]!];
    throw new LeewayError('broken_model', `${path} has no prediction for the held-out row ${name}`);
  }
  const said = table.columns.get('prediction')!;
  const numbersOf = (name: string) => {
    const column = table.columns.get(name) as NumericColumn | undefined;
    return column ? Float64Array.from(rows, (row) => column.values[row]!) : null;
  };
  const recorded = classScores(model);
  const ofClasses = recorded.flatMap(([name, column]): [string, Float64Array][] => {
    const numbers = numbersOf(column);
    return numbers ? [[name, numbers]] : [];
  });
  return {
    prediction:
      said.kind === 'numeric'
        ? Float64Array.from(rows, (row) => said.values[row]!)
        : Array.from(rows, (row) => said.categories[said.codes[row]!] ?? ''),
    score: numbersOf('score'),
    ...(ofClasses.length > 0 && ofClasses.length === recorded.length ? { scores: new Map(ofClasses) } : {}),
  };
}

async function readTableOrSay(path: string, model: ModelConfig): Promise<Table> {
  try {
    const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    const kinds = new Map<string, TableColumn['kind']>([
      ['id', 'categorical'],
      ['prediction', model.task === 'regression' ? 'numeric' : 'categorical'],
    ]);
    for (const column of ['score', ...classScores(model).map(([, name]) => name)]) {
      if (schema.some((element) => element.name === column)) kinds.set(column, 'numeric');
    }
    return await readTable(path, kinds);
  } catch (error) {
    throw new LeewayError('broken_model', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
