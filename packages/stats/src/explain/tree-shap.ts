import { gaussLegendre } from './gauss-legendre.ts';
import {
  allSlots,
  hasSlot,
  keyOf,
  type LeafPath,
  leafPaths,
  type SlotSet,
  satisfiedSlots,
  sizeOf,
} from './leaf-paths.ts';
import { type EnsembleTree, goesYes, predictTrees, rowsOf, type TreeEnsemble } from './tree-ensemble.ts';

export interface TreeShapValues {
  /** What is said of each output where no feature is known. */
  base: Float64Array;
  /** Contributions by output, each rows x features. With the base they sum to what the trees say of the row. */
  values: Float64Array[];
}

/** Paths of at most so many features list their values by set; longer ones keep those that came. */
const SHORT = 10;

/** Numbers that are kept, so that rows which fall alike through a tree are worked out once. */
const MOST_KEPT = 4_000_000;

/**
 * Exact SHAP values of a sum of trees, of its raw output.
 *
 * With a `background`, a feature that is unknown takes the values of the background's rows, whatever the others are
 * (interventional). Without one, a tree with an unknown feature goes both ways, by the rows that went there in training (path-dependent:
 * it wants covers).
 *
 * Each leaf is a game of its own among the features on its path, whose values have a closed form; they depend only on which of
 * these features send the row towards the leaf, so they are kept by that set. Time: rows x steps to all leaves, and for each new set
 * the square of its path's features, or the rows of the background that differ.
 *
 * Source: Lundberg et al. (2020), Nature Machine Intelligence 2, 56; Nadel and Wettenstein (2024), arXiv:2408.06375.
 * @throws RangeError for values that are no rows, and for a path with more than 62 features.
 */
export function treeShap(
  ensemble: TreeEnsemble,
  rows: Float64Array,
  { background }: { background?: Float64Array | undefined } = {},
): TreeShapValues {
  const { features, outputs, trees } = ensemble;
  const n = rowsOf(rows, features);
  const base = background ? meanPrediction(ensemble, background) : ensemble.base.slice();
  const values = Array.from({ length: outputs }, () => new Float64Array(n * features));
  let kept = 0;
  for (const tree of trees) {
    const answers = answersOf(tree, rows, features);
    const games = leafPaths(tree).map((path) => new LeafGame(path));
    if (background) for (const each of answersOf(tree, background, features)) for (const game of games) game.meet(each);
    else for (const game of games) addExpected(base, game, tree, outputs);
    for (let row = 0; row < n; row++) {
      for (const game of games) {
        const { path } = game;
        const shares = game.valuesFor(answers[row]!, kept < MOST_KEPT);
        if (game.grew) kept += path.features.length;
        for (let k = 0; k < outputs; k++) {
          const value = tree.values[path.leaf * outputs + k]!;
          if (value === 0) continue;
          const into = values[k]!;
          for (let slot = 0; slot < shares.length; slot++) {
            into[row * features + path.features[slot]!]! += value * shares[slot]!;
          }
        }
      }
    }
  }
  return { base, values };
}

function meanPrediction(ensemble: TreeEnsemble, background: Float64Array): Float64Array {
  const { features, outputs } = ensemble;
  const n = rowsOf(background, features);
  if (n === 0) throw new RangeError('the background has no rows.');
  const said = predictTrees(ensemble, background);
  return Float64Array.from({ length: outputs }, (_, k) => {
    let sum = 0;
    for (let row = 0; row < n; row++) sum += said[row * outputs + k]!;
    return sum / n;
  });
}

function addExpected(base: Float64Array, { path }: LeafGame, tree: EnsembleTree, outputs: number): void {
  const share = path.shares.reduce((product, x) => product * x, 1);
  for (let k = 0; k < outputs; k++) base[k]! += share * tree.values[path.leaf * outputs + k]!;
}

/** The answer of every node of a tree to every row. */
function answersOf(tree: EnsembleTree, rows: Float64Array, features: number): Uint8Array[] {
  const nodes = tree.feature.length;
  return Array.from({ length: rows.length / features }, (_, row) => {
    const answers = new Uint8Array(nodes);
    for (let node = 0; node < nodes; node++) {
      const feature = tree.feature[node]!;
      if (feature >= 0 && goesYes(tree, node, rows[row * features + feature]!)) answers[node] = 1;
    }
    return answers;
  });
}

/** The game of one leaf that is worth 1: who of the features on its path brings a row there. */
class LeafGame {
  readonly path: LeafPath;
  /** Whether the last values were new and are kept. */
  grew = false;
  readonly #all: SlotSet;
  readonly #set: SlotSet = { low: 0, high: 0 };
  readonly #known: Map<number, Float64Array> | (Float64Array | undefined)[];
  readonly #inside: Uint8Array;
  /** Sets of slots that rows of the background satisfy, and how many of them do. */
  #met: Map<number, SlotSet & { rows: number }> | null = null;
  #rowsMet = 0;

  constructor(path: LeafPath) {
    this.path = path;
    this.#all = allSlots(path);
    const slots = path.features.length;
    this.#known = slots <= SHORT ? Array.from<undefined>({ length: 2 ** slots }) : new Map();
    this.#inside = new Uint8Array(slots);
  }

  /** Takes in a row of the background. */
  meet(answers: Uint8Array): void {
    this.#met ??= new Map();
    satisfiedSlots(this.path, answers, this.#all, this.#set);
    const key = keyOf(this.#set);
    const known = this.#met.get(key);
    if (known) known.rows++;
    else this.#met.set(key, { ...this.#set, rows: 1 });
    this.#rowsMet++;
  }

  valuesFor(answers: Uint8Array, keep: boolean): Float64Array {
    satisfiedSlots(this.path, answers, this.#all, this.#set);
    const known = this.#known;
    const listed = Array.isArray(known);
    const before = listed ? known[this.#set.low] : known.get(keyOf(this.#set));
    this.grew = !before && keep;
    if (before) return before;
    const values = this.#met ? this.#againstBackground(this.#met.values()) : this.#byShares();
    if (keep && listed) known[this.#set.low] = values;
    else if (keep && !listed) known.set(keyOf(this.#set), values);
    return values;
  }

  /**
   * A coalition S is worth the product of 1 for satisfied slots in S, 0 for others in S, and the share of each slot outside. The value of
   * a slot is the integral over t of 0 to 1 of what it gains where each other slot is in S with chance t: a polynomial, so the sum over
   * few nodes is exact, and nothing cancels.
   */
  #byShares(): Float64Array {
    const { shares } = this.path;
    const d = shares.length;
    const values = new Float64Array(d);
    const inside = this.#inside;
    for (let slot = 0; slot < d; slot++) inside[slot] = hasSlot(this.#set, slot) ? 1 : 0;
    const { nodes, weights } = gaussLegendre(Math.ceil(d / 2));
    for (let i = 0; i < nodes.length; i++) {
      const t = nodes[i]!;
      let all = weights[i]!;
      for (let slot = 0; slot < d; slot++) all *= inside[slot]! * t + shares[slot]! * (1 - t);
      if (all === 0) return values;
      for (let slot = 0; slot < d; slot++) {
        const share = shares[slot]!;
        values[slot]! += inside[slot] === 1 ? ((1 - share) * all) / (t + share * (1 - t)) : -all / (1 - t);
      }
    }
    return values;
  }

  /** Against one row, slots that both satisfy are no matter, and one that neither satisfies makes the leaf unreachable. */
  #againstBackground(met: Iterable<SlotSet & { rows: number }>): Float64Array {
    const { low, high } = this.#set;
    const values = new Float64Array(this.path.features.length);
    for (const other of met) {
      if ((low | other.low) !== this.#all.low || (high | other.high) !== this.#all.high) continue;
      const own = { low: low & ~other.low, high: high & ~other.high };
      const theirs = { low: other.low & ~low, high: other.high & ~high };
      const [a, b] = [sizeOf(own.low, own.high), sizeOf(theirs.low, theirs.high)];
      if (a + b === 0) continue;
      const weights = sizeWeights(a + b);
      const share = other.rows / this.#rowsMet;
      for (let slot = 0; slot < values.length; slot++) {
        if (hasSlot(own, slot)) values[slot]! += share * weights[a - 1]!;
        else if (hasSlot(theirs, slot)) values[slot]! -= share * weights[a]!;
      }
    }
    return values;
  }
}

const weightsOf: Float64Array[] = [];

/** k! (d - 1 - k)! / d! for k of 0 to d - 1: the weight of a coalition of k others among d players. */
function sizeWeights(d: number): Float64Array {
  const known = weightsOf[d];
  if (known) return known;
  const weights = new Float64Array(d);
  if (d > 0) weights[0] = 1 / d;
  for (let k = 1; k < d; k++) weights[k] = (weights[k - 1]! * k) / (d - k);
  weightsOf[d] = weights;
  return weights;
}
