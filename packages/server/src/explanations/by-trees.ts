import type { Explanation, ModelConfig } from '@leeway/contract';
import type { ColumnBatch } from '../gateway/columns.ts';
import { classesOf } from '../gateway/onnx-classes.ts';
import type { Prediction } from '../gateway/runtime.ts';
import type { ModelProto } from '../learner/onnx-proto.ts';
import { afterTrees, type OnnxTrees, rawOf, readTrees, treeRows } from './onnx-trees.ts';
import { UnreadableTrees } from './read-ensemble.ts';
import { runTreeShap } from './run-tree-shap.ts';

/** SHAP values of rows against a background, in the unit of the trees. */
export interface TreeAttribution {
  unit: Explanation['unit'];
  base: number;
  /** Rows x features, in the order in which the model declares them; a feature that the trees do not take has 0. */
  values: Float64Array;
  outputs: Float64Array;
}

/** A model's trees, and which of their outputs is that of a class. */
export interface ReadTrees {
  trees: OnnxTrees;
  classes: string[] | null;
}

/** @throws UnreadableTrees */
export function treesOf(proto: ModelProto, model: ModelConfig): ReadTrees {
  return {
    trees: readTrees(proto, Object.keys(model.columns.features)),
    classes: model.task === 'regression' ? null : classesOf(proto),
  };
}

/** Steps through trees that a call may take, about a second of them. */
const MOST_STEPS = 4e7;

/** Rows of the background that trees of this size are compared with. */
export function backgroundRows({ trees: { ensemble } }: ReadTrees, most: number): number {
  const nodes = ensemble.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  return Math.max(10, Math.min(most, Math.floor(MOST_STEPS / (8 * nodes))));
}

/** Single precision sums in another order than ours. */
const TOLERANCE = 1e-4;

/**
 * Makes sure that the trees are the whole model: what they say must be what the model said.
 * @throws UnreadableTrees where it is not, so that nothing is explained that is not served.
 */
export function checkTrees(read: ReadTrees, model: ModelConfig, batch: ColumnBatch, said: Prediction): void {
  const { trees, classes } = read;
  const found = afterTrees(trees, rawOf(trees, treeRows(trees, batch)));
  const width = found.length / batch.rows;
  const agree = (values: ArrayLike<number>, column: number) => {
    for (let row = 0; row < batch.rows; row++) {
      const gap = Math.abs(values[row]! - found[row * width + column]!);
      if (!(gap <= TOLERANCE * Math.max(1, Math.abs(values[row]!)))) {
        throw new UnreadableTrees('the model says something else than its trees alone');
      }
    }
  };
  if (model.task === 'regression') return agree(said.prediction as Float64Array, 0);
  if (!classes || classes.length !== width) throw new UnreadableTrees('its graph does not tell its classes');
  if (said.score) agree(said.score, classes.indexOf(model.columns.positive));
  for (const [name, values] of said.scores ?? []) agree(values, classes.indexOf(name));
  if (said.score || said.scores) return;
  for (let row = 0; row < batch.rows; row++) {
    const chances = found.subarray(row * width, (row + 1) * width);
    const best = chances.indexOf(chances.reduce((most, chance) => Math.max(most, chance), -Infinity));
    if (classes[best] !== String(said.prediction[row])) {
      throw new UnreadableTrees('the model says something else than its trees alone');
    }
  }
}

/** @param of the class in question; null for a regression. */
export async function attribute(
  { trees, classes }: ReadTrees,
  features: readonly string[],
  rows: ColumnBatch,
  background: ColumnBatch,
  of: string | null,
): Promise<TreeAttribution> {
  const asked = treeRows(trees, rows);
  const { base, values } = await runTreeShap({
    ensemble: trees.ensemble,
    rows: asked,
    background: treeRows(trees, background),
  });
  const { oneOfTwo, postTransform, ensemble } = trees;
  const at = of === null ? 0 : classes!.indexOf(of);
  const output = oneOfTwo ? 0 : at;
  // The only output of two classes is that of the second: the first has its opposite, as odds or as what is left of 1.
  const opposite = oneOfTwo && at === 0;
  const sign = opposite ? -1 : 1;
  const whole = opposite && postTransform === 'NONE' ? 1 : 0;
  const raw = rawOf(trees, asked);
  const result = new Float64Array(rows.rows * features.length);
  for (const [j, name] of trees.features.entries()) {
    const place = features.indexOf(name);
    for (let row = 0; row < rows.rows; row++) {
      result[row * features.length + place] = sign * values[output]![row * trees.features.length + j]!;
    }
  }
  return {
    unit: of === null ? 'value' : postTransform === 'NONE' ? 'probability' : 'log_odds',
    base: whole + sign * base[output]!,
    values: result,
    outputs: Float64Array.from({ length: rows.rows }, (_, row) => whole + sign * raw[row * ensemble.outputs + output]!),
  };
}
