import type { ModelConfig } from '@leeway/contract';
import { kernelShap, performanceMetrics, permutationImportance } from '@leeway/stats';
import type { Column, ColumnBatch } from '../gateway/columns.ts';
import type { Prediction } from '../gateway/runtime.ts';
import type { Evidence, Said } from '../retraining/gates/gate.ts';
import { measure } from '../retraining/gates/metrics.ts';
import { attribute, backgroundRows, checkTrees, type ReadTrees } from './by-trees.ts';
import type { Effect, Importance } from './decide/judge-importance.ts';
import { makeRows, sliceRows } from './made-up-rows.ts';
import { outputOf } from './output.ts';

/** A model, and the held-out rows that it is asked about. */
export interface ImportanceQuestion {
  model: ModelConfig;
  /** Features that the rows have. */
  features: string[];
  batch: ColumnBatch;
  /** Labels of the rows, as numbers. */
  rows: Pick<Evidence, 'task' | 'labels' | 'classes'>;
  predict(batch: ColumnBatch): Promise<Prediction>;
  repeats: number;
  seed: number;
  signal: AbortSignal;
}

const ATTRIBUTED_ROWS = 500;
const TREE_BACKGROUND = 50;
const KERNEL_BACKGROUND = 10;
const KERNEL_ASKED = 100_000;
const EFFECT_ROWS = 500;

/** How much worse the model is by a metric when a feature is shuffled among the rows. */
export async function importanceByPermutation(question: ImportanceQuestion, metric: string): Promise<Importance> {
  const { features, batch, repeats, seed, signal, rows } = question;
  const direction = performanceMetrics[rows.task].find(({ id }) => id === metric)?.better;
  const sign = direction === 'lower' || direction === 'zero' ? -1 : 1;
  const found = await permutationImportance({
    features: features.length,
    rows: batch.rows,
    repeats,
    seed,
    score: async (shuffle) => {
      signal.throwIfAborted();
      const name = shuffle && features[shuffle.feature]!;
      const asked = shuffle ? withColumn(batch, name!, shuffled(batch.columns.get(name!)!, shuffle.order)) : batch;
      const value = measure(rows, encode(await question.predict(asked), question))[metric]?.value ?? null;
      if (value === null) throw new RangeError(`${metric} cannot be measured on the rows`);
      return sign * (direction === 'zero' ? Math.abs(value) : value);
    },
  });
  return {
    method: 'permutation',
    unit: metric,
    features,
    repeats: found.importances,
    rows: batch.rows,
    effects: await effectsOf(question),
  };
}

/** Mean size of the SHAP values of the model's trees. @throws UnreadableTrees, RangeError where the trees are not the model. */
export async function importanceByTrees(question: ImportanceQuestion, trees: ReadTrees): Promise<Importance> {
  const { model, features, batch, predict, repeats } = question;
  const asked = thin(batch, ATTRIBUTED_ROWS);
  const background = thin(batch, backgroundRows(trees, TREE_BACKGROUND));
  const said = await predict(asked);
  checkTrees(trees, model, asked, said);
  const classes = model.task === 'multiclass' ? [...new Set(said.prediction as string[])].sort() : [null];
  const sizes = features.map(() => new Float64Array(asked.rows));
  let unit = '';
  for (const of of classes) {
    const found = await attribute(
      trees,
      features,
      asked,
      background,
      model.task === 'binary' ? model.columns.positive : of,
    );
    unit = found.unit;
    for (const [i, value] of found.values.entries()) {
      sizes[i % features.length]![Math.floor(i / features.length)]! += Math.abs(value) / classes.length;
    }
  }
  const groups = sizes.map((values) => groupMeans(values, repeats));
  return { method: 'shap', unit, features, repeats: groups, rows: asked.rows, effects: await effectsOf(question) };
}

/** Mean size of the SHAP values of any model, of as many rows as it can be asked about. */
export async function importanceByKernel(question: ImportanceQuestion): Promise<Importance> {
  const { model, features, batch, predict, repeats, seed, signal } = question;
  const samples = 2 * features.length + 256;
  const count = Math.max(repeats, Math.floor(KERNEL_ASKED / (KERNEL_BACKGROUND * samples)));
  const asked = thin(batch, count);
  const background = thin(batch, KERNEL_BACKGROUND);
  const sizes = features.map(() => new Float64Array(asked.rows));
  let unit = '';
  for (let row = 0; row < asked.rows; row++) {
    signal.throwIfAborted();
    const own = sliceRows(asked, row, row + 1);
    const output = outputOf(model, await predict(own));
    unit = output.unit;
    const { values } = await kernelShap(
      {
        players: features.length,
        outputs: 1,
        worth: async (members, coalitions) => {
          const sources = new Int32Array(coalitions * background.rows * features.length);
          for (let i = 0; i < sources.length; i++) {
            const made = Math.floor(i / features.length);
            const coalition = Math.floor(made / background.rows);
            sources[i] = members[coalition * features.length + (i % features.length)] ? -1 : made % background.rows;
          }
          const numbers = output.numbers(await predict(makeRows(features, own, background, sources)));
          return groupMeans(numbers, coalitions);
        },
      },
      { seed: seed + row, samples },
    );
    for (const [j, value] of values[0]!.entries()) sizes[j]![row] = Math.abs(value);
  }
  const groups = sizes.map((values) => groupMeans(values, repeats));
  return { method: 'shap', unit, features, repeats: groups, rows: asked.rows, effects: await effectsOf(question) };
}

/** Of each feature that is a number: what the model says with it high in all rows, minus with it low, on average. */
async function effectsOf({ model, features, batch, predict }: ImportanceQuestion): Promise<(Effect | null)[]> {
  if (model.task === 'multiclass') return features.map(() => null);
  const rows = thin(batch, EFFECT_ROWS);
  const effects: (Effect | null)[] = [];
  for (const name of features) {
    const column = rows.columns.get(name)!;
    const ends =
      column instanceof Float64Array ? lowAndHigh(column, model.columns.features[name]?.type === 'boolean') : null;
    if (!ends) {
      effects.push(null);
      continue;
    }
    const [low, high] = await Promise.all(
      ends.map(async (value) => {
        const said = await predict(withColumn(rows, name, new Float64Array(rows.rows).fill(value)));
        return outputOf(model, said).numbers(said);
      }),
    );
    const gaps = high!.map((value, i) => value - low![i]!);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / Math.max(1, gaps.length - 1);
    const margin = 1.96 * Math.sqrt(variance / gaps.length);
    effects.push({ value: mean, lower: mean - margin, upper: mean + margin });
  }
  return effects;
}

function lowAndHigh(values: Float64Array, isBoolean: boolean): [number, number] | null {
  if (isBoolean) return [0, 1];
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const at = (q: number) => sorted[Math.round(q * (sorted.length - 1))]!;
  if (sorted.length === 0 || sorted[0] === sorted.at(-1)) return null;
  // Where the tails are all one value, its ends tell more.
  return at(0.1) < at(0.9) ? [at(0.1), at(0.9)] : [sorted[0]!, sorted.at(-1)!];
}

/** What a model said, as metrics take it. */
function encode(said: Prediction, { model, rows }: ImportanceQuestion): Said {
  const { prediction, score, scores } = said;
  const codeOf = (name: string) =>
    rows.task === 'binary' ? (name === model.columns.positive ? 1 : 0) : rows.classes.indexOf(name);
  const predicted = prediction instanceof Float64Array ? prediction : Float64Array.from(prediction, codeOf);
  return { predicted, scores: score, ofClasses: scores };
}

/** At most so many rows, taken evenly. */
export function thin({ rows, columns }: ColumnBatch, most: number): ColumnBatch {
  if (rows <= most) return { rows, columns };
  const order = Int32Array.from({ length: most }, (_, i) => Math.floor((i * rows) / most));
  return {
    rows: most,
    columns: new Map(Array.from(columns, ([name, column]) => [name, shuffled(column, order)] as const)),
  };
}

function shuffled(column: Column, order: Int32Array): Column {
  if (column instanceof Float64Array) return Float64Array.from(order, (row) => column[row]!);
  return Array.from(order, (row) => column[row]!);
}

const withColumn = ({ rows, columns }: ColumnBatch, name: string, column: Column): ColumnBatch => ({
  rows,
  columns: new Map(columns).set(name, column),
});

/** Means of parts of the values that follow each other and are of one size, or nearly. */
function groupMeans(values: Float64Array, groups: number): Float64Array {
  return Float64Array.from({ length: groups }, (_, i) => {
    const part = values.subarray(
      Math.floor((i * values.length) / groups),
      Math.floor(((i + 1) * values.length) / groups),
    );
    return part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
  });
}
