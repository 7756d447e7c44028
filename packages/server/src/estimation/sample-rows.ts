import type { ColumnKind, Task, TreeFeature } from '@leeway/stats';
import { identifier, type Params, type Warehouse } from '../warehouse/warehouse.ts';
import type { LabelledRows } from './learn.ts';

/** Columns that trees learn from: their name in the rows, and their type. */
export type SampledColumn = readonly [name: string, type: ColumnKind];

/** A random sample of rows, the same on every run: those with the smallest hashes of their ids. */
export interface Sample {
  /** Values as they came, by column. */
  columns: unknown[][];
  predictions: unknown[];
  scores: (number | null)[];
  labels: unknown[];
}

/** Reads at most `most` rows that have a prediction and, where asked for, a label. `rows` has id, prediction, score and label. */
export async function sampleRows(
  warehouse: Warehouse,
  rows: string,
  params: Params,
  columns: readonly SampledColumn[],
  { most, labelled }: { most: number; labelled: boolean },
): Promise<Sample> {
  const names = columns.map(([name], i) => `${identifier(name)} AS c${i}`).join(', ');
  const found = await warehouse.query<Record<string, unknown>>(
    `SELECT ${names}${names === '' ? '' : ', '}prediction AS said, score AS chance${labelled ? ', label AS truth' : ''} FROM ${rows}
     WHERE isNotNull(prediction)${labelled ? ' AND isNotNull(label)' : ''} ORDER BY cityHash64(toString(id)) LIMIT ${most}`,
    params,
    'estimate/sample',
  );
  return {
    columns: columns.map((_, i) => found.map((row) => row[`c${i}`])),
    predictions: found.map((row) => row['said']),
    scores: found.map((row) => row['chance'] as number | null),
    labels: found.map((row) => row['truth'] ?? null),
  };
}

/** For each categorical column its values, whose positions are their codes; null for the others. Plain JSON. */
export type Codes = (string[] | null)[];

export function codesOf(sample: Sample, columns: readonly SampledColumn[]): Codes {
  return columns.map(([, type], i) =>
    type === 'categorical'
      ? [...new Set(sample.columns[i]!.filter((value) => value !== null).map(String))].sort()
      : null,
  );
}

/** The sample as trees take it; a value without a code counts as missing. */
export function treeFeatures(sample: Sample, codes: Codes): TreeFeature[] {
  return codes.map((values, i): TreeFeature => {
    const column = sample.columns[i]!;
    if (!values) {
      return { kind: 'numeric', values: Float64Array.from(column, (x) => (x === null ? Number.NaN : Number(x))) };
    }
    const codeOf = new Map(values.map((value, code) => [value, code]));
    return { kind: 'categorical', values: Int32Array.from(column, (x) => codeOf.get(String(x)) ?? -1) };
  });
}

/** Numbers of a column that has no null among them. */
export const numbers = (column: readonly unknown[]): Float64Array => Float64Array.from(column, Number);

/** What was said and what was so, as numbers: of a classifier 1 where it is the positive class. */
export function outputsOf(
  { predictions, labels, scores }: Sample,
  task: Task,
  positive: string,
): Omit<LabelledRows, 'features'> {
  if (task === 'regression') return { task, predictions: numbers(predictions), labels: numbers(labels), scores: null };
  const answers = (column: readonly unknown[]) => Float64Array.from(column, (x) => (String(x) === positive ? 1 : 0));
  const said = answers(predictions);
  // Without a score for each row, the prediction is taken for one.
  const chances = scores.every((score) => score !== null) ? numbers(scores) : said;
  return { task: 'binary', predictions: said, labels: answers(labels), scores: chances };
}
