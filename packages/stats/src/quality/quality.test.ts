import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summariseCategories, summariseNumbers } from '../testing/summaries.ts';
import { categoricalBaselineDistance, numericBaselineDistance } from './baseline-distance.ts';
import { type CorrelatedPair, correlationInterval, judgeCorrelations } from './judge-correlations.ts';
import { judgeRowCount } from './judge-row-count.ts';
import { judgeShare } from './judge-share.ts';
import { type ColumnConstraints, suggestConstraints } from './suggest-constraints.ts';
import { textFormats } from './text-formats.ts';

const vectors = JSON.parse(readFileSync(new URL('../../../../conformance/quality.json', import.meta.url), 'utf8')) as {
  correlations: { cases: { r: number; n: number; lower: number; upper: number }[] };
  differences: { cases: { bad: number; n: number; before: number; m: number; lower: number; upper: number }[] };
};

describe('judgeShare', () => {
  it.each([
    ['nothing came', { bad: 0, n: 0, allowed: 0 }, null],
    ['declared: one row is enough', { bad: 1, n: 1_000_000, allowed: 0 }, true],
    ['declared: as many as are allowed', { bad: 10, n: 1000, allowed: 0.01 }, false],
    [
      'declared: the reference does not matter',
      { bad: 500, n: 1000, allowed: 0.5, reference: { bad: 0, n: 10 } },
      false,
    ],
    ['inferred: effect and evidence', { bad: 100, n: 1000, reference: { bad: 10, n: 1000 } }, true],
    ['inferred: too small an effect', { bad: 5_500, n: 1_000_000, reference: { bad: 0, n: 1_000_000 } }, false],
    ['inferred: too little evidence', { bad: 1, n: 20, reference: { bad: 0, n: 20 } }, false],
    ['inferred: a small reference is little evidence', { bad: 60, n: 1000, reference: { bad: 0, n: 20 } }, false],
    ['inferred: less than before', { bad: 10, n: 1000, reference: { bad: 100, n: 1000 } }, false],
    ['neither declared nor a reference', { bad: 10, n: 1000 }, null],
    ['a reference without rows', { bad: 10, n: 1000, reference: { bad: 0, n: 0 } }, null],
  ])('%s', (_, input, found) => {
    expect(judgeShare(input).found).toBe(found);
  });

  it('says on which it rests, and never a number that is none', () => {
    expect(judgeShare({ bad: 0, n: 0, allowed: 0.1 })).toMatchObject({
      basis: 'declared',
      value: null,
      reason: 'no_data',
    });
    expect(judgeShare({ bad: 1, n: 4 })).toMatchObject({ basis: 'inferred', value: 0.25, reason: 'no_reference' });
  });

  it('its evidence is the interval of Newcombe', () => {
    for (const { bad, n, before, m, lower } of vectors.differences.cases) {
      const { found } = judgeShare({ bad, n, reference: { bad: before, n: m }, margin: 0 });
      expect(found, `${bad} of ${n} after ${before} of ${m}`).toBe(bad / n >= before / m && lower > 1e-12);
    }
  });
});

describe('judgeCorrelations', () => {
  const pair = (before: number | null, now: number | null, n = 1000, m = 1000): CorrelatedPair => ({
    columns: ['a', 'b'],
    reference: { r: before, n },
    current: { r: now, n: m },
  });

  it.each([
    ['the same', pair(0.5, 0.5), false],
    ['broken', pair(0.9, 0.1), true],
    ['turned round', pair(0.5, -0.5), true],
    ['significant but small', pair(0.9, 0.8, 100_000, 100_000), false],
    ['large but by chance', pair(0.3, 0, 31, 31), false],
    ['perfect on both sides', pair(1, 1), false],
    ['perfect no more', pair(1, 0.5), true],
    ['perfect turned round', pair(-1, 1), true],
    ['constant now', pair(0.9, null), null],
    ['too few rows', pair(0.9, 0, 1000, 29), null],
    ['no rows', pair(null, null, 0, 0), null],
  ])('%s', (_, input, changed) => {
    expect(judgeCorrelations([input]).pairs[0]!.changed).toBe(changed);
  });

  it('many pairs by chance are no change: p-values are corrected', () => {
    const border = pair(0, 0.205, 200, 200); // p = 0.04 alone
    const others = Array.from({ length: 99 }, () => pair(0.4, 0.4));
    expect(judgeCorrelations([border]).changed).toBe(1);
    expect(judgeCorrelations([border, ...others])).toMatchObject({ changed: 0, judged: 100, share: 0 });
    expect(judgeCorrelations([])).toEqual({ pairs: [], judged: 0, changed: 0, share: null });
  });

  it('intervals are those of scipy', () => {
    for (const { r, n, lower, upper } of vectors.correlations.cases) {
      const interval = correlationInterval({ r, n })!;
      expect(interval.lower).toBeCloseTo(lower, 11);
      expect(interval.upper).toBeCloseTo(upper, 11);
    }
    expect(correlationInterval({ r: 0.5, n: 3 })).toBeNull();
    expect(correlationInterval({ r: null, n: 100 })).toBeNull();
    expect(correlationInterval({ r: 1, n: 100 })!.lower).toBeGreaterThan(0.999);
  });

  it('does not matter which side is which, nor the sign of a column', () => {
    const r = fc.double({ min: -1, max: 1, noNaN: true });
    const n = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(r, r, n, n, (a, b, k, m) => {
        const [one, swapped, turned] = judgeCorrelations([pair(a, b, k, m), pair(b, a, m, k), pair(-a, -b, k, m)], {
          correction: 'none',
        }).pairs;
        expect(swapped!.changed).toBe(one!.changed);
        expect(turned!.changed).toBe(one!.changed);
        if (one!.pValue !== null) expect(one!.pValue >= 0 && one!.pValue <= 1).toBe(true);
      }),
    );
  });
});

describe('judgeRowCount', () => {
  it.each([
    ['as ever', 1000, [990, 1005, 1010, 995, 1000, 1002], false],
    ['half of it', 500, [990, 1005, 1010, 995, 1000, 1002], true],
    ['twice as many', 2000, [990, 1005, 1010, 995, 1000, 1002], true],
    ['none', 0, [990, 1005, 1010, 995, 1000, 1002], true],
    ['unlike, but little', 1100, [1000, 1000, 1000, 1000, 1000, 1000], false],
    ['few rows vary by themselves', 5, [3, 3, 3, 3, 3, 3], false],
    ['one wild window is no yardstick', 1000, [990, 1005, 1010, 995, 1000, 1e12], false],
    ['a history of nothing', 50, [0, 0, 0, 0, 0, 0], true],
    ['nothing as ever', 0, [0, 0, 0, 0, 0, 0], false],
    ['too short a history', 10, [1000, 1000, 1000, 1000, 1000], null],
  ])('%s', (_, rows, history, unusual) => {
    expect(judgeRowCount(rows, history).unusual).toBe(unusual);
  });

  it('the score counts robust deviations', () => {
    // median 100, MAD 20
    const { score, expected } = judgeRowCount(200, [60, 80, 80, 100, 120, 120, 140]);
    expect(expected).toBeCloseTo(100, 9);
    expect(score).toBeCloseTo(100 / (20 * 1.482602218505602), 9);
  });
});

describe('baseline distance', () => {
  // Values 1 to 5, one cell each; Deequ's KLLDistanceTest.
  it('numbers, as Deequ', () => {
    const [a, b] = [
      [1, 1, 1, 1, 0],
      [0, 1, 1, 1, 1],
    ];
    expect(numericBaselineDistance(a, b, 'Simple')).toBeCloseTo(0.25, 12);
    expect(numericBaselineDistance(a, b, 'Robust')).toBe(0);
  });

  it('categories, as Deequ', () => {
    const a = new Map([
      ['a', 10],
      ['b', 20],
      ['c', 25],
      ['d', 10],
      ['e', 5],
    ]);
    const b = new Map([
      ['a', 11],
      ['b', 20],
      ['c', 25],
      ['d', 10],
      ['e', 10],
    ]);
    expect(categoricalBaselineDistance(a, b, 'Simple')).toBeCloseTo(0.06015037593984962, 14);
    expect(categoricalBaselineDistance(a, b)).toBe(0);
    expect(categoricalBaselineDistance(a, new Map([['z', 1e6]]), 'Simple')).toBe(1);
  });

  it('an empty side has no distance', () => {
    expect(numericBaselineDistance([0, 0], [1, 2])).toBeNull();
    expect(categoricalBaselineDistance(new Map(), new Map([['a', 1]]))).toBeNull();
  });

  it('robust is what is left when chance is taken off', () => {
    const [a, b] = [
      [1000, 0],
      [500, 500],
    ];
    expect(numericBaselineDistance(a, b)).toBeCloseTo(0.5 - 1.8 * Math.sqrt(2000 / 1e6), 12);
  });
});

describe('suggestConstraints', () => {
  const numbers = (values: (number | null)[], over = {}) => {
    const finite = values.filter((x): x is number => x !== null && Number.isFinite(x));
    const whole = finite.filter(Number.isInteger).length;
    return suggestConstraints({
      ...{ name: 'c', summary: summariseNumbers(values, [0]), whole, distinct: new Set(finite).size },
      ...over,
    });
  };
  const texts = (values: (string | null)[], listed = 500) => {
    const present = values.filter((v): v is string => v !== null);
    const formats = Object.fromEntries(
      textFormats.map(({ id, pattern }) => [id, present.filter((v) => new RegExp(pattern).test(v)).length]),
    );
    const distinct = new Set(present).size;
    return suggestConstraints({ name: 'c', summary: summariseCategories(values, listed), distinct, formats });
  };
  const many = <T>(n: number, value: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => value(i));

  it.each<[string, ColumnConstraints, Partial<ColumnConstraints>]>([
    ['whole numbers', numbers(many(100, (i) => i % 11)), { type: 'numeric', integral: true, min: 0, max: 11 }],
    ['fractions', numbers(many(100, (i) => i / 10 - 5)), { min: -5.99, max: 5.89 }],
    ['a key', numbers(many(100, (i) => i)), { unique: true }],
    ['gaps', numbers(many(1000, (i) => (i % 10 === 0 ? null : i / 7))), { missing: 0.1272 }],
    ['no gap', numbers(many(1000, (i) => i / 7)), { missing: 0.0066 }],
    ['one value', numbers(many(100, () => 7)), { min: 7, max: 7 }],
    ['few categories', texts(many(300, (i) => 'abc'[i % 3]!)), { values: ['a', 'b', 'c'] }],
    ['dates', texts(many(300, (i) => `20${10 + (i % 60)}-01-31`)), { pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }],
    [
      'identifiers',
      texts(many(300, (i) => `${i}@example.org`)),
      { unique: true, pattern: '^[^@ ]+@[^@ ]+[.][^@ .]+$' },
    ],
  ])('%s', (_, got, expected) => {
    expect(got).toMatchObject(expected);
  });

  it.each<[string, ColumnConstraints, ColumnConstraints]>([
    ['nothing at all', numbers([]), { name: 'c', type: 'numeric' }],
    ['all missing', numbers(many(100, () => null)), { name: 'c', type: 'numeric' }],
    ['too few values', numbers(many(29, (i) => i)), { name: 'c', type: 'numeric', integral: true }],
    ['text without order', texts(many(40, (i) => `${i} *`)), { name: 'c', type: 'categorical', missing: 0.1423 }],
  ])('%s: little is asked', (_, got, expected) => {
    expect(got).toEqual(expected);
  });

  it('a list that was cut off, or that goes on growing, is no list', () => {
    expect(
      texts(
        many(300, (i) => `v${i % 20}`),
        10,
      ).values,
    ).toBeUndefined();
    expect(texts([...many(300, () => 'a'), 'b']).values).toBeUndefined();
  });

  it('the largest numbers have no limit that cannot be written', () => {
    const got = numbers(many(100, (i) => (i % 2 ? 1 : -1) * 1.7e308));
    for (const limit of [got.min, got.max]) expect(limit === undefined || Number.isFinite(limit)).toBe(true);
    const large = numbers(many(100, (i) => 1e300 + i * 1e298));
    expect(large.min!).toBeLessThanOrEqual(1e300);
    expect(large.max!).toBeGreaterThanOrEqual(1e300 + 99e298);
  });

  it('the rows that they were made from keep them', () => {
    const value = fc.option(fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constant(0), fc.constant(-0)));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), (values) => {
        const rows = values.map((x) => (x !== null && Number.isFinite(x) ? x : null));
        const c = numbers(rows);
        const present = rows.filter((x): x is number => x !== null);
        for (const x of present) {
          expect(c.min === undefined || x >= c.min).toBe(true);
          expect(c.max === undefined || x <= c.max).toBe(true);
          if (c.integral) expect(Number.isInteger(x)).toBe(true);
        }
        if (c.missing !== undefined) expect(rows.length - present.length).toBeLessThanOrEqual(c.missing * rows.length);
        if (c.unique) expect(new Set(present).size).toBe(present.length);
      }),
    );
    const text = fc.option(fc.oneof(fc.constantFrom('a', 'b'), fc.uuid(), fc.string({ maxLength: 3 })), { freq: 8 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (values, repeat) => {
        const rows = Array.from({ length: repeat }, () => values).flat();
        const c = texts(rows);
        const present = rows.filter((v): v is string => v !== null);
        if (c.values) expect(present.every((v) => c.values!.includes(v))).toBe(true);
        if (c.pattern) expect(present.every((v) => new RegExp(c.pattern!).test(v))).toBe(true);
        if (c.unique) expect(new Set(present).size).toBe(present.length);
      }),
    );
  });
});
