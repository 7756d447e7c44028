import type { TreeFeature } from '../trees/features.ts';

/** Rows of fold `k`, which is every `folds`-th from the k-th on, and the others. */
export function fold(n: number, k: number, folds: number): { train: Int32Array; held: Int32Array } {
  const all = Int32Array.from({ length: n }, (_, i) => i);
  return { train: all.filter((i) => i % folds !== k), held: all.filter((i) => i % folds === k) };
}

/** The same columns with these rows only. */
export function takeRows(features: readonly TreeFeature[], rows: Int32Array): TreeFeature[] {
  return features.map((feature) => {
    return feature.kind === 'numeric'
      ? { kind: 'numeric', values: Float64Array.from(rows, (row) => feature.values[row]!) }
      : { kind: 'categorical', values: rows.map((row) => feature.values[row]!) };
  });
}
