import { type FeatureBins, MISSING } from './features.ts';
import { CELL, findSplit, type NodeSums, type Split, type SplitRules, STRIDE } from './find-split.ts';

/**
 * A tree as columns over its nodes; node 0 is the root. A leaf has `feature` -1 and adds its `value`.
 * A number goes left when it is at most `threshold`, a category when its code is among `categories`.
 */
export interface Tree {
  feature: number[];
  threshold: number[];
  categories: (number[] | null)[];
  missingLeft: boolean[];
  left: number[];
  right: number[];
  value: number[];
}

export interface GrowRules extends SplitRules {
  maxLeafNodes: number;
  learningRate: number;
}

/** Rows of a column matrix of bins, with what a tree has to learn of them. */
export interface BinnedRows {
  plans: readonly FeatureBins[];
  columns: readonly Uint8Array[];
  gradients: Float64Array;
  /** `null` where every one is 1. */
  hessians: Float64Array | null;
}

/** A leaf that may still be split: its rows lie at [from, to) of the shared order. */
interface Leaf {
  node: number;
  from: number;
  to: number;
  sums: NodeSums;
  histogram: Float64Array;
  split: Split | null;
}

/**
 * Grows one tree best leaf first, and adds its values to `scores`. `gains` collects the gain of each feature.
 * The histogram of the smaller child is counted, that of the larger is the parent's less the smaller's.
 */
export class TreeGrower {
  readonly #rows: BinnedRows;
  readonly #rules: GrowRules;
  readonly #kinds: ('numeric' | 'categorical')[];
  readonly #bins: number[];
  readonly #order: Int32Array;
  readonly #spare: Int32Array;
  readonly #gathered: Float64Array;
  readonly #gatheredHessians: Float64Array | null;
  /** Histograms to be used again: making them is dearer than clearing them. */
  readonly #pool: Float64Array[] = [];

  constructor(rows: BinnedRows, rules: GrowRules) {
    const n = rows.gradients.length;
    this.#rows = rows;
    this.#rules = rules;
    this.#kinds = rows.plans.map(({ kind }) => kind);
    this.#bins = rows.plans.map(({ bins }) => bins);
    this.#order = new Int32Array(n);
    this.#spare = new Int32Array(n);
    this.#gathered = new Float64Array(n);
    this.#gatheredHessians = rows.hessians && new Float64Array(n);
  }

  grow(scores: Float64Array, gains: number[]): Tree {
    const tree: Tree = { feature: [], threshold: [], categories: [], missingLeft: [], left: [], right: [], value: [] };
    const order = this.#order;
    for (let i = 0; i < order.length; i++) order[i] = i;
    const sums = this.#sumsOf();
    const leaves = [this.#leaf(addNode(tree), 0, order.length, sums, this.#count(0, order.length))];
    while (leaves.length < this.#rules.maxLeafNodes) {
      const at = bestLeaf(leaves);
      if (at < 0) break;
      const leaf = leaves[at]!;
      gains[leaf.split!.feature]! += leaf.split!.gain;
      const [left, right] = this.#part(tree, leaf);
      leaves[at] = left;
      leaves.push(right);
    }
    for (const { node, from, to, sums: of, histogram } of leaves) {
      // From 0, because JSON knows no -0.
      const value = 0 - (this.#rules.learningRate * of.gradient) / (of.hessian + this.#rules.l2Regularization);
      tree.value[node] = value;
      for (let i = from; i < to; i++) scores[order[i]!]! += value;
      this.#pool.push(histogram);
    }
    return tree;
  }

  #sumsOf(): NodeSums {
    const { gradients, hessians } = this.#rows;
    let [gradient, hessian] = [0, 0];
    for (let i = 0; i < gradients.length; i++) {
      gradient += gradients[i]!;
      hessian += hessians ? hessians[i]! : 1;
    }
    return { gradient, hessian, rows: gradients.length };
  }

  #leaf(node: number, from: number, to: number, sums: NodeSums, histogram: Float64Array): Leaf {
    const small = sums.rows < 2 * this.#rules.minSamplesLeaf;
    const split = small ? null : findSplit(histogram, this.#kinds, this.#bins, sums, this.#rules);
    return { node, from, to, sums, histogram, split };
  }

  /** Parts the rows of a leaf in place, keeping their order, and makes its two children. */
  #part(tree: Tree, { node, from, to, sums, histogram, split }: Leaf): [Leaf, Leaf] {
    const { feature, bin, bins, missingLeft, left: leftSums } = split!;
    const goesLeft = new Uint8Array(MISSING + 1);
    if (bins) for (const one of bins) goesLeft[one] = 1;
    else goesLeft.fill(1, 0, bin + 1);
    goesLeft[MISSING] = missingLeft ? 1 : 0;
    const column = this.#rows.columns[feature]!;
    const order = this.#order;
    let middle = from;
    let others = 0;
    for (let i = from; i < to; i++) {
      const row = order[i]!;
      if (goesLeft[column[row]!]) order[middle++] = row;
      else this.#spare[others++] = row;
    }
    order.set(this.#spare.subarray(0, others), middle);

    const plan = this.#rows.plans[feature]!;
    tree.feature[node] = feature;
    // The last bin has no edge: then the split only parts the missing values from the others.
    if (plan.kind === 'numeric') tree.threshold[node] = plan.edges[bin] ?? Number.MAX_VALUE;
    else tree.categories[node] = Array.from(bins!, (one) => plan.codes[one]!).sort((a, b) => a - b);
    tree.missingLeft[node] = missingLeft;
    const left = addNode(tree);
    const right = addNode(tree);
    tree.left[node] = left;
    tree.right[node] = right;

    const rightSums: NodeSums = {
      gradient: sums.gradient - leftSums.gradient,
      hessian: sums.hessian - leftSums.hessian,
      rows: sums.rows - leftSums.rows,
    };
    const smallerIsLeft = middle - from <= to - middle;
    const smaller = smallerIsLeft ? this.#count(from, middle) : this.#count(middle, to);
    for (let i = 0; i < histogram.length; i++) histogram[i]! -= smaller[i]!;
    return [
      this.#leaf(left, from, middle, leftSums, smallerIsLeft ? smaller : histogram),
      this.#leaf(right, middle, to, rightSums, smallerIsLeft ? histogram : smaller),
    ];
  }

  /** The histogram of the rows at [from, to) of the order. */
  #count(from: number, to: number): Float64Array {
    const { columns, gradients, hessians } = this.#rows;
    const histogram = this.#pool.pop()?.fill(0) ?? new Float64Array(columns.length * STRIDE);
    const order = this.#order;
    const gathered = this.#gathered;
    const gatheredHessians = this.#gatheredHessians;
    for (let i = from; i < to; i++) gathered[i] = gradients[order[i]!]!;
    if (hessians) for (let i = from; i < to; i++) gatheredHessians![i] = hessians[order[i]!]!;
    for (let feature = 0; feature < columns.length; feature++) {
      const column = columns[feature]!;
      const start = feature * STRIDE;
      if (gatheredHessians) {
        for (let i = from; i < to; i++) {
          const at = start + column[order[i]!]! * CELL;
          histogram[at]! += gathered[i]!;
          histogram[at + 1]! += gatheredHessians[i]!;
          histogram[at + 2]! += 1;
        }
      } else {
        for (let i = from; i < to; i++) {
          const at = start + column[order[i]!]! * CELL;
          histogram[at]! += gathered[i]!;
          histogram[at + 2]! += 1;
        }
        for (let at = start; at < start + STRIDE; at += CELL) histogram[at + 1] = histogram[at + 2]!;
      }
    }
    return histogram;
  }
}

function addNode(tree: Tree): number {
  tree.feature.push(-1);
  tree.threshold.push(0);
  tree.categories.push(null);
  tree.missingLeft.push(false);
  tree.left.push(-1);
  tree.right.push(-1);
  return tree.value.push(0) - 1;
}

function bestLeaf(leaves: readonly Leaf[]): number {
  let best = -1;
  for (let i = 0; i < leaves.length; i++) {
    const split = leaves[i]!.split;
    if (split && (best < 0 || split.gain > leaves[best]!.split!.gain)) best = i;
  }
  return best;
}
