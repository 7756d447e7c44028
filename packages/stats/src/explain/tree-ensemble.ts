/** How a node compares a value with its threshold; a node holds the position of its comparison in this list. */
export const TREE_COMPARISONS = ['<=', '<', '>=', '>', '==', '!='] as const;

/** A decision tree by columns: node 0 is the root. */
export interface EnsembleTree {
  /** The feature that a node looks at; -1 in a leaf. */
  feature: Int32Array;
  /** Position in `TREE_COMPARISONS`. */
  comparison: Uint8Array;
  threshold: Float64Array;
  /** 1 where a missing value (NaN) goes the way of `yes`. */
  missingYes: Uint8Array;
  /** The next node where the comparison holds, and where it does not. */
  yes: Int32Array;
  no: Int32Array;
  /** Weight of the training rows that came through each node; see `countCovers` where it is not known. */
  cover: Float64Array;
  /** What a leaf adds to each output: nodes x outputs, zero in other nodes. */
  values: Float64Array;
}

/** A sum of trees, whatever library made it: output k of a row is `base[k]` and what its leaf of each tree adds. */
export interface TreeEnsemble {
  features: number;
  outputs: number;
  base: Float64Array;
  trees: EnsembleTree[];
}

/** Whether a value goes the way of `yes` at a node. */
export function goesYes(tree: EnsembleTree, node: number, value: number): boolean {
  if (Number.isNaN(value)) return tree.missingYes[node] === 1;
  const threshold = tree.threshold[node]!;
  switch (tree.comparison[node]) {
    case 0:
      return value <= threshold;
    case 1:
      return value < threshold;
    case 2:
      return value >= threshold;
    case 3:
      return value > threshold;
    case 4:
      return value === threshold;
    default:
      return value !== threshold;
  }
}

/** What the trees say of rows, which follow each other feature by feature: rows x outputs. */
export function predictTrees({ features, outputs, base, trees }: TreeEnsemble, rows: Float64Array): Float64Array {
  const n = rowsOf(rows, features);
  const said = new Float64Array(n * outputs);
  for (let row = 0; row < n; row++) {
    for (let k = 0; k < outputs; k++) said[row * outputs + k] = base[k]!;
    for (const tree of trees) {
      const leaf = leafOf(tree, rows, row * features);
      for (let k = 0; k < outputs; k++) said[row * outputs + k]! += tree.values[leaf * outputs + k]!;
    }
  }
  return said;
}

/** The same trees with the rows that came through each node counted, for an ensemble that does not tell of its training. */
export function countCovers(ensemble: TreeEnsemble, rows: Float64Array): TreeEnsemble {
  const n = rowsOf(rows, ensemble.features);
  const trees = ensemble.trees.map((tree) => {
    const cover = new Float64Array(tree.feature.length);
    for (let row = 0; row < n; row++) leafOf(tree, rows, row * ensemble.features, cover);
    return { ...tree, cover };
  });
  return { ...ensemble, trees };
}

/** @throws RangeError where the values are no whole number of rows. */
export function rowsOf(rows: Float64Array, features: number): number {
  const n = rows.length / features;
  if (!Number.isInteger(n)) throw new RangeError(`${rows.length} values are no rows of ${features} features.`);
  return n;
}

function leafOf(tree: EnsembleTree, rows: Float64Array, at: number, visits?: Float64Array): number {
  let node = 0;
  for (;;) {
    if (visits) visits[node]! += 1;
    const feature = tree.feature[node]!;
    if (feature < 0) return node;
    node = goesYes(tree, node, rows[at + feature]!) ? tree.yes[node]! : tree.no[node]!;
  }
}
