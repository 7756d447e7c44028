import type { EnsembleTree } from './tree-ensemble.ts';

/** Features of one path that a set of them can hold: two words of 31 bits. */
const WORD = 31;
const MOST_FEATURES = 2 * WORD;

/** The way from the root to a leaf. The features on it are numbered in the order in which they are first met: its slots. */
export interface LeafPath {
  leaf: number;
  /** The feature of each slot. */
  features: Int32Array;
  /** Each step: the node, the answer it must give, and the slot that it belongs to. */
  nodes: Int32Array;
  wanted: Uint8Array;
  slots: Uint8Array;
  /** Of each slot the share of rows that its nodes let through, by their covers. */
  shares: Float64Array;
}

/** A set of slots. */
export interface SlotSet {
  low: number;
  high: number;
}

/**
 * The paths to all leaves.
 * @throws RangeError for a path with more than 62 features: its sets would not fit.
 */
export function leafPaths(tree: EnsembleTree): LeafPath[] {
  const paths: LeafPath[] = [];
  const nodes: number[] = [];
  const wanted: number[] = [];
  const walk = (node: number) => {
    if (tree.feature[node]! < 0) {
      paths.push(pathOf(tree, node, nodes, wanted));
      return;
    }
    for (const answer of [1, 0]) {
      nodes.push(node);
      wanted.push(answer);
      walk(answer ? tree.yes[node]! : tree.no[node]!);
      nodes.pop();
      wanted.pop();
    }
  };
  walk(0);
  return paths;
}

function pathOf(tree: EnsembleTree, leaf: number, nodes: number[], wanted: number[]): LeafPath {
  const features: number[] = [];
  const shares: number[] = [];
  const slots = nodes.map((node, i) => {
    const feature = tree.feature[node]!;
    let slot = features.indexOf(feature);
    if (slot < 0) {
      slot = features.push(feature) - 1;
      shares.push(1);
    }
    const next = wanted[i] ? tree.yes[node]! : tree.no[node]!;
    // Where no row came, nothing is known: both ways are as likely.
    shares[slot]! *= tree.cover[node]! > 0 ? tree.cover[next]! / tree.cover[node]! : 0.5;
    return slot;
  });
  if (features.length > MOST_FEATURES) {
    throw new RangeError(`a path asks for ${features.length} features; at most ${MOST_FEATURES} can be attributed.`);
  }
  return {
    leaf,
    features: Int32Array.from(features),
    nodes: Int32Array.from(nodes),
    wanted: Uint8Array.from(wanted),
    slots: Uint8Array.from(slots),
    shares: Float64Array.from(shares),
  };
}

/** All slots of a path. */
export function allSlots({ features }: LeafPath): SlotSet {
  const ones = (count: number) => (count >= WORD ? 0x7f_ff_ff_ff : (1 << Math.max(0, count)) - 1);
  return { low: ones(features.length), high: ones(features.length - WORD) };
}

/** The slots whose every node gives a row the answer that leads to the leaf; `answers` has that of each node of the tree. */
export function satisfiedSlots(path: LeafPath, answers: Uint8Array, all: SlotSet, into: SlotSet): void {
  const { nodes, wanted, slots } = path;
  let { low, high } = all;
  for (let i = 0; i < nodes.length; i++) {
    if (answers[nodes[i]!] === wanted[i]) continue;
    const slot = slots[i]!;
    if (slot < WORD) low &= ~(1 << slot);
    else high &= ~(1 << (slot - WORD));
  }
  into.low = low;
  into.high = high;
}

export const hasSlot = ({ low, high }: SlotSet, slot: number): boolean =>
  slot < WORD ? (low & (1 << slot)) !== 0 : (high & (1 << (slot - WORD))) !== 0;

/** A number for each set. */
export const keyOf = ({ low, high }: SlotSet): number => high * 2 ** WORD + low;

export function sizeOf(low: number, high: number): number {
  return ones(low) + ones(high);
}

function ones(word: number): number {
  let x = word - ((word >> 1) & 0x55_55_55_55);
  x = (x & 0x33_33_33_33) + ((x >> 2) & 0x33_33_33_33);
  return (((x + (x >> 4)) & 0x0f_0f_0f_0f) * 0x01_01_01_01) >> 24;
}
