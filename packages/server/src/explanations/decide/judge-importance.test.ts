import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jackknife } from './jackknife.ts';
import { type Expectations, type Importance, judgeImportance } from './judge-importance.ts';

/** Importance by feature in each repeat. */
const of = (by: Record<string, number[]>, effects: Record<string, [number, number, number]> = {}): Importance => ({
  ...{ method: 'permutation', unit: 'roc_auc', features: Object.keys(by), rows: 500 },
  repeats: Object.values(by).map((values) => Float64Array.from(values)),
  effects: Object.keys(by).map((name) => {
    const [value, lower, upper] = effects[name] ?? [];
    return value === undefined ? null : { value, lower: lower!, upper: upper! };
  }),
});
const asked: Expectations = { similarity: 0.9, sign: {}, forbidden: {}, leak: 1 };

const CHAMPION = of({ price: [0.3, 0.31, 0.29], age: [0.1, 0.11, 0.09], city: [0.02, 0.03, 0.01] });
const ALIKE = of({ price: [0.28, 0.3, 0.29], age: [0.12, 0.1, 0.11], city: [0.01, 0.02, 0.02] });
const REVERSED = of({ price: [0.01, 0.02, 0.01], age: [0.1, 0.11, 0.09], city: [0.3, 0.31, 0.29] });

describe('what a challenger goes by', () => {
  it.each<[string, Partial<Expectations>, Importance, Importance | null, string | null, string, string]>([
    ['the same as the champion', {}, ALIKE, CHAMPION, null, 'pass', 'goes_by_the_same'],
    ['other features', {}, REVERSED, CHAMPION, null, 'fail', 'goes_by_other_features'],
    ['no champion', {}, REVERSED, null, 'no_champion', 'pass', 'no_champion'],
    ['a champion that cannot be run', {}, ALIKE, null, 'champion_not_scored', 'inconclusive', 'champion_not_scored'],
    ['nothing that matters to the champion', {}, ALIKE, of({ price: [0, 0], age: [-1, -1], city: [0, 0] }), null, 'inconclusive', 'no_feature_matters'], // biome-ignore format: one line a case
    [
      'an order that the repeats do not settle',
      {},
      of({ price: [0.5, 0, 0], age: [0.1, 0.1, 0.1], city: [0, 0.4, 0] }),
      CHAMPION,
      null,
      'inconclusive',
      'too_uncertain',
    ],
  ])('%s', (_, also, challenger, champion, without, verdict, reason) => {
    const { findings } = judgeImportance({ ...asked, ...also }, challenger, champion, without);
    expect(findings).toMatchObject([{ check: 'similarity', verdict, reason }]);
  });

  const effects = of({ price: [1, 1], age: [1, 1], city: [1, 1] }, { price: [-2, -3, -1], age: [0.1, -0.4, 0.6] });
  it.each<[string, string, 'positive' | 'negative', string, string]>([
    ['the sign that is expected', 'price', 'negative', 'pass', 'as_expected'],
    ['the other sign', 'price', 'positive', 'fail', 'wrong_sign'],
    ['a sign that is not clear', 'age', 'positive', 'inconclusive', 'too_uncertain'],
    ['a feature that is no number', 'city', 'positive', 'inconclusive', 'no_effect_known'],
    ['a feature that it does not take', 'wind', 'positive', 'inconclusive', 'no_effect_known'],
  ])('%s', (_, feature, sign, verdict, reason) => {
    const { findings } = judgeImportance({ ...asked, similarity: 0, sign: { [feature]: sign } }, effects, null, null);
    expect(findings).toMatchObject([{ check: 'sign', feature, verdict, reason }]);
  });

  it.each<[string, string[], number, string[]]>([
    ['all among the first', ['price', 'age'], 2, ['pass', 'pass']],
    ['one that is not', ['city'], 2, ['fail']],
    ['one that it does not take', ['wind'], 2, ['inconclusive']],
  ])('%s', (_, features, first, verdicts) => {
    const { findings } = judgeImportance({ ...asked, similarity: 0, top: { features, first } }, ALIKE, null, null);
    expect(findings.map(({ verdict }) => verdict)).toEqual(verdicts);
  });

  it('is inconclusive of a place that depends on a repeat', () => {
    const close = of({ price: [0.3, 0.3, 0.3], age: [0.1, 0.2, 0.1], city: [0.19, 0.1, 0.12] });
    const { findings } = judgeImportance({ ...asked, similarity: 0, top: { features: ['city'], first: 2 } }, close, null, null); // biome-ignore format: one line
    expect(findings).toMatchObject([{ verdict: 'inconclusive', lower: 2, upper: 3 }]);
  });

  it.each<[string, Record<string, number>, string]>([
    ['a forbidden feature of no weight', { city: 0.2 }, 'pass'],
    ['a forbidden feature', { age: 0.05 }, 'fail'],
    ['a forbidden feature that it does not take', { wind: 0 }, 'pass'],
    ['a share that may be either', { age: 0.265 }, 'inconclusive'],
  ])('%s', (_, forbidden, verdict) => {
    const { findings } = judgeImportance({ ...asked, similarity: 0, forbidden }, ALIKE, null, null);
    expect(findings).toMatchObject([{ check: 'forbidden', verdict }]);
  });

  it('fails where one feature says nearly all, and tells which', () => {
    const leaking = of({ total: [0.5, 0.49, 0.51], age: [0.001, 0, 0.001] });
    const { findings } = judgeImportance({ ...asked, similarity: 0, leak: 0.95 }, leaking, null, null);
    expect(findings).toMatchObject([{ check: 'leak', feature: 'total', verdict: 'fail' }]);
    const single = judgeImportance({ ...asked, similarity: 0, leak: 0.95 }, of({ total: [1, 1] }), null, null);
    expect(single.findings).toEqual([]);
  });

  it('counts by the value alone where the trainer said it', () => {
    const given = of({ price: [3], age: [1], city: [0.2] });
    const { findings, features } = judgeImportance({ ...asked, forbidden: { age: 0.3 } }, given, CHAMPION, null);
    expect(findings).toMatchObject([
      { check: 'similarity', verdict: 'pass', lower: null },
      { check: 'forbidden', verdict: 'pass', lower: null },
    ]);
    expect(features[0]).toMatchObject({ feature: 'price', importance: 3, lower: null });
  });

  it('tells what moved, the most first, and features that the champion does not take', () => {
    const { moved, features, kendallTau } = judgeImportance(asked, REVERSED, CHAMPION, null);
    expect(moved.map(({ feature }) => feature)).toEqual(['price', 'city']);
    expect(features.map(({ feature }) => feature)).toEqual(['city', 'age', 'price']);
    expect(kendallTau).toBe(-1);
    const added = judgeImportance(asked, of({ wind: [1, 1], price: [1, 1] }), CHAMPION, null);
    expect(added.features.find(({ feature }) => feature === 'wind')!.championShare).toBe(0);
  });
});

describe('a jackknife', () => {
  it('of a mean is the interval of Student', () => {
    const found = jackknife([Float64Array.of(1, 2, 3, 4)], ([mean]) => mean!);
    // 2.5 and t of 3 degrees of freedom times the standard error of the mean.
    expect(found).toEqual({ value: 2.5, lower: expect.closeTo(2.5 - 3.182446 * 0.645497, 5), upper: expect.closeTo(2.5 + 3.182446 * 0.645497, 5) }); // biome-ignore format: one line
  });

  it('holds the value, whatever the repeats', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 2, maxLength: 9 }), (values) => {
        const { value, lower, upper } = jackknife([Float64Array.from(values)], ([mean]) => mean! ** 2);
        expect(lower!).toBeLessThanOrEqual(value!);
        expect(upper!).toBeGreaterThanOrEqual(value!);
      }),
    );
  });
});
