import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../conformance/multiple-testing.json' with { type: 'json' };
import { adjustPValues, corrections } from './multiple-testing.ts';

const named = corrections.filter((correction) => correction !== 'none');

describe('against statsmodels', () => {
  it.each(vectors.corrections.flatMap((vector) => named.map((correction) => ({ ...vector, correction }))))(
    '$correction, $name',
    (vector) => {
      const adjusted = adjustPValues(vector.p_values, vector.correction);
      const expected = vector[vector.correction];
      for (const [i, p] of adjusted.entries()) expect(Math.abs(p! - expected[i]!)).toBeLessThan(1e-12);
    },
  );
});

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });

describe.each(corrections)('%s', (correction) => {
  it('never makes a p-value smaller, keeps their order, and stays within 1', () => {
    fc.assert(
      fc.property(pValues, (given) => {
        const adjusted = adjustPValues(given, correction) as number[];
        const order = given.map((_, i) => i).sort((a, b) => given[a]! - given[b]!);
        for (const [i, p] of given.entries()) {
          expect(adjusted[i]! >= p * (1 - 1e-12) && adjusted[i]! <= 1).toBe(true);
        }
        for (let i = 1; i < order.length; i++) {
          expect(adjusted[order[i]!]! >= adjusted[order[i - 1]!]! * (1 - 1e-12)).toBe(true);
        }
      }),
      { seed: 1 },
    );
  });

  it('does not depend on the order of the tests, nor count those that were not possible', () => {
    const given = [0.03, null, 0.001, 0.2, null, 0.03];
    const adjusted = adjustPValues(given, correction);
    expect(adjustPValues(given.toReversed(), correction)).toEqual(adjusted.toReversed());
    expect(adjusted.map((p) => p === null)).toEqual(given.map((p) => p === null));
    expect(
      adjustPValues(
        given.filter((p) => p !== null),
        correction,
      ),
    ).toEqual(adjusted.filter((p) => p !== null));
  });
});

it('Holm is never stricter than Bonferroni, and Benjamini-Hochberg never stricter than Holm', () => {
  fc.assert(
    fc.property(pValues, (given) => {
      const [bh, holm, bonferroni] = (['benjamini_hochberg', 'holm', 'bonferroni'] as const).map(
        (correction) => adjustPValues(given, correction) as number[],
      );
      given.forEach((_, i) => {
        expect(holm![i]! <= bonferroni![i]! && bh![i]! <= holm![i]! * (1 + 1e-12)).toBe(true);
      });
    }),
    { seed: 2 },
  );
});
