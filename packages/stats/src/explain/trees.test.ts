import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/explanations.json' with { type: 'json' };
import { kernelShap } from './kernel-shap.ts';
import { countCovers, type EnsembleTree, predictTrees, type TreeEnsemble } from './tree-ensemble.ts';
import { treeShap } from './tree-shap.ts';

const flat = (rows: (number | null)[][]) => Float64Array.from(rows.flat(), (x) => x ?? Number.NaN);

/** Trees as shap describes them. */
function ensembleOf(name: string): TreeEnsemble {
  const { trees } = vectors.trees.cases.find((each) => each.name === name)!;
  const outputs = trees![0]!.values[0]!.length;
  return {
    features: 5,
    outputs,
    base: new Float64Array(outputs),
    trees: trees!.map((tree): EnsembleTree => {
      const nodes = tree.feature.length;
      return {
        feature: Int32Array.from(tree.feature),
        comparison: new Uint8Array(nodes),
        threshold: Float64Array.from(tree.threshold),
        missingYes: Uint8Array.from(tree.missing, (way, i) => (way === tree.yes[i] ? 1 : 0)),
        yes: Int32Array.from(tree.yes),
        no: Int32Array.from(tree.no),
        cover: Float64Array.from(tree.cover),
        values: Float64Array.from(tree.values.flat()),
      };
    }),
  };
}

const FOREST = 'forest, three classes';

describe('SHAP values of trees', () => {
  const forest = ensembleOf(FOREST);
  const { rows, says, interventional, pathDependent } = vectors.trees.cases.find(({ name }) => name === FOREST)!;
  const asked = flat(rows);
  const background = flat(vectors.trees.background);

  it.each([
    ['by a background', { background }, interventional],
    ['by the paths', {}, pathDependent],
  ])('are those of shap, %s', (_, options, expected) => {
    const found = treeShap(forest, asked, options);
    expected.values.forEach((values, k) => {
      expect(found.base[k]).toBeCloseTo(expected.base![k]!, 7);
      values.flat().forEach((value, i) => expect(found.values[k]![i]).toBeCloseTo(value, 7)); // biome-ignore format: one line
    });
  });

  it('counts the covers that the trees were trained with', () => {
    const counted = countCovers(forest, flat(vectors.trees.training));
    counted.trees.forEach(({ cover }, i) => expect(cover).toEqual(forest.trees[i]!.cover)); // biome-ignore format: one line
    predictTrees(forest, asked).forEach((said, i) => expect(said).toBeCloseTo(says.flat()[i]!, 6)); // biome-ignore format: one line
  });

  it.each<[string, () => unknown, RegExp]>([
    ['values that are no rows', () => treeShap(forest, new Float64Array(7)), /7 values are no rows of 5 features/],
    ['an empty background', () => treeShap(forest, asked, { background: new Float64Array() }), /no rows/],
    ['a path of too many features', () => treeShap(chain(63), new Float64Array(63)), /63 features; at most 62/],
  ])('refuses %s', (_, act, reason) => expect(act).toThrow(reason));

  it('takes 62 features on one path', () => {
    const { base, values } = treeShap(chain(62), new Float64Array(62).fill(1));
    expect(values[0]![61]).toBeGreaterThan(0);
    expect(base[0]! + values[0]!.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
  });
});

/** A tree that asks each feature in turn whether it is above 0; only where all are, it says 1. */
function chain(features: number): TreeEnsemble {
  const nodes = 2 * features + 1;
  const inner = (i: number) => i < features;
  const tree: EnsembleTree = {
    feature: Int32Array.from({ length: nodes }, (_, i) => (inner(i) ? i : -1)),
    comparison: new Uint8Array(nodes).fill(3),
    threshold: new Float64Array(nodes),
    missingYes: new Uint8Array(nodes),
    yes: Int32Array.from({ length: nodes }, (_, i) => (i < features - 1 ? i + 1 : i < features ? nodes - 1 : -1)),
    no: Int32Array.from({ length: nodes }, (_, i) => (inner(i) ? features + i : -1)),
    cover: Float64Array.from({ length: nodes }, (_, i) => (inner(i) ? 2 * (features - i) : 1)),
    values: new Float64Array(nodes),
  };
  tree.cover[nodes - 1] = 1;
  tree.values[nodes - 1] = 1;
  return { features, outputs: 1, base: new Float64Array(1), trees: [tree] };
}

const FEATURES = 4;
const numbers = fc.integer({ min: -3, max: 3 });
const rowsOf = (least: number) =>
  fc
    .array(fc.array(fc.oneof(numbers, fc.constant(Number.NaN)), { minLength: FEATURES, maxLength: FEATURES }), {
      minLength: least,
      maxLength: 6,
    })
    .map((rows) => Float64Array.from(rows.flat()));

/** Trees of any shape over features before `features`. */
const treeOf = (features: number): fc.Arbitrary<EnsembleTree> =>
  fc
    .array(
      fc.record({
        split: fc.boolean(),
        feature: fc.integer({ min: 0, max: features - 1 }),
        comparison: fc.integer({ min: 0, max: 5 }),
        threshold: numbers,
        missingYes: fc.integer({ min: 0, max: 1 }),
        value: fc.double({ min: -5, max: 5, noNaN: true }),
      }),
      { minLength: 1, maxLength: 25 },
    )
    .map((drawn) => {
      const nodes: { node: (typeof drawn)[number]; yes: number; no: number }[] = [];
      const grow = (i: number, depth: number): number => {
        const node = drawn[i % drawn.length]!;
        const at = nodes.push({ node, yes: -1, no: -1 }) - 1;
        if (node.split && depth < 4) {
          nodes[at]!.yes = grow(2 * i + 1, depth + 1);
          nodes[at]!.no = grow(2 * i + 2, depth + 1);
        }
        return at;
      };
      grow(0, 0);
      const leaf = ({ yes }: { yes: number }) => yes < 0;
      return {
        feature: Int32Array.from(nodes, (each) => (leaf(each) ? -1 : each.node.feature)),
        comparison: Uint8Array.from(nodes, ({ node }) => node.comparison),
        threshold: Float64Array.from(nodes, ({ node }) => node.threshold),
        missingYes: Uint8Array.from(nodes, ({ node }) => node.missingYes),
        yes: Int32Array.from(nodes, ({ yes }) => yes),
        no: Int32Array.from(nodes, ({ no }) => no),
        cover: new Float64Array(nodes.length),
        values: Float64Array.from(nodes, (each) => (leaf(each) ? each.node.value : 0)),
      };
    });
const ensembles = (features = FEATURES): fc.Arbitrary<TreeEnsemble> =>
  fc
    .array(treeOf(features), { minLength: 1, maxLength: 3 })
    .map((trees) => ({ features: FEATURES, outputs: 1, base: Float64Array.of(0.5), trees }));

const sumsOf = (values: Float64Array) =>
  Array.from({ length: values.length / FEATURES }, (_, row) =>
    values.subarray(row * FEATURES, (row + 1) * FEATURES).reduce((sum, x) => sum + x, 0),
  );
const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(1e-9);

describe('SHAP values of any trees', () => {
  it('sum to what is said, by a background and by the paths', () => {
    fc.assert(
      fc.property(ensembles(), rowsOf(1), rowsOf(1), (ensemble, rows, background) => {
        const said = predictTrees(ensemble, rows);
        for (const found of [
          treeShap(ensemble, rows, { background }),
          treeShap(countCovers(ensemble, background), rows),
        ]) {
          sumsOf(found.values[0]!).forEach((sum, row) => near(found.base[0]! + sum, said[row]!)); // biome-ignore format: one line
        }
      }),
    );
  });

  it('give nothing to a feature that no tree asks', () => {
    fc.assert(
      fc.property(ensembles(FEATURES - 1), rowsOf(1), rowsOf(1), (ensemble, rows, background) => {
        const { values } = treeShap(ensemble, rows, { background });
        for (let i = FEATURES - 1; i < rows.length; i += FEATURES) expect(values[0]![i]).toBe(0);
      }),
    );
  });

  it('add up over ensembles', () => {
    fc.assert(
      fc.property(ensembles(), ensembles(), rowsOf(1), rowsOf(1), (one, other, rows, background) => {
        const both = { ...one, trees: [...one.trees, ...other.trees] };
        const [a, b, sum] = [one, other, both].map((each) => treeShap(each, rows, { background }).values[0]!);
        sum!.forEach((value, i) => near(value, a![i]! + b![i]!)); // biome-ignore format: one line
      }),
    );
  });

  it('by a background are the Shapley values of what is said where the others are taken from it', async () => {
    await fc.assert(
      fc.asyncProperty(ensembles(), rowsOf(1), rowsOf(1), async (ensemble, rows, background) => {
        const row = rows.subarray(0, FEATURES);
        const game = {
          players: FEATURES,
          outputs: 1,
          async worth(members: Uint8Array, count: number) {
            return Float64Array.from({ length: count }, (_, i) => {
              const mixed = background.map((x, at) =>
                members[i * FEATURES + (at % FEATURES)] ? row[at % FEATURES]! : x,
              );
              const said = predictTrees(ensemble, mixed);
              return said.reduce((sum, x) => sum + x, 0) / said.length;
            });
          },
        };
        const exact = await kernelShap(game, { seed: 1 });
        const found = treeShap(ensemble, row, { background });
        near(found.base[0]!, exact.base[0]!);
        exact.values[0]!.forEach((value, i) => near(found.values[0]![i]!, value)); // biome-ignore format: one line
      }),
    );
  });
});
