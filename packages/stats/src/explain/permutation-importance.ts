import { shuffled } from '../multivariate/shuffle.ts';
import { randomIntegers } from '../special/random.ts';

export interface PermutationImportanceInput {
  features: number;
  rows: number;
  /** Times that each feature is shuffled, 5 by default. */
  repeats?: number;
  seed: number;
  /**
   * How good the model is, greater is better, where row i has the value of row `order[i]` of a feature; with null, of the rows as they are.
   */
  score(shuffle: { feature: number; order: Int32Array } | null): Promise<number>;
  /** The order of a shuffle; by chance from the seed unless given. */
  order?: (feature: number, repeat: number) => Int32Array;
}

export interface PermutationImportance {
  baseline: number;
  /** By feature, the fall of the score in each repeat. */
  importances: Float64Array[];
  mean: Float64Array;
  /** Standard deviation over the repeats (of the population, as scikit-learn's). */
  std: Float64Array;
}

/**
 * How much worse a model is when a feature's values are shuffled among the rows. Below 0 the shuffled feature did better by chance.
 * Features that say the same share what is theirs: each alone may be of no importance.
 *
 * Source: Breiman (2001), Machine Learning 45; the definition of scikit-learn's permutation_importance.
 */
export async function permutationImportance(input: PermutationImportanceInput): Promise<PermutationImportance> {
  const { features, rows, repeats = 5, seed, score } = input;
  const next = randomIntegers(seed);
  const positions = Array.from({ length: rows }, (_, i) => i);
  const orderOf = input.order ?? (() => Int32Array.from(shuffled(positions, next)));
  const baseline = await score(null);
  const importances: Float64Array[] = [];
  for (let feature = 0; feature < features; feature++) {
    const falls = new Float64Array(repeats);
    for (let repeat = 0; repeat < repeats; repeat++) {
      falls[repeat] = baseline - (await score({ feature, order: orderOf(feature, repeat) }));
    }
    importances.push(falls);
  }
  const mean = Float64Array.from(importances, average);
  const std = Float64Array.from(importances, (falls, i) => Math.sqrt(average(falls.map((x) => (x - mean[i]!) ** 2))));
  return { baseline, importances, mean, std };
}

const average = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
