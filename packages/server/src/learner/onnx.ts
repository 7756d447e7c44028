import type { Encoding } from './encode.ts';
import type { LinearModel } from './linear-model.ts';
import {
  ATTRIBUTE_TYPE,
  type AttributeProto,
  DATA_TYPE,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
  writeModel,
} from './onnx-proto.ts';

export interface OnnxSource {
  task: 'binary' | 'multiclass' | 'regression';
  /** Names of the classes in the order of the model's outputs; empty for a regression. */
  classes: string[];
  encoding: Encoding;
  model: LinearModel;
}

/** Version of the standard operators; ReduceSum takes its axes as an input since 13. */
const OPSET = 13;
/** Version of the ai.onnx.ml operators; LabelEncoder maps strings to integers since 2. */
const ML_OPSET = 3;
const ML_DOMAIN = 'ai.onnx.ml';
/** The first IR version that has opset 13. */
const IR_VERSION = 7;

/**
 * The model as ONNX. Its inputs are the raw features by name, each [N, 1]: numbers and booleans as double (NaN is missing),
 * categories as string (empty is missing). A classifier gives `label` [N] and `probabilities` [N, K], as models of skl2onnx do;
 * a regression gives `prediction` [N, 1]. All sums are in double, so the results are those of the learner.
 *
 * An indicator column times its weight is the weight of the row's category, so categories are looked up (LabelEncoder, then
 * Gather) instead of being spread over hundreds of columns: the cost of a row does not grow with the number of categories.
 */
export function toOnnx({ task, classes, encoding, model }: OnnxSource): Uint8Array {
  const graph = new GraphBuilder();
  const parts = [
    ...(encoding.numeric.length > 0 ? [numericPart(graph, encoding, model)] : []),
    ...(encoding.categorical.length > 0 ? [categoricalPart(graph, encoding, model)] : []),
  ];
  let scores = graph.doubles('intercepts', [1, model.outputs], model.intercepts);
  for (const part of parts) scores = graph.node('Add', [part, scores]);

  if (task === 'regression') {
    graph.output('prediction', scores, DATA_TYPE.double, [1]);
  } else {
    const probabilities = graph.node('Softmax', [scores], [int('axis', 1)]);
    const best = graph.node('ArgMax', [probabilities], [int('axis', 1), int('keepdims', 0)]);
    const label = graph.node('Gather', [graph.strings('classes', classes), best], [int('axis', 0)]);
    graph.output('label', label, DATA_TYPE.string, []);
    graph.output('probabilities', probabilities, DATA_TYPE.double, [model.outputs]);
  }

  return writeModel({
    irVersion: IR_VERSION,
    producerName: 'leeway',
    producerVersion: '1',
    opsetImport: [
      { domain: '', version: OPSET },
      { domain: ML_DOMAIN, version: ML_OPSET },
    ],
    graph: graph.finish(),
    metadataProps: [
      { key: 'leeway.task', value: task },
      { key: 'leeway.classes', value: JSON.stringify(classes) },
      { key: 'leeway.features', value: JSON.stringify(featureTypes(encoding)) },
    ],
  });
}

/** What the numbers add to the scores: [N, K]. */
function numericPart(graph: GraphBuilder, { numeric }: Encoding, { outputs, weights }: LinearModel): string {
  const width = numeric.length;
  const row = (name: string, values: number[]) => graph.doubles(name, [1, width], Float64Array.from(values));
  const inputs = numeric.map(({ name }) => graph.input(name, DATA_TYPE.double));
  const raw = graph.node('Concat', inputs, [int('axis', 1)]);
  const fill = row('fill', numeric.map((feature) => feature.fill)); // biome-ignore format: one line a step
  const filled = graph.node('Where', [graph.node('IsNaN', [raw]), fill, raw]);
  const centred = graph.node('Sub', [filled, row('offset', numeric.map((feature) => feature.offset))]); // biome-ignore format: one line a step
  const scaled = graph.node('Div', [centred, row('scale', numeric.map((feature) => feature.scale))]); // biome-ignore format: one line a step
  const matrix = graph.doubles('numeric_weights', [width, outputs], weights.slice(0, width * outputs));
  return graph.node('MatMul', [scaled, matrix]);
}

/** What the categories add to the scores: [N, K]. The last row of the weights is zero, for any value without an indicator. */
function categoricalPart(graph: GraphBuilder, encoding: Encoding, { outputs, weights }: LinearModel): string {
  const first = encoding.numeric.length;
  const categories = encoding.width - first;
  const table = new Float64Array((categories + 1) * outputs);
  table.set(weights.subarray(first * outputs));
  let used = 0;
  const positions = encoding.categorical.map(({ name, categories: known }) => {
    // LabelEncoder wants a key; the empty string, which no category is, stands in where a feature has none.
    const keys = known.length > 0 ? known : [''];
    const values = known.length > 0 ? known.map((_, i) => used + i) : [categories];
    used += known.length;
    const attributes = [strings('keys_strings', keys), ints('values_int64s', values), int('default_int64', categories)];
    return graph.node('LabelEncoder', [graph.input(name, DATA_TYPE.string)], attributes, ML_DOMAIN);
  });
  const all = graph.node('Concat', positions, [int('axis', 1)]);
  const matrix = graph.doubles('category_weights', [categories + 1, outputs], table);
  const looked = graph.node('Gather', [matrix, all], [int('axis', 0)]); // [N, features, K]
  return graph.node('ReduceSum', [looked, graph.integers('feature_axis', [1])], [int('keepdims', 0)]);
}

function featureTypes(encoding: Encoding): Record<string, string> {
  const numeric = encoding.numeric.map(({ name, type }) => [name, type]);
  return Object.fromEntries([...numeric, ...encoding.categorical.map(({ name }) => [name, 'categorical'])]);
}

/** Collects the nodes, constants and ends of a graph. Names of its own have a slash, which no feature's name has. */
class GraphBuilder {
  readonly #nodes: NodeProto[] = [];
  readonly #constants: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];

  input(name: string, elemType: number): string {
    this.#inputs.push(valueInfo(name, elemType, [1]));
    return name;
  }

  doubles(name: string, dims: number[], values: Float64Array): string {
    return this.#constant({ name, dims, dataType: DATA_TYPE.double, rawData: littleEndian(values) });
  }

  strings(name: string, values: string[]): string {
    const stringData = values.map((value) => Buffer.from(value));
    return this.#constant({ name, dims: [values.length], dataType: DATA_TYPE.string, stringData });
  }

  integers(name: string, values: number[]): string {
    return this.#constant({ name, dims: [values.length], dataType: DATA_TYPE.int64, int64Data: values });
  }

  #constant(tensor: TensorProto): string {
    const name = `leeway/${tensor.name}`;
    this.#constants.push({ ...tensor, name });
    return name;
  }

  /** Adds an operator and returns the name of its result. */
  node(opType: string, input: string[], attribute: AttributeProto[] = [], domain = ''): string {
    const name = `leeway/${opType}_${this.#nodes.length}`;
    this.#nodes.push({ opType, input, output: [name], name, attribute, domain });
    return name;
  }

  output(name: string, source: string, elemType: number, columns: number[]): void {
    if (this.#inputs.some((input) => input.name === name)) {
      throw new Error(`a feature is called "${name}", which is the name of an output of the model; rename the feature`);
    }
    this.#nodes.push({
      opType: 'Identity',
      input: [source],
      output: [name],
      name: `leeway/${name}`,
      attribute: [],
      domain: '',
    });
    this.#outputs.push(valueInfo(name, elemType, columns));
  }

  finish() {
    return {
      name: 'leeway',
      node: this.#nodes,
      initializer: this.#constants,
      input: this.#inputs,
      output: this.#outputs,
    };
  }
}

/** A tensor [N, ...columns] where N is free. */
function valueInfo(name: string, elemType: number, columns: number[]): ValueInfoProto {
  const dim = [{ dimParam: 'N' }, ...columns.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** ONNX keeps raw numbers little-endian on every machine. */
function littleEndian(values: Float64Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => {
    bytes.setFloat64(i * 8, value, true);
  });
  return new Uint8Array(bytes.buffer);
}

const int = (name: string, i: number): AttributeProto => ({ name, type: ATTRIBUTE_TYPE.int, i });
const ints = (name: string, values: number[]): AttributeProto => ({ name, type: ATTRIBUTE_TYPE.ints, ints: values });
const strings = (name: string, values: string[]): AttributeProto => ({
  name,
  type: ATTRIBUTE_TYPE.strings,
  strings: values.map((value) => Buffer.from(value)),
});
