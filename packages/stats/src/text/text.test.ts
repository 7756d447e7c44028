import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/multivariate.json' with { type: 'json' };
import { randomIntegers } from '../special/random.ts';
import { characteristicTokens } from './characteristic-tokens.ts';
import { bernoulliOdds, textDomainClassifier } from './naive-bayes.ts';
import { judgeUnseenTokens, type TokenSums } from './unseen-tokens.ts';

describe('naive Bayes', () => {
  it('as scikit-learn', () => {
    const { reference, current, logOdds } = vectors.naiveBayes;
    const texts = [...reference, ...current].map((text) => [...new Set(text.split(' '))]);
    const known = [...new Set(texts.flat())];
    const sets = texts.map((tokens) => tokens.map((token) => known.indexOf(token)));
    const odds = bernoulliOdds(sets.slice(0, reference.length), sets.slice(reference.length), known.length);
    sets.forEach((set, i) => expect(odds(set)).toBeCloseTo(logOdds[i]!, 10));
  });

  /** Texts of twenty tokens out of 200; of the window, some hold a token of its own. */
  function texts(seed: number, share: number) {
    const next = randomIntegers(seed);
    const chance = () => next() / 2 ** 32;
    return Array.from({ length: 600 }, (_, i) => {
      const tokens = new Set(Array.from({ length: 20 }, () => Math.floor(chance() * 200)));
      if (i >= 300 && chance() < share) tokens.add(250);
      return [...tokens];
    });
  }

  it.each([
    { share: 0, drifted: false },
    { share: 0.6, drifted: true },
  ])('a token in $share of the texts of the window: drifted $drifted', ({ share, drifted }) => {
    const found = textDomainClassifier(texts(2, share), 300, 256);
    expect(found.drifted).toBe(drifted);
    if (!drifted) expect(Math.abs(found.auc! - 0.5)).toBeLessThan(0.08);
  });

  it('few texts, and texts without a token', () => {
    expect(textDomainClassifier([[1], [2]], 1, 8)).toMatchObject({ auc: null, reason: 'insufficient' });
    expect(
      textDomainClassifier(
        Array.from({ length: 200 }, () => []),
        100,
        8,
      ),
    ).toMatchObject({ auc: 0.5, drifted: false });
  });
});

describe('unseen tokens', () => {
  const sums = (texts: number, tokens: number, unseen: number): TokenSums => ({
    ...{ texts, tokens: texts * tokens, unseen: texts * unseen },
    ...{
      tokenSquares: texts * tokens ** 2,
      unseenSquares: texts * unseen ** 2 * 1.5,
      products: texts * tokens * unseen,
    },
  });
  it.each([
    { name: 'the same share', now: sums(500, 20, 1), drifted: false },
    { name: 'many more', now: sums(500, 20, 4), drifted: true },
    { name: 'more, but not by much', now: sums(500, 20, 1.5), drifted: false },
    { name: 'few texts', now: sums(20, 20, 10), drifted: null },
    { name: 'no text', now: sums(0, 0, 0), drifted: null },
  ])('$name', ({ now, drifted }) => {
    expect(judgeUnseenTokens(sums(500, 20, 1), now).drifted).toBe(drifted);
  });

  it('is the two-proportion z test where each text is one token', () => {
    const one = (texts: number, unseen: number): TokenSums => ({
      ...{ texts, tokens: texts, unseen, tokenSquares: texts, unseenSquares: unseen, products: unseen },
    });
    const found = judgeUnseenTokens(one(200, 20), one(100, 30));
    // statsmodels' test_proportions_2indep(method='wald') of 30/100 against 20/200 divides by n, this by n - 1.
    const z = 0.2 / Math.sqrt((0.1 * 0.9) / 199 + (0.3 * 0.7) / 99);
    expect(found.upper! - found.difference!).toBeCloseTo((1.959963984540054 * 0.2) / z, 10);
    expect(found.difference).toBeCloseTo(0.2, 14);
  });
});

describe('characteristic tokens', () => {
  it('come from the side that has them more, the strongest first', () => {
    const counts = [
      { token: 'the', reference: 900, current: 890 },
      { token: 'refund', reference: 10, current: 400 },
      { token: 'lost', reference: 20, current: 200 },
      { token: 'bus', reference: 500, current: 30 },
    ];
    const found = characteristicTokens(counts, { reference: 1000, current: 1000 });
    expect(found.current.map(({ token }) => token)).toEqual(['refund', 'lost']);
    expect(found.reference.map(({ token }) => token)).toEqual(['bus']);
    expect(characteristicTokens(counts, { reference: 1000, current: 1000 }, 1).current).toHaveLength(1);
  });

  it('a token of one side only has finite odds', () => {
    const { current } = characteristicTokens([{ token: 'x', reference: 0, current: 100 }], {
      reference: 100,
      current: 100,
    });
    expect(Number.isFinite(current[0]!.z)).toBe(true);
  });

  it('exchanging the sides turns the sign of z, and no z is infinite', () => {
    const count = fc.record({ token: fc.string(), reference: fc.nat(50), current: fc.nat(50) });
    fc.assert(
      fc.property(fc.uniqueArray(count, { selector: ({ token }) => token, maxLength: 8 }), (counts) => {
        const there = characteristicTokens(counts, { reference: 50, current: 50 });
        const turned = counts.map(({ token, reference, current }) => ({
          token,
          reference: current,
          current: reference,
        }));
        const back = characteristicTokens(turned, { reference: 50, current: 50 });
        expect(back.current.map(({ token }) => token)).toEqual(there.reference.map(({ token }) => token));
        for (const { z } of [...there.reference, ...there.current]) expect(Number.isFinite(z)).toBe(true);
      }),
    );
  });
});
