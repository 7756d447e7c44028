import { MISSING } from './features.ts';

/** Doubles a histogram holds for one bin: sum of gradients, sum of hessians, rows. */
export const CELL = 3;
/** Doubles of one feature's histogram, its bin of missing values among them. */
export const STRIDE = (MISSING + 1) * CELL;

export interface SplitRules {
  minSamplesLeaf: number;
  l2Regularization: number;
}

/** Sums of the rows of a node. */
export interface NodeSums {
  gradient: number;
  hessian: number;
  rows: number;
}

/** The best way to part the rows of a node; `left` holds the sums of the rows that go left. */
export interface Split {
  feature: number;
  gain: number;
  missingLeft: boolean;
  /** Numbers: bins up to this one go left. */
  bin: number;
  /** Categories: these bins go left. */
  bins: Uint8Array | null;
  left: NodeSums;
}

/** A child lighter than this is not made, nor a split of no gain. */
const LEAST_HESSIAN = 1e-3;
const LEAST_GAIN = 1e-12;
/** Weight of the prior by which small categories are ordered nearer to the middle; as scikit-learn and LightGBM. */
const CATEGORY_SMOOTHING = 10;

/** Keeps the best split seen; all candidates of a node go through it. */
class Best {
  split: Split | null = null;
  readonly #node: NodeSums;
  readonly #rules: SplitRules;
  readonly #parent: number;

  constructor(node: NodeSums, rules: SplitRules) {
    this.#node = node;
    this.#rules = rules;
    this.#parent = node.gradient ** 2 / (node.hessian + rules.l2Regularization);
  }

  /** The gain of sending rows with these sums left; 0 where a side would be too small. */
  gainOf(gradient: number, hessian: number, rows: number): number {
    const { minSamplesLeaf, l2Regularization } = this.#rules;
    const rightHessian = this.#node.hessian - hessian;
    if (rows < minSamplesLeaf || this.#node.rows - rows < minSamplesLeaf) return 0;
    if (hessian < LEAST_HESSIAN || rightHessian < LEAST_HESSIAN) return 0;
    const right = this.#node.gradient - gradient;
    const gain = gradient ** 2 / (hessian + l2Regularization) + right ** 2 / (rightHessian + l2Regularization);
    return gain - this.#parent;
  }

  /** Whether a split of this gain would be the best so far; ties go to the first, so that the order of rows is no matter. */
  beats(gain: number): boolean {
    return gain > LEAST_GAIN && gain > (this.split?.gain ?? 0);
  }
}

/** The best split of a node by its histogram, `null` where none gains. `bins`: bins of each feature without the missing one. */
export function findSplit(
  histogram: Float64Array,
  kinds: ReadonlyArray<'numeric' | 'categorical'>,
  bins: readonly number[],
  node: NodeSums,
  rules: SplitRules,
): Split | null {
  const best = new Best(node, rules);
  for (let feature = 0; feature < bins.length; feature++) {
    const cells = histogram.subarray(feature * STRIDE, (feature + 1) * STRIDE);
    if (kinds[feature] === 'numeric') splitNumeric(best, feature, cells, bins[feature]!);
    else splitCategorical(best, feature, cells, bins[feature]!);
  }
  return best.split;
}

/** Scans the thresholds twice where values are missing: with these on the right, then with these on the left. */
function splitNumeric(best: Best, feature: number, cells: Float64Array, bins: number): void {
  const missing = MISSING * CELL;
  for (const missingLeft of cells[missing + 2]! > 0 ? [false, true] : [false]) {
    let gradient = missingLeft ? cells[missing]! : 0;
    let hessian = missingLeft ? cells[missing + 1]! : 0;
    let rows = missingLeft ? cells[missing + 2]! : 0;
    for (let bin = 0; bin < bins; bin++) {
      const at = bin * CELL;
      if (cells[at + 2] === 0) continue; // the same rows go left as one bin before
      gradient += cells[at]!;
      hessian += cells[at + 1]!;
      rows += cells[at + 2]!;
      const gain = best.gainOf(gradient, hessian, rows);
      if (best.beats(gain)) {
        best.split = { feature, gain, missingLeft, bin, bins: null, left: { gradient, hessian, rows } };
      }
    }
  }
}

/**
 * Orders the categories by their mean gradient: the best of all subsets is then a run from one end (Fisher 1958).
 * Missing values go to the right.
 */
function splitCategorical(best: Best, feature: number, cells: Float64Array, bins: number): void {
  const order: number[] = [];
  for (let bin = 0; bin < bins; bin++) if (cells[bin * CELL + 2]! > 0) order.push(bin);
  const score = (bin: number) => cells[bin * CELL]! / (cells[bin * CELL + 1]! + CATEGORY_SMOOTHING);
  order.sort((a, b) => score(a) - score(b) || a - b);
  for (const run of [order, [...order].reverse()]) {
    let [gradient, hessian, rows] = [0, 0, 0];
    for (let i = 0; i < run.length; i++) {
      const at = run[i]! * CELL;
      gradient += cells[at]!;
      hessian += cells[at + 1]!;
      rows += cells[at + 2]!;
      const gain = best.gainOf(gradient, hessian, rows);
      if (best.beats(gain)) {
        const left = { gradient, hessian, rows };
        best.split = { feature, gain, missingLeft: false, bin: -1, bins: Uint8Array.from(run.slice(0, i + 1)), left };
      }
    }
  }
}
