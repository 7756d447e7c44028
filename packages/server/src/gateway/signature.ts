import { type ColumnType, type FeatureConfig, LeewayError, type ModelConfig } from '@leeway/contract';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Column, ColumnBatch } from './columns.ts';
import type { Prediction } from './runtime.ts';

/** How rows become the inputs of a session, and its outputs predictions. */
export interface Signature {
  /** Outputs to ask the session for. */
  outputs: string[];
  /** Inputs for the rows `from` to before `to`. */
  feeds(batch: ColumnBatch, from: number, to: number): Record<string, Tensor>;
  read(outputs: InferenceSession.OnnxValueMapType): Prediction;
}

type Metadata = Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>;
/** The runtime's class of tensors; a parameter, since the runtime is loaded on first use. */
type TensorClass = typeof Tensor;
type TensorMetadata = InferenceSession.TensorValueMetadata;
/** Makes the tensor of some rows of a column. */
type Feeder = (column: Column, from: number, to: number) => Tensor;

/**
 * Finds how a session's inputs and outputs fit the model as configured.
 * @param classes the classes in the order of the probabilities, as far as the graph tells them; used where probabilities are.
 * @throws LeewayError `broken_model`, saying which input or output does not fit and what was expected.
 */
export function bindSignature(
  tensor: TensorClass,
  session: Metadata,
  classes: string[] | null,
  model: ModelConfig,
): Signature {
  const inputs = session.inputMetadata.map((input) =>
    input.isTensor ? input : broken(`input ${input.name} is no tensor`),
  );
  return { feeds: bindInputs(tensor, inputs, model), ...bindOutputs(session.outputMetadata, classes, model) };
}

function bindInputs(tensor: TensorClass, inputs: TensorMetadata[], model: ModelConfig): Signature['feeds'] {
  const features = Object.entries(model.columns.features).map(([name, { type }]) => ({ name, type }));
  const only = inputs[0];
  if (inputs.length === 1 && only && !model.columns.features[only.name]) return bindMatrix(tensor, only, features);

  const unknown = inputs.map(({ name }) => name).filter((name) => !model.columns.features[name]);
  if (unknown.length > 0) {
    const declared = features.map(({ name }) => name).join(', ');
    broken(`it has inputs that are no declared features: ${unknown.join(', ')}; declared are ${declared}`);
  }
  const bound = inputs.map((input) => ({
    name: input.name,
    feed: feederOf(tensor, input, model.columns.features[input.name]!),
  }));
  return (batch, from, to) => {
    const feeds: Record<string, Tensor> = {};
    for (const { name, feed } of bound) feeds[name] = feed(batch.columns.get(name)!, from, to);
    return feeds;
  };
}

/** One input [N, F]: all features, in the order in which they are declared. */
function bindMatrix(
  tensor: TensorClass,
  input: TensorMetadata,
  features: { name: string; type: ColumnType }[],
): Signature['feeds'] {
  const width = input.shape[1];
  if (input.shape.length !== 2 || (typeof width === 'number' && width !== features.length)) {
    const shape = input.shape.join(', ');
    broken(
      `its only input, ${input.name}, has shape [${shape}]; expected [N, ${features.length}], one column a feature`,
    );
  }
  const other = features.find(({ type }) => type !== 'numeric' && type !== 'boolean');
  if (other) {
    broken(
      `its only input, ${input.name}, is a matrix of numbers, but ${other.name} is ${other.type}; export it with one input a feature`,
    );
  }
  if (input.type !== 'float32' && input.type !== 'float64') {
    broken(`input ${input.name} is ${input.type}; expected float or double`);
  }
  const single = input.type === 'float32';
  return (batch, from, to) => {
    const rows = to - from;
    const size = rows * features.length;
    const values = single ? new Float32Array(size) : new Float64Array(size);
    features.forEach(({ name }, j) => {
      const column = batch.columns.get(name) as Float64Array;
      for (let row = 0; row < rows; row++) values[row * features.length + j] = column[from + row]!;
    });
    return { [input.name]: new tensor(input.type, values, [rows, features.length]) };
  };
}

function feederOf(tensor: TensorClass, input: TensorMetadata, { type, dimension = 0 }: FeatureConfig): Feeder {
  return type === 'vector' ? vectorFeeder(tensor, input, dimension) : columnFeeder(tensor, input, type);
}

/** The feeder of an input [N, dimension] that takes a vector; one that is missing is NaN throughout. */
function vectorFeeder(tensor: TensorClass, { name, type, shape }: TensorMetadata, dimension: number): Feeder {
  const width = shape[1];
  if (type !== 'float32' || shape.length !== 2 || (typeof width === 'number' && width !== dimension)) {
    broken(
      `input ${name} is ${type}[${shape.join(', ')}]; expected float [N, ${dimension}], as the feature is declared`,
    );
  }
  return (column, from, to) => {
    const values = new Float32Array((to - from) * dimension).fill(Number.NaN);
    for (let row = from; row < to; row++) {
      const vector = column[row] as readonly number[] | null;
      if (vector) values.set(vector, (row - from) * dimension);
    }
    return new tensor('float32', values, [to - from, dimension]);
  };
}

/** The feeder of an input [N, 1] or [N] that takes one feature. */
function columnFeeder(tensor: TensorClass, { name, type, shape }: TensorMetadata, feature: ColumnType): Feeder {
  if (shape.length > 2 || (shape.length === 2 && typeof shape[1] === 'number' && shape[1] !== 1)) {
    broken(`input ${name} has shape [${shape.join(', ')}]; expected [N, 1]`);
  }
  if ((type === 'string') !== (feature === 'categorical' || feature === 'text')) {
    broken(
      `input ${name} is ${type}, but the feature is declared ${feature}; categorical features and text are strings, others numbers`,
    );
  }
  const values = cellsOf(name, type);
  return (column, from, to) =>
    new tensor(type, values(column, from, to), shape.length === 1 ? [to - from] : [to - from, 1]);
}

/** How the values of a column are written in a tensor of a type. */
function cellsOf(name: string, type: Tensor.Type): (column: Column, from: number, to: number) => Tensor.DataType {
  const numeric = (column: Column, from: number, to: number) =>
    to - from === column.length ? (column as Float64Array) : (column as Float64Array).subarray(from, to);
  switch (type) {
    case 'string':
      return (column, from, to) => {
        const texts: string[] = [];
        for (let row = from; row < to; row++) texts.push((column as (string | null)[])[row] ?? '');
        return texts;
      };
    case 'float64':
      return numeric;
    case 'float32':
      return (...cells) => Float32Array.from(numeric(...cells));
    case 'int64':
      return (...cells) => BigInt64Array.from(whole(name, numeric(...cells)), BigInt);
    case 'int32':
      return (...cells) => Int32Array.from(whole(name, numeric(...cells)));
    case 'bool':
      return (...cells) => Uint8Array.from(whole(name, numeric(...cells)));
    default:
      return broken(`input ${name} is ${type}; expected float, double, int64, int32, bool or string`);
  }
}

/** Values for an input of a type that has no NaN. */
function whole(name: string, values: Float64Array): number[] {
  const odd = values.find((value) => !Number.isInteger(value));
  if (odd === undefined) return Array.from(values);
  const got = Number.isNaN(odd) ? 'a missing value' : odd;
  throw new LeewayError('wrong_type', `column "${name}": this version takes whole numbers only, got ${got}`);
}

function bindOutputs(
  outputs: readonly InferenceSession.ValueMetadata[],
  classes: string[] | null,
  model: ModelConfig,
): Pick<Signature, 'outputs' | 'read'> {
  const boxed = outputs.find((output) => !output.isTensor);
  if (boxed) broken(`output ${boxed.name} is no tensor; export it with options={'zipmap': False}`);
  const tensors = outputs as readonly TensorMetadata[];
  const isNumber = ({ type }: TensorMetadata) => type === 'float32' || type === 'float64';
  const listed = tensors.map(({ name, type, shape }) => `${name} ${type}[${shape.join(', ')}]`).join(', ');

  if (model.task === 'regression') {
    const output = tensors.find(isNumber) ?? broken(`it has no output of numbers; it has ${listed}`);
    return {
      outputs: [output.name],
      read: (values) => ({ prediction: numbers(values[output.name] as Tensor), score: null }),
    };
  }
  const label =
    tensors.find(({ type }) => type === 'string' || type === 'int64') ??
    broken(`it has no output of labels (string or int64); it has ${listed}`);
  const matrix = tensors.find((output) => isNumber(output) && output.shape.length === 2);
  if (model.task === 'multiclass') {
    const columns = matrix && classColumns(classes, Object.keys(model.columns.scores ?? {}));
    return {
      outputs: [label.name, ...(columns ? [matrix.name] : [])],
      read: (values) => ({
        prediction: labels(values[label.name] as Tensor),
        score: null,
        ...(columns ? { scores: columnsOf(values[matrix.name] as Tensor, classes!.length, columns) } : {}),
      }),
    };
  }
  const probabilities = matrix ?? broken(`it has no output of probabilities (float [N, 2]); it has ${listed}`);
  const width = probabilities.shape[1];
  if (typeof width === 'number' && width !== 2)
    broken(`output ${probabilities.name} has ${width} columns; a binary task has two classes`);
  const column = positiveColumn(classes, model.columns.positive);
  return {
    outputs: [label.name, probabilities.name],
    read: (values) => ({
      prediction: labels(values[label.name] as Tensor),
      score: columnOf(values[probabilities.name] as Tensor, 2, column),
    }),
  };
}

/** Where in the probabilities those of the recorded classes stand; null where none are recorded, or the graph does not tell all. */
function classColumns(classes: string[] | null, recorded: string[]): Map<string, number> | null {
  const columns = new Map(recorded.map((name) => [name, classes?.indexOf(name) ?? -1]));
  return recorded.length === 0 || [...columns.values()].includes(-1) ? null : columns;
}

const columnsOf = (tensor: Tensor, width: number, columns: ReadonlyMap<string, number>): Map<string, Float64Array> =>
  new Map(Array.from(columns, ([name, column]) => [name, columnOf(tensor, width, column)]));

/** A column of a matrix. Single precision may say a hair more than 1. */
function columnOf({ data }: Tensor, width: number, column: number): Float64Array {
  const values = data as Float32Array | Float64Array;
  const result = new Float64Array(values.length / width);
  for (let row = 0; row < result.length; row++) result[row] = Math.min(1, values[row * width + column]!);
  return result;
}

/** Which of the two probabilities is that of the positive class. */
function positiveColumn(classes: string[] | null, positive: string): number {
  if (!classes) {
    broken(
      `its graph does not tell the order of its classes; give it the metadata "leeway.classes", such as ["0","1"]`,
    );
  }
  if (classes.length !== 2) broken(`it has the classes ${classes.join(', ')}; a binary task has two`);
  const column = classes.indexOf(positive);
  if (column < 0) broken(`its classes are ${classes.join(' and ')}; columns.positive, "${positive}", is neither`);
  return column;
}

function labels({ data }: Tensor): string[] {
  return Array.isArray(data) ? (data as string[]) : Array.from(data as BigInt64Array, String);
}

function numbers({ data }: Tensor): Float64Array {
  return data instanceof Float64Array ? data : Float64Array.from(data as Float32Array);
}

function broken(detail: string): never {
  throw new LeewayError('broken_model', detail);
}
