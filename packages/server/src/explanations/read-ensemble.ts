import { type EnsembleTree, TREE_COMPARISONS, type TreeEnsemble } from '@leeway/stats';
import type { AttributeProto, NodeProto, TensorProto } from '../learner/onnx-proto.ts';

/** What an operator makes of the sum of its trees. */
export type PostTransform = 'NONE' | 'LOGISTIC' | 'SOFTMAX';

export interface OnnxEnsemble {
  ensemble: TreeEnsemble;
  postTransform: PostTransform;
  /** Whether it is a classifier of two classes with one output: that of the second. */
  oneOfTwo: boolean;
}

/** Why trees cannot be read; said to whom an explanation is given by another method. */
export class UnreadableTrees extends Error {}

/** BRANCH_LEQ and the others, as texts until version 3 of the operators and as codes from version 5, in the order of `TREE_COMPARISONS`. */
const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];
const NOT_EQUAL = TREE_COMPARISONS.indexOf('!=');

/** A node before trees are put together. */
interface Branch {
  feature: number;
  comparison: number;
  threshold: number;
  missingYes: boolean;
  yes: number;
  no: number;
}

/**
 * The trees of a TreeEnsembleClassifier, TreeEnsembleRegressor or TreeEnsemble.
 *
 * Source: https://onnx.ai/onnx/operators/index_ai_onnx_ml.html
 * @throws UnreadableTrees
 */
export function readEnsemble(node: NodeProto, features: number): OnnxEnsemble {
  const attributes = new Attributes(node);
  const ensemble = node.opType === 'TreeEnsemble' ? readNew(attributes) : readOld(attributes, node.opType);
  for (const tree of ensemble.ensemble.trees) {
    const beyond = tree.feature.find((feature) => feature >= features);
    if (beyond !== undefined) throw new UnreadableTrees(`a tree asks for input ${beyond}, of ${features}`);
  }
  ensemble.ensemble.features = features;
  return ensemble;
}

function readOld(attributes: Attributes, opType: string): OnnxEnsemble {
  const classifier = opType === 'TreeEnsembleClassifier';
  const target = classifier ? 'class' : 'target';
  const treeIds = attributes.ints('nodes_treeids');
  const nodeIds = attributes.ints('nodes_nodeids');
  const modes = attributes.texts('nodes_modes');
  const thresholds = attributes.numbers('nodes_values');
  const featureIds = attributes.ints('nodes_featureids');
  const [yes, no] = [attributes.ints('nodes_truenodeids'), attributes.ints('nodes_falsenodeids')];
  const missing = attributes.ints('nodes_missing_value_tracks_true');
  const places = new Map<string, number>();
  for (const [i, id] of nodeIds.entries()) places.set(`${treeIds[i]}/${id}`, i);
  const placeOf = (tree: number, id: number) => {
    const place = places.get(`${tree}/${id}`);
    if (place === undefined) throw new UnreadableTrees(`tree ${tree} has no node ${id}`);
    return place;
  };
  const branches = modes.map((mode, i): Branch | null =>
    mode === 'LEAF'
      ? null
      : {
          feature: featureIds[i]!,
          comparison: comparisonOf(MODES.indexOf(mode), mode),
          threshold: thresholds[i]!,
          missingYes: missing[i] === 1,
          yes: placeOf(treeIds[i]!, yes[i]!),
          no: placeOf(treeIds[i]!, no[i]!),
        },
  );
  const ids = attributes.ints(`${target}_ids`);
  const classes = attributes.texts('classlabels_strings').length || attributes.ints('classlabels_int64s').length;
  const oneOfTwo = classifier && classes === 2 && new Set(ids).size === 1;
  const outputs = oneOfTwo ? 1 : classifier ? classes : attributes.int('n_targets', 1);
  const leaves = new Map<number, [output: number, weight: number][]>();
  const leafTrees = attributes.ints(`${target}_treeids`);
  const leafNodes = attributes.ints(`${target}_nodeids`);
  for (const [i, weight] of attributes.numbers(`${target}_weights`).entries()) {
    const place = placeOf(leafTrees[i]!, leafNodes[i]!);
    const output = oneOfTwo ? 0 : ids[i]!;
    if (output >= outputs) throw new UnreadableTrees(`a leaf adds to output ${output}, of ${outputs}`);
    leaves.set(place, [...(leaves.get(place) ?? []), [output, weight]]);
  }
  // A root is the node of a tree that no other leads to.
  const led = new Set(branches.flatMap((branch) => (branch ? [branch.yes, branch.no] : [])));
  const roots = branches.flatMap((_, i) => (led.has(i) ? [] : [i]));
  const aggregate = classifier ? 'SUM' : attributes.text('aggregate_function', 'SUM');
  const base = attributes.numbers('base_values');
  return {
    ensemble: combine({ roots, branches, leaves, outputs, aggregate, base: oneOfTwo ? base.slice(-1) : base }),
    postTransform: postTransformOf(attributes.text('post_transform', 'NONE')),
    oneOfTwo,
  };
}

/** TreeEnsemble of version 5: leaves are apart from nodes, `nodes_trueleafs` says which a way leads to. */
function readNew(attributes: Attributes): OnnxEnsemble {
  const modes = attributes.numbers('nodes_modes');
  const splits = attributes.numbers('nodes_splits');
  const featureIds = attributes.ints('nodes_featureids');
  const missing = attributes.ints('nodes_missing_value_tracks_true');
  const [yes, no] = [attributes.ints('nodes_truenodeids'), attributes.ints('nodes_falsenodeids')];
  const [yesLeaf, noLeaf] = [attributes.ints('nodes_trueleafs'), attributes.ints('nodes_falseleafs')];
  const inner = modes.length;
  const placeOf = (id: number, leaf: number | undefined) => (leaf === 1 ? inner + id : id);
  const weights = attributes.numbers('leaf_weights');
  const branches: (Branch | null)[] = modes.map((mode, i) => ({
    feature: featureIds[i]!,
    comparison: comparisonOf(mode, `mode ${mode}`),
    threshold: splits[i]!,
    missingYes: missing[i] === 1,
    yes: placeOf(yes[i]!, yesLeaf[i]),
    no: placeOf(no[i]!, noLeaf[i]),
  }));
  for (const _ of weights) branches.push(null);
  const ids = attributes.ints('leaf_targetids');
  const leaves = new Map(weights.map((weight, i) => [inner + i, [[ids[i]!, weight]] as [number, number][]]));
  return {
    ensemble: combine({
      roots: attributes.ints('tree_roots'),
      branches,
      leaves,
      outputs: attributes.int('n_targets', 1),
      // Codes of this version: 0 AVERAGE, 1 SUM, 2 MIN, 3 MAX; of transforms 0 NONE, 1 SOFTMAX, 2 LOGISTIC.
      aggregate: ['AVERAGE', 'SUM', 'MIN', 'MAX'][attributes.int('aggregate_function', 1)] ?? 'unknown',
      base: [],
    }),
    postTransform: postTransformOf(['NONE', 'SOFTMAX', 'LOGISTIC'][attributes.int('post_transform', 0)] ?? 'unknown'),
    oneOfTwo: false,
  };
}

function comparisonOf(mode: number, name: string): number {
  if (mode >= 0 && mode < MODES.length) return mode;
  throw new UnreadableTrees(`nodes of the kind ${name} are not read`);
}

function postTransformOf(name: string): PostTransform {
  if (name === 'NONE' || name === 'LOGISTIC' || name === 'SOFTMAX') return name;
  throw new UnreadableTrees(`the transform ${name} is not read`);
}

interface Parts {
  roots: number[];
  branches: (Branch | null)[];
  leaves: Map<number, [output: number, weight: number][]>;
  outputs: number;
  aggregate: string;
  base: number[];
}

function combine({ roots, branches, leaves, outputs, aggregate, base }: Parts): TreeEnsemble {
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE') throw new UnreadableTrees(`trees are joined by ${aggregate}`);
  if (base.length > 0 && base.length !== outputs) {
    throw new UnreadableTrees(`it has ${base.length} base values for ${outputs} outputs`);
  }
  const scale = aggregate === 'AVERAGE' ? 1 / roots.length : 1;
  const trees = roots.map((root): EnsembleTree => {
    const places: number[] = [];
    const at = new Map<number, number>();
    for (const open = [root]; open.length > 0; ) {
      const place = open.pop()!;
      if (at.has(place)) throw new UnreadableTrees('a node has two ways to it');
      at.set(place, places.push(place) - 1);
      const branch = branches[place];
      if (branch) open.push(branch.no, branch.yes);
    }
    const ofBranch = (pick: (branch: Branch) => number, otherwise: number) =>
      places.map((place) => {
        const branch = branches[place];
        return branch ? pick(branch) : otherwise;
      });
    const values = new Float64Array(places.length * outputs);
    for (const [i, place] of places.entries()) {
      for (const [output, weight] of leaves.get(place) ?? []) values[i * outputs + output]! += weight * scale;
    }
    return {
      feature: Int32Array.from(ofBranch(({ feature }) => feature, -1)),
      comparison: Uint8Array.from(ofBranch(({ comparison }) => comparison, 0)),
      threshold: Float64Array.from(ofBranch(({ threshold }) => threshold, 0)),
      // A missing value is unlike any threshold, as the runtime has it.
      missingYes: Uint8Array.from(ofBranch((b) => (b.missingYes || b.comparison === NOT_EQUAL ? 1 : 0), 0)),
      yes: Int32Array.from(ofBranch(({ yes }) => at.get(yes)!, -1)),
      no: Int32Array.from(ofBranch(({ no }) => at.get(no)!, -1)),
      cover: new Float64Array(places.length),
      values,
    };
  });
  return { features: 0, outputs, base: base.length > 0 ? Float64Array.from(base) : new Float64Array(outputs), trees };
}

/** Attributes of an operator by name; one that is absent is empty. Numbers may stand in a list or in a tensor `NAME_as_tensor`. */
class Attributes {
  readonly #byName: Map<string, AttributeProto>;

  constructor({ attribute }: NodeProto) {
    this.#byName = new Map(attribute.map((each) => [each.name, each]));
  }

  ints(name: string): number[] {
    return this.#byName.get(name)?.ints ?? [];
  }

  int(name: string, otherwise: number): number {
    return this.#byName.get(name)?.i ?? otherwise;
  }

  texts(name: string): string[] {
    return (this.#byName.get(name)?.strings ?? []).map(decodeText);
  }

  text(name: string, otherwise: string): string {
    const { s } = this.#byName.get(name) ?? {};
    return s?.length ? decodeText(s) : otherwise;
  }

  numbers(name: string): number[] {
    const tensor = this.#byName.get(`${name}_as_tensor`)?.t ?? this.#byName.get(name)?.t;
    return tensor ? tensorNumbers(tensor) : (this.#byName.get(name)?.floats ?? []);
  }
}

const decodeText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Codes of TensorProto.DataType: float 1, uint8 2, double 11. */
function tensorNumbers({ dataType, rawData, floatData, doubleData, int32Data }: TensorProto): number[] {
  if (!rawData?.length)
    return dataType === 11 ? (doubleData ?? []) : dataType === 1 ? (floatData ?? []) : (int32Data ?? []);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  if (dataType === 2) return Array.from(rawData);
  if (dataType !== 1 && dataType !== 11) throw new UnreadableTrees(`tensors of type ${dataType} are not read`);
  const width = dataType === 1 ? 4 : 8;
  return Array.from({ length: rawData.byteLength / width }, (_, i) =>
    dataType === 1 ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true),
  );
}
