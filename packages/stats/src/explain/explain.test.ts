import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/explanations.json' with { type: 'json' };
import { type CoalitionGame, kernelShap } from './kernel-shap.ts';
import { lime } from './lime.ts';
import { permutationImportance } from './permutation-importance.ts';
import { kendallTau, ndcg } from './rankings.ts';

/** The model of conformance/explanations.py. */
function model(x: ArrayLike<number>): number {
  let said = Math.sin(x[0]!) * x[1]! + (x[3]! > 0 ? x[2]! ** 2 : 0) - Math.exp(-(x[4]! ** 2));
  for (let j = 5; j < x.length; j++) said += (0.1 * j + 0.2 * x[0]! * x[j - 1]!) * x[j]!;
  return said;
}

/** What the model says of a row where the features outside are taken from a background, on average. */
function gameOf(row: number[], background: number[][]): CoalitionGame {
  const players = row.length;
  return {
    players,
    outputs: 1,
    worth: async (members, count) =>
      Float64Array.from({ length: count }, (_, i) => {
        const said = background.map((other) => model(row.map((x, j) => (members[i * players + j] ? x : other[j]!))));
        return said.reduce((sum, x) => sum + x, 0) / said.length;
      }),
  };
}

describe('SHAP values of any model', () => {
  const [small, large] = vectors.kernel.cases;

  it('are those of shap, where all coalitions are asked for', async () => {
    for (const [i, row] of small!.rows.entries()) {
      const found = await kernelShap(gameOf(row, small!.background), { seed: 1 });
      expect(found.exact).toBe(true);
      expect(found.base[0]).toBeCloseTo(small!.base, 9);
      small!.values[i]!.forEach((value, j) => expect(found.values[0]![j]).toBeCloseTo(value, 9)); // biome-ignore format: one line
    }
  });

  it('lie within their stated errors of the exact ones, where coalitions are drawn', async () => {
    const scaled: number[] = [];
    for (const [i, row] of large!.rows.entries()) {
      for (let seed = 1; seed <= 10; seed++) {
        const found = await kernelShap(gameOf(row, large!.background), { seed, samples: 400 });
        expect(found.exact).toBe(false);
        expect(found.coalitions).toBeLessThanOrEqual(402);
        large!.values[i]!.forEach((value, j) => {
          scaled.push((found.values[0]![j]! - value) / found.errors[0]![j]!);
        });
        const sum = found.values[0]!.reduce((total, x) => total + x, 0);
        expect(found.base[0]! + sum).toBeCloseTo(found.full[0]!, 9);
      }
    }
    // 260 gaps in standard errors: about one each, and hardly one beyond four.
    const spread = Math.sqrt(scaled.reduce((sum, z) => sum + z * z, 0) / scaled.length);
    expect(spread).toBeGreaterThan(0.7);
    expect(spread).toBeLessThan(1.3);
    expect(scaled.filter((z) => Math.abs(z) > 4)).toEqual([]);
  });

  it('of a sum over players are its parts, without error, however few coalitions are drawn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 12, maxLength: 14 }),
        fc.integer({ min: 0, max: 1e6 }),
        async (parts, seed) => {
          const game: CoalitionGame = {
            players: parts.length,
            outputs: 1,
            worth: async (members, count) =>
              Float64Array.from({ length: count }, (_, i) =>
                parts.reduce((sum, part, j) => sum + part * members[i * parts.length + j]!, 0),
              ),
          };
          const { values, errors } = await kernelShap(game, { seed, samples: 150 });
          parts.forEach((part, j) => {
            expect(values[0]![j]).toBeCloseTo(part, 8);
            expect(errors[0]![j]).toBeLessThan(1e-8);
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are the same for players that are worth the same, and nothing for one that is worth nothing', async () => {
    const worth = async (members: Uint8Array, count: number) =>
      Float64Array.from({ length: count }, (_, i) => {
        const [a, b, c] = members.subarray(i * 4, i * 4 + 4);
        return a! * b! * 4 + c! * (a! + b!);
      });
    const { values } = await kernelShap({ players: 4, outputs: 1, worth }, { seed: 1 });
    expect(values[0]![0]).toBeCloseTo(values[0]![1]!, 12);
    expect(values[0]![3]).toBe(0);
  });
});

describe('permutation importance', () => {
  const { rows, labels, orders, importances, mean, std } = vectors.permutation;
  const score = async (shuffle: { feature: number; order: Int32Array } | null) => {
    const cell = (i: number, j: number) => rows[shuffle?.feature === j ? shuffle.order[i]! : i]![j]!;
    return -labels.reduce((sum, y, i) => sum + (2 * cell(i, 0) + Math.sin(cell(i, 1)) - y) ** 2 / labels.length, 0);
  };

  it('is that of scikit-learn for the same shuffles', async () => {
    const order = (feature: number, repeat: number) => Int32Array.from(orders[feature]![repeat]!);
    const found = await permutationImportance({ features: 3, rows: rows.length, repeats: 4, seed: 1, score, order });
    importances.flat().forEach((fall, i) => expect(found.importances[Math.floor(i / 4)]![i % 4]).toBeCloseTo(fall, 10)); // biome-ignore format: one line
    mean.forEach((value, i) => expect(found.mean[i]).toBeCloseTo(value, 10)); // biome-ignore format: one line
    std.forEach((value, i) => expect(found.std[i]).toBeCloseTo(value, 10)); // biome-ignore format: one line
  });

  it('with shuffles of its own is near, the same for the same seed, and 0 of a feature that is not looked at', async () => {
    const input = { features: 3, rows: rows.length, repeats: 10, seed: 4, score };
    const [found, again] = [await permutationImportance(input), await permutationImportance(input)];
    expect(found).toEqual(again);
    expect(Math.abs(found.mean[0]! - mean[0]!)).toBeLessThan(3 * std[0]!);
    expect(found.mean[2]).toBe(0);
  });
});

describe('a local linear model', () => {
  const { background, row, mean, std } = vectors.lime;
  const said = (x: ArrayLike<number>) =>
    1.5 * Number(x[0] === 2) + 0.7 * Number(x[1]! >= 2 && x[0] === 2) - 0.4 * x[3]! + 0.2 * x[2]!;
  const input = {
    bins: row.map((_, j) => Int32Array.from(background, (other) => other[j]!)),
    own: Int32Array.from(row),
    predict: async (sources: Int32Array, rows: number) =>
      Float64Array.from({ length: rows }, (_, i) =>
        said(row.map((x, j) => (sources[i * 5 + j]! < 0 ? x : background[sources[i * 5 + j]!]![j]!))),
      ),
  };

  it('is that of lime, within its spread over seeds', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const found = await lime({ ...input, seed });
      [...found.values, found.intercept, found.r2!].forEach((value, i) => {
        expect(Math.abs(value - mean[i]!)).toBeLessThan(4 * std[i]! * Math.sqrt(1 + 1 / 8));
      });
      expect(found.prediction).toBeCloseTo(said(row), 12);
      found.errors.forEach((error, i) => {
        expect(error / std[i]!).toBeGreaterThan(1 / 3);
        expect(error / std[i]!).toBeLessThan(3);
      });
    }
  });

  it('is the same for the same seed', async () => {
    expect(await lime({ ...input, seed: 7, samples: 300 })).toEqual(await lime({ ...input, seed: 7, samples: 300 }));
  });

  it('says nothing of how well it fits a model that always says the same', async () => {
    const found = await lime({
      ...input,
      seed: 1,
      samples: 50,
      predict: async (_, rows) => new Float64Array(rows).fill(3),
    });
    expect(found).toMatchObject({ intercept: expect.closeTo(3, 9), local: expect.closeTo(3, 9), r2: null });
  });
});

describe('rankings', () => {
  it.each(vectors.rankings.cases)('are compared as by scikit-learn and scipy ($first.length)', (given) => {
    expect(ndcg(given.first, given.second)).toBeCloseTo(given.ndcg, 12);
    expect(kendallTau(given.first, given.second)).toBeCloseTo(given.kendallTau, 12);
  });

  it('without an order have no answer', () => {
    expect(ndcg([0, 0], [1, 2])).toBeNull();
    expect(kendallTau([1, 1], [1, 2])).toBeNull();
    expect(() => ndcg([-1, 2], [1, 2])).toThrow(/got -1/);
    expect(() => ndcg([1], [1, 2])).toThrow(/as many/);
  });
});
