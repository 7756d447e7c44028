import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/thresholds.json' with { type: 'json' };
import { jensenShannonDistance } from '../drift/jensen-shannon.ts';
import { randomIntegers } from '../special/random.ts';
import { mergeSummaries } from '../summary/merge-summaries.ts';
import { categoriesOf, summariseCategories, summariseNumbers } from '../testing/summaries.ts';
import { leaveOneOut } from './leave-one-out.ts';
import { seasonalThreshold } from './seasonal-threshold.ts';
import { type ThresholdOptions, thresholdOf } from './threshold-of.ts';

const METHODS = ['mean_sigma', 'quantile', 'mad'] as const;

const uniform = (seed: number) => {
  const next = randomIntegers(seed);
  return () => next() / 2 ** 32;
};
const normals = (seed: number) => {
  const chance = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
};

describe('against NannyML', () => {
  it.each(vectors.thresholds)('$name', ({ values, options, lower, upper }) => {
    const threshold = thresholdOf(values, options as unknown as ThresholdOptions);
    const near = (actual: number | null, expected: number | null) =>
      expected === null ? expect(actual).toBeNull() : expect(actual).toBeCloseTo(expected, 12);
    near(threshold.lower, lower);
    near(threshold.upper, upper);
  });
});

describe('thresholdOf', () => {
  it.each([
    ['quantile', { method: 'quantile', quantiles: [0.1, 0.5] }, [1, 2, 3, 4, 5, 6], 1.5, 3.5],
    ['mad', { method: 'mad', k: 2 }, [1, 2, 3, 4, 5, 100], 3.5 - 2 * 1.4826 * 1.5, 3.5 + 2 * 1.4826 * 1.5],
    [
      'mad where most agree: mean absolute deviation',
      { method: 'mad', k: 1 },
      [5, 5, 5, 5, 5, 11],
      5 - 1.2533,
      5 + 1.2533,
    ],
    ['clipped', { method: 'mean_sigma', limits: [0, 0.9] }, [0, 1, 0, 1, 0, 1], 0, 0.9],
    ['one side', { method: 'mean_sigma', k: 1, side: 'lower' }, [0, 2, 0, 2, 0, 2], 0, null],
    ['all equal', { method: 'mad' }, [3, 3, 3, 3, 3, 3], 3, 3],
    [
      'missing and infinite values left out',
      { method: 'quantile', quantiles: [0, 1] },
      [1, null, 2, Number.NaN, 3, Infinity, 4, 5, 6],
      1,
      6,
    ],
  ] satisfies [string, ThresholdOptions, Array<number | null>, number | null, number | null][])(
    '%s',
    (_, options, values, lower, upper) => {
      const threshold = thresholdOf(values, options);
      for (const [actual, expected] of [
        [threshold.lower, lower],
        [threshold.upper, upper],
      ] as const) {
        if (expected === null) expect(actual).toBeNull();
        else expect(actual).toBeCloseTo(expected, 3);
      }
    },
  );

  it.each(METHODS)('%s: five values are too few', (method) => {
    expect(thresholdOf([1, 2, null, 3, 4, 5], { method })).toEqual({
      lower: null,
      upper: null,
      n: 5,
      reason: 'insufficient',
    });
  });

  it.each([
    { method: 'mean_sigma', k: 0 },
    { method: 'constant', lower: 2, upper: 1 },
    { method: 'quantile', quantiles: [0.9, 0.1] },
  ] satisfies ThresholdOptions[])('refuses %o', (options) => {
    expect(() => thresholdOf([1, 2, 3, 4, 5, 6], options)).toThrow(RangeError);
  });

  it.each(METHODS)('%s: in order, and moves and scales with the values', (method) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 6, maxLength: 40 }), (values) => {
        const { lower, upper } = thresholdOf(values, { method });
        expect(lower!).toBeLessThanOrEqual(upper!);
        const moved = thresholdOf(
          values.map((value) => 2 * value + 5),
          { method },
        );
        expect(moved.lower!).toBeCloseTo(2 * lower! + 5, 3);
        expect(moved.upper!).toBeCloseTo(2 * upper! + 5, 3);
      }),
      { seed: 3 },
    );
  });

  it.each(METHODS)('%s: values near the largest number give a finite threshold or a reason', (method) => {
    const { lower, upper } = thresholdOf([1e308, 1.5e308, -1e308, 1e308, -1.7e308, 0], { method });
    expect([lower, upper].every((bound) => bound === null || Number.isFinite(bound))).toBe(true);
  });
});

describe('seasonalThreshold', () => {
  const season = (t: number) => 10 * Math.sin((2 * Math.PI * t) / 7);

  it('expects what trend and season say, where a plain threshold would be as wide as the season', () => {
    const noise = normals(11);
    const values = Array.from({ length: 42 }, (_, t) => 100 + season(t) + 0.1 * noise());
    const { lower, upper } = seasonalThreshold(values, 7, { method: 'mean_sigma' });
    expect((lower! + upper!) / 2).toBeCloseTo(100 + season(42), 0);
    expect(upper! - lower!).toBeLessThan(2);
    const plain = thresholdOf(values, { method: 'mean_sigma' });
    expect(plain.upper! - plain.lower!).toBeGreaterThan(30);
  });

  it('at most one window in a hundred lies beyond by chance', () => {
    const noise = normals(12);
    let beyond = 0;
    const tries = 500;
    for (let i = 0; i < tries; i++) {
      const values = Array.from({ length: 43 }, (_, t) => season(t) + noise());
      const { lower, upper } = seasonalThreshold(values.slice(0, 42), 7, { method: 'mean_sigma', k: 3 });
      if (values[42]! < lower! || values[42]! > upper!) beyond++;
    }
    expect(beyond / tries).toBeLessThan(0.01);
  });

  it('is clipped in the unit of the value, and insufficient below two seasons', () => {
    const values = Array.from({ length: 28 }, (_, t) => 0.5 + 0.04 * season(t) + (t % 3) / 50);
    expect(seasonalThreshold(values, 7, { method: 'mean_sigma', k: 50, limits: [0, 1] })).toMatchObject({
      lower: 0,
      upper: 1,
    });
    expect(seasonalThreshold(values.slice(0, 13), 7, { method: 'mad' })).toEqual({
      lower: null,
      upper: null,
      n: 0,
      reason: 'insufficient',
    });
  });
});

describe('leaveOneOut', () => {
  it('is what the other chunks are together, extremes and all', () => {
    const rows = [[1, 9, null], [2, 3], [-4, 5, 5], []];
    const edges = [0, 3, 6];
    const out = leaveOneOut(rows.map((chunk) => summariseNumbers(chunk, edges)));
    out.forEach((others, i) => {
      const expected = summariseNumbers(rows.filter((_, j) => j !== i).flat(), edges);
      expect(others).toEqual(expected);
    });
  });

  it('does so for categories, and has nothing to give to an only chunk', () => {
    const chunks = [['a', 'b'], ['b', null], ['c']];
    expect(leaveOneOut(chunks.map((chunk) => summariseCategories(chunk)))[1]).toEqual(
      summariseCategories(['a', 'b', 'c']),
    );
    expect(leaveOneOut([categoriesOf([1])])).toEqual([null]);
  });

  it('gives each chunk what is missing to the whole, for any chunks', () => {
    const chunk = fc.array(fc.option(fc.integer({ min: -5, max: 15 }), { freq: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 2, maxLength: 8 }), (rows) => {
        const summaries = rows.map((values) => summariseNumbers(values, [0, 3, 6]));
        const whole = summariseNumbers(rows.flat(), [0, 3, 6]);
        leaveOneOut(summaries).forEach((others, i) => {
          expect(mergeSummaries(others!, summaries[i]!)).toEqual(whole);
        });
      }),
      { seed: 4 },
    );
  });

  // NannyML/nannyml#426: there a reference chunk is compared with a reference that holds it.
  it('takes away the bias of chunks that are judged against themselves', () => {
    const chance = uniform(426);
    const chunk = () => {
      const counts = new Array<number>(20).fill(0);
      for (let i = 0; i < 200; i++) counts[Math.floor(chance() * 20)]!++;
      return categoriesOf(counts);
    };
    const distances = { naive: [] as number[], leftOut: [] as number[], fresh: [] as number[] };
    for (let round = 0; round < 60; round++) {
      const chunks = Array.from({ length: 6 }, chunk);
      const whole = chunks.reduce((a, b) => mergeSummaries(a, b));
      const others = leaveOneOut(chunks);
      const away = (a: typeof whole, b: typeof whole) => {
        const counts = (side: typeof whole) =>
          Array.from({ length: 20 }, (_, i) => new Map(side.values).get(`value ${i}`) ?? 0);
        return jensenShannonDistance({ reference: counts(a), current: counts(b) });
      };
      chunks.forEach((one, i) => {
        distances.naive.push(away(whole, one));
        distances.leftOut.push(away(others[i]!, one));
      });
      distances.fresh.push(...Array.from({ length: 6 }, () => away(whole, chunk())));
    }
    const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const fresh = average(distances.fresh);
    expect(average(distances.naive) / fresh).toBeLessThan(0.9);
    expect(average(distances.leftOut) / fresh).toBeGreaterThan(0.98);
    expect(average(distances.leftOut) / fresh).toBeLessThan(1.04);
    // What follows for the thresholds of NannyML: more new chunks without any drift lie beyond.
    const alarms = (learned: number[]) => {
      const { upper } = thresholdOf(learned, { method: 'quantile', quantiles: [0, 0.95] });
      return distances.fresh.filter((distance) => distance > upper!).length / distances.fresh.length;
    };
    expect(alarms(distances.naive)).toBeGreaterThan(2 * alarms(distances.leftOut));
  });
});
