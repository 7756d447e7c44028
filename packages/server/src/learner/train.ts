import { ColumnType } from '@leeway/contract';
import { z } from 'zod';
import { encode, type FeatureType, fitEncoding, type SparseRows } from './encode.ts';
import { decide, type LinearModel, softmax } from './linear-model.ts';
import { fitLinearRegression } from './linear-regression.ts';
import { fitLogisticRegression } from './logistic-regression.ts';
import { fitMultinomialRegression } from './multinomial-regression.ts';
import { toOnnx } from './onnx.ts';
import type { Table } from './read-table.ts';

/** What LEEWAY_SCHEMA says of the data. */
export const TrainSchema = z.object({
  task: z.enum(['binary', 'multiclass', 'regression']),
  positive: z.string().optional(),
  label: z.string(),
  features: z.record(z.string(), z.object({ type: ColumnType })),
});
export type TrainSchema = z.infer<typeof TrainSchema>;

/** What LEEWAY_PARAMS may set, `retrain.params` in the configuration. */
export const TrainParams = z.strictObject({
  C: z.number().positive().default(1).describe('Inverse of the strength of the L2 penalty.'),
  minCategoryRows: z.int().min(1).default(20).describe('Categories with fewer rows get no weight of their own.'),
  maxIterations: z.int().min(1).default(500).describe('Steps after which the fit ends, converged or not.'),
  tolerance: z
    .number()
    .positive()
    .default(1e-6)
    .describe('Largest component of the gradient at which it has converged.'),
});
export type TrainParams = z.infer<typeof TrainParams>;

export interface Trained {
  onnx: Uint8Array;
  metrics: Record<string, number>;
  converged: boolean;
}

/** The features that a linear model takes as they are: texts and vectors are left to other trainers. */
export const featureTypes = (schema: TrainSchema): Map<string, FeatureType> =>
  new Map(
    Object.entries(schema.features).flatMap(([name, { type }]): [string, FeatureType][] =>
      type === 'text' || type === 'vector' ? [] : [[name, type]],
    ),
  );

/** Fits the model that suits the task on a table of features and label. The same table gives the same bytes. */
export function train(table: Table, schema: TrainSchema, params: TrainParams): Trained {
  if (table.rows === 0) throw new Error('there are no rows to train on');
  const encoding = fitEncoding(table, featureTypes(schema), params.minCategoryRows);
  const rows = encode(table, encoding);
  const options = { c: params.C, tolerance: params.tolerance, maxIterations: params.maxIterations };
  if (schema.task === 'regression') {
    const target = numericLabel(table, schema.label);
    const model = fitLinearRegression(rows, target, options);
    const onnx = toOnnx({ task: schema.task, classes: [], encoding, model });
    return result(onnx, rows, model, { rmse_train: rootMeanSquaredError(rows, model, target) });
  }
  const { classes, classOf } = classLabel(table, schema);
  const model =
    schema.task === 'binary'
      ? fitLogisticRegression(rows, Uint8Array.from(classOf), options)
      : fitMultinomialRegression(rows, classOf, classes.length, options);
  const onnx = toOnnx({ task: schema.task, classes, encoding, model });
  return result(onnx, rows, model, { log_loss_train: logLoss(rows, model, classOf) });
}

function result(onnx: Uint8Array, rows: SparseRows, model: LinearModel, losses: Record<string, number>): Trained {
  const metrics = { train_rows: rows.rows, iterations: model.iterations, ...losses };
  return { onnx, metrics, converged: model.converged };
}

function numericLabel(table: Table, name: string): Float64Array {
  const column = table.columns.get(name);
  if (column?.kind !== 'numeric') throw new Error(`the label ${name} was not read as numbers`);
  const missing = column.values.findIndex((value) => !Number.isFinite(value));
  if (missing >= 0) throw new Error(`row ${missing} has no number in the label ${name}; give labelled rows only`);
  return column.values;
}

/** The class of each row, as positions in `classes`: sorted, but with the positive class of a binary task last. */
function classLabel(table: Table, schema: TrainSchema): { classes: string[]; classOf: Int32Array } {
  const column = table.columns.get(schema.label);
  if (column?.kind !== 'categorical') throw new Error(`the label ${schema.label} was not read as strings`);
  const missing = column.codes.indexOf(-1);
  if (missing >= 0) throw new Error(`row ${missing} has no label in ${schema.label}; give labelled rows only`);
  const classes = column.categories.toSorted();
  const found = `the label ${schema.label} has ${classes.length} class${classes.length === 1 ? '' : 'es'} (${classes.slice(0, 10).join(', ')})`;
  if (classes.length < 2) throw new Error(`${found}; at least two are needed`);
  if (schema.task === 'binary') {
    if (classes.length > 2) throw new Error(`${found}; a binary task has two, use task: multiclass`);
    const positive = schema.positive ?? '1';
    if (!classes.includes(positive)) throw new Error(`${found}; columns.positive, "${positive}", is none of them`);
    if (classes[0] === positive) classes.reverse();
  }
  const position = Int32Array.from(column.categories, (name) => classes.indexOf(name));
  return { classes, classOf: column.codes.map((code) => position[code]!) };
}

/** Mean of minus the logarithm of the probability given to the true class. */
function logLoss(rows: SparseRows, model: LinearModel, classOf: Int32Array): number {
  const probabilities = softmax(decide(rows, model), model.outputs);
  let sum = 0;
  for (let row = 0; row < rows.rows; row++) {
    sum -= Math.log(Math.max(probabilities[row * model.outputs + classOf[row]!]!, Number.MIN_VALUE));
  }
  return sum / rows.rows;
}

function rootMeanSquaredError(rows: SparseRows, model: LinearModel, target: Float64Array): number {
  const squares = decide(rows, model).reduce((sum, value, row) => sum + (value - target[row]!) ** 2, 0);
  return Math.sqrt(squares / rows.rows);
}
