import { predictTrees, type TreeEnsemble } from '@leeway/stats';
import type { Column, ColumnBatch } from '../gateway/columns.ts';
import type { GraphProto, ModelProto, NodeProto } from '../learner/onnx-proto.ts';
import { type PostTransform, readEnsemble, UnreadableTrees } from './read-ensemble.ts';

/** A model whose graph is one sum of trees over plain features. */
export interface OnnxTrees {
  ensemble: TreeEnsemble;
  /** The feature of each input of the trees. */
  features: string[];
  postTransform: PostTransform;
  oneOfTwo: boolean;
  /** Whether the trees see values in single precision. */
  single: boolean;
}

const ENSEMBLES = new Set(['TreeEnsembleClassifier', 'TreeEnsembleRegressor', 'TreeEnsemble']);
const FLOAT = 1;

/**
 * The trees of a model, where its graph has one ensemble and nothing before it but a change of type and the joining of inputs.
 * @param declared the features of the model in the order in which they are declared, that of a matrix's columns.
 * @throws UnreadableTrees, saying what stands in the way.
 */
export function readTrees({ graph }: ModelProto, declared: readonly string[]): OnnxTrees {
  const found = graph.node.filter(({ opType }) => ENSEMBLES.has(opType));
  const [node] = found;
  if (!node) throw new UnreadableTrees('it has no trees');
  if (found.length > 1) throw new UnreadableTrees(`it has ${found.length} ensembles of trees`);
  const { names, single } = trace(graph, node.input[0]!);
  const only = graph.input.length === 1 && names.length === 1 && !declared.includes(names[0]!);
  const features = only ? [...declared] : names;
  return { ...readEnsemble(node, features.length), features, single };
}

/** Inputs of the graph that a value is made of, in their order. */
function trace(graph: GraphProto, name: string): { names: string[]; single: boolean } {
  const input = graph.input.find((each) => each.name === name);
  if (input) {
    const { elemType, shape } = input.type.tensorType;
    const width = shape.dim[1]?.dimValue ?? 1;
    if (graph.input.length > 1 && width > 1) throw new UnreadableTrees(`input ${name} has ${width} columns`);
    return { names: [name], single: elemType === FLOAT };
  }
  const maker = graph.node.find(({ output }) => output.includes(name));
  if (!maker) throw new UnreadableTrees(`nothing in the graph makes ${name}`);
  const parts = () => maker.input.map((each) => trace(graph, each));
  switch (maker.opType) {
    case 'Identity':
      return parts()[0]!;
    case 'Cast':
      return { names: parts()[0]!.names, single: castsTo(maker) === FLOAT || parts()[0]!.single };
    case 'Concat':
    case 'FeatureVectorizer': {
      const all = parts();
      return { names: all.flatMap(({ names }) => names), single: all.some(({ single }) => single) };
    }
    default:
      throw new UnreadableTrees(`${maker.opType} stands before the trees`);
  }
}

const castsTo = (node: NodeProto): number | undefined => node.attribute.find(({ name }) => name === 'to')?.i;

/** Rows as the trees see them, feature by feature. */
export function treeRows({ features, single }: OnnxTrees, { rows, columns }: ColumnBatch): Float64Array {
  const values = new Float64Array(rows * features.length);
  for (const [j, name] of features.entries()) {
    const column = columns.get(name) as Column;
    if (!(column instanceof Float64Array)) throw new UnreadableTrees(`the feature ${name} is no number`);
    for (let row = 0; row < rows; row++) {
      values[row * features.length + j] = single ? Math.fround(column[row]!) : column[row]!;
    }
  }
  return values;
}

/**
 * What the model says by its trees: the number of a regression, or the probability of each class.
 * `raw` are the sums of the trees.
 */
export function afterTrees({ ensemble, postTransform, oneOfTwo }: OnnxTrees, raw: Float64Array): Float64Array {
  const { outputs } = ensemble;
  if (postTransform === 'SOFTMAX') return softmax(raw, outputs);
  const said = postTransform === 'LOGISTIC' ? raw.map((margin) => 1 / (1 + Math.exp(-margin))) : raw;
  return oneOfTwo
    ? Float64Array.from({ length: 2 * said.length }, (_, i) => (i % 2 ? said[i >> 1]! : 1 - said[i >> 1]!))
    : said;
}

function softmax(raw: Float64Array, outputs: number): Float64Array {
  const said = new Float64Array(raw.length);
  for (let at = 0; at < raw.length; at += outputs) {
    const margins = raw.subarray(at, at + outputs);
    const largest = margins.reduce((most, margin) => Math.max(most, margin), -Infinity);
    const powers = margins.map((margin) => Math.exp(margin - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    said.set(
      powers.map((power) => power / sum),
      at,
    );
  }
  return said;
}

export const rawOf = (trees: OnnxTrees, rows: Float64Array): Float64Array => predictTrees(trees.ensemble, rows);
