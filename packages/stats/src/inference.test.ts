import { describe, expect, it } from 'vitest';
import vectors from '../../../conformance/inference.json' with { type: 'json' };
import { mcNemar } from './comparison/mc-nemar.ts';
import { normalInterval, standardErrorOfMean } from './intervals/normal-interval.ts';
import { wilsonInterval } from './intervals/wilson.ts';
import { adjustPValues, benjaminiHochberg, bonferroni } from './multiple-testing.ts';

const allClose = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 12);
};

describe('against statsmodels', () => {
  it.each(vectors.wilson)('Wilson, $successes of $n', ({ successes, n, confidence, expected }) => {
    const { lower, upper } = wilsonInterval(successes, n, confidence)!;
    allClose([lower, upper], expected);
  });

  it.each(vectors.multiple_testing)('corrections of $p_values', (vector) => {
    allClose(benjaminiHochberg(vector.p_values), vector.benjamini_hochberg);
    allClose(bonferroni(vector.p_values), vector.bonferroni);
  });

  it.each(vectors.mcnemar)('McNemar, $champion_only and $challenger_only', ({ champion_only, challenger_only, p }) => {
    const { pValue } = mcNemar({ championOnly: champion_only, challengerOnly: challenger_only });
    expect(pValue).toBeCloseTo(p, 12);
  });
});

describe('edges of the definitions', () => {
  it('null p-values stay null and are not counted', () => {
    expect(adjustPValues([null, 0.02, null, 0.5], 'bonferroni')).toEqual([null, 0.04, null, 1]);
    expect(adjustPValues([], 'benjamini_hochberg')).toEqual([]);
  });

  it('no interval without rows or variance', () => {
    expect(wilsonInterval(0, 0)).toBeNull();
    expect(normalInterval(1, standardErrorOfMean(1, 1, 1))).toBeNull();
    expect(normalInterval(0.1, standardErrorOfMean(3, 0.3, 0.03))).toBeNull();
  });

  it('equal numbers of discordant rows are no evidence', () => {
    expect(mcNemar({ championOnly: 0, challengerOnly: 0 })).toEqual({ pValue: 1, discordant: 0 });
  });
});
