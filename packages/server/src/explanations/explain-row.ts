import type { Contribution, ExplainRequest, Explanation, ModelConfig } from '@leeway/contract';
import { kernelShap, lime } from '@leeway/stats';
import type { Column, ColumnBatch } from '../gateway/columns.ts';
import type { Prediction } from '../gateway/runtime.ts';
import { binFeature } from './bins.ts';
import { attribute, backgroundRows, checkTrees, type ReadTrees } from './by-trees.ts';
import { makeRows, sameValue, sliceRows } from './made-up-rows.ts';
import { outputOf } from './output.ts';
import { UnreadableTrees } from './read-ensemble.ts';

export interface RowQuestion {
  model: ModelConfig;
  /** One row. */
  row: ColumnBatch;
  background: ColumnBatch;
  method: ExplainRequest['method'];
  /** The model's trees, or why it has none that can be read. */
  trees: ReadTrees | UnreadableTrees;
  predict(batch: ColumnBatch): Promise<Prediction>;
}

export type RowExplanation = Omit<Explanation, 'model' | 'version' | 'id' | 'background'> & { backgroundRows: number };

/** Rows of the background that each coalition is tried against, and rows that the model may be asked about in all. */
const BACKGROUND = 50;
const TREE_BACKGROUND = 100;
const MOST_ASKED = 100_000;
const LIME_ROWS = 5_000;
/** Rows that are made up at once. */
const AT_ONCE = 8_192;
/** Chance is the same on every call, so that a row asked about twice has one answer. */
const SEED = 20_170_413;

/** Why a model says what it says of a row: which features move it away from what it says on average, and how far. */
export async function explainRow(question: RowQuestion): Promise<RowExplanation> {
  const { model, row, method, predict } = question;
  const features = Object.keys(model.columns.features);
  const said = await predict(row);
  const output = outputOf(model, said);
  const about = { prediction: said.prediction[0]!, of: output.of };
  let asked = 1;
  const ask = async (background: ColumnBatch, sources: Int32Array): Promise<Float64Array> => {
    const rows = sources.length / features.length;
    const numbers = new Float64Array(rows);
    for (let from = 0; from < rows; from += AT_ONCE) {
      const part = sources.subarray(from * features.length, Math.min(rows, from + AT_ONCE) * features.length);
      numbers.set(output.numbers(await predict(makeRows(features, row, background, part))), from);
    }
    asked += rows;
    return numbers;
  };

  if (method === 'lime') {
    const found = await explainByLime(question, features, ask);
    return { ...found, ...about, method, unit: output.unit, evaluations: asked };
  }
  let why: string;
  try {
    if (question.trees instanceof UnreadableTrees) throw question.trees;
    const found = await explainByTrees(question, question.trees, features, output.of);
    return { ...found, ...about, evaluations: found.backgroundRows + 1 };
  } catch (error) {
    if (!(error instanceof UnreadableTrees) && !(error instanceof RangeError)) throw error;
    why = error.message;
  }
  const found = await explainByKernel(question, features, ask);
  const note = `The trees of the model are not read: ${why}.`;
  return { ...found, ...about, unit: output.unit, evaluations: asked, note };
}

type Ask = (background: ColumnBatch, sources: Int32Array) => Promise<Float64Array>;

async function explainByTrees(
  { model, row, background, predict }: RowQuestion,
  trees: ReadTrees,
  features: string[],
  of: string | null,
) {
  const few = sliceRows(background, 0, Math.min(background.rows, backgroundRows(trees, TREE_BACKGROUND)));
  checkTrees(trees, model, few, await predict(few));
  checkTrees(trees, model, row, await predict(row));
  const { unit, base, values, outputs } = await attribute(trees, features, row, few, of);
  return {
    ...{ method: 'tree_shap' as const, unit, base, output: outputs[0]!, exact: true, fit: null },
    contributions: listed(features, row, values, null),
    backgroundRows: few.rows,
    note:
      unit === 'log_odds' ? 'Contributions add up before the trees are turned into a probability: as log-odds.' : null,
  };
}

/** Only features that differ from the background somewhere can contribute, so only these play. */
async function explainByKernel({ row, background }: RowQuestion, features: string[], ask: Ask) {
  const few = sliceRows(background, 0, Math.min(background.rows, BACKGROUND));
  const players = features.flatMap((name, j) => {
    const [own, others] = [row.columns.get(name)![0]!, few.columns.get(name)!];
    return Array.from(others as ArrayLike<Column[number]>).every((other) => sameValue(own, other)) ? [] : [j];
  });
  const found = await kernelShap(
    {
      players: players.length,
      outputs: 1,
      worth: async (members, count) => {
        const sources = new Int32Array(count * few.rows * features.length).fill(-1);
        for (let i = 0; i < count * few.rows; i++) {
          const coalition = Math.floor(i / few.rows) * players.length;
          for (const [player, j] of players.entries()) {
            if (!members[coalition + player]) sources[i * features.length + j] = i % few.rows;
          }
        }
        const numbers = await ask(few, sources);
        return Float64Array.from({ length: count }, (_, i) => {
          const part = numbers.subarray(i * few.rows, (i + 1) * few.rows);
          return part.reduce((sum, x) => sum + x, 0) / few.rows;
        });
      },
    },
    { seed: SEED, samples: Math.min(2 * players.length + 2_048, Math.floor(MOST_ASKED / few.rows)) },
  );
  const spread = (values: Float64Array) => {
    const all = new Float64Array(features.length);
    for (const [player, j] of players.entries()) all[j] = values[player]!;
    return all;
  };
  return {
    ...{ method: 'kernel_shap' as const, base: found.base[0]!, output: found.full[0]!, exact: found.exact, fit: null },
    contributions: listed(features, row, spread(found.values[0]!), found.exact ? null : spread(found.errors[0]!)),
    backgroundRows: few.rows,
  };
}

async function explainByLime({ row, background }: RowQuestion, features: string[], ask: Ask) {
  const binned = features.map((name) => binFeature(name, row.columns.get(name)![0]!, background.columns.get(name)!));
  const found = await lime({
    bins: binned.map(({ bins }) => bins),
    own: Int32Array.from(binned, ({ own }) => own),
    samples: LIME_ROWS,
    seed: SEED,
    predict: (sources) => ask(background, sources),
  });
  return {
    ...{ base: found.intercept, output: found.prediction, exact: false, fit: found.r2 },
    contributions: listed(
      features,
      row,
      found.values,
      found.errors,
      binned.map(({ condition }) => condition),
    ),
    backgroundRows: background.rows,
    note: `A linear model near the row, which says ${found.local.toPrecision(4)} of it.`,
  };
}

function listed(
  features: string[],
  row: ColumnBatch,
  values: Float64Array,
  errors: Float64Array | null,
  conditions: string[] | null = null,
): Contribution[] {
  return features
    .map((feature, j) => {
      const value = row.columns.get(feature)![0]!;
      return {
        feature,
        value: Number.isNaN(value) ? null : value,
        contribution: values[j]!,
        error: errors?.[j] ?? null,
        condition: conditions?.[j] ?? null,
      };
    })
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}
