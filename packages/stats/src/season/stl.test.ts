import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/season.json' with { type: 'json' };
import { stl } from './stl.ts';

const furthest = (actual: readonly number[], expected: readonly number[]) =>
  Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));

describe('against statsmodels', () => {
  it.each(vectors.stl)('$name', ({ values, options, trend, seasonal, weights }) => {
    const { seasonal_deg, ...rest } = options as typeof options & { seasonal_deg?: 0 | 1 };
    const result = stl(values, { ...rest, ...(seasonal_deg === undefined ? {} : { seasonalDegree: seasonal_deg }) });
    expect(furthest(result.trend, trend)).toBeLessThan(1e-9);
    expect(furthest(result.seasonal, seasonal)).toBeLessThan(1e-9);
    // Of a series that is fitted exactly, rounding decides which remainder is an outlier.
    if (!options.robust || result.remainder.some((value) => Math.abs(value!) > 1e-9))
      expect(furthest(result.weights, weights)).toBeLessThan(1e-6);
  });
});

const season = Array.from({ length: 70 }, (_, t) => 20 + 0.1 * t + 5 * Math.sin((2 * Math.PI * t) / 7));

describe('gaps', () => {
  const missing = [0, 17, 18, 19, 40, 69];
  const gappy = season.map((value, t) => (missing.includes(t) ? null : value));

  it('are marked, and what lies there is found from the values around', () => {
    const { trend, seasonal, remainder, gap, weights } = stl(gappy, { period: 7 });
    expect(gap.flatMap((is, t) => (is ? [t] : []))).toEqual(missing);
    for (const t of missing) {
      expect(remainder[t]).toBeNull();
      expect(weights[t]).toBe(0);
      expect(Math.abs(trend[t]! + seasonal[t]! - season[t]!)).toBeLessThan(0.2);
    }
  });

  it('have no say: NaN is as good as null, and robust weights stay 0 there', () => {
    const nan = gappy.map((value) => value ?? Number.NaN);
    expect(stl(nan, { period: 7, robust: true })).toEqual(stl(gappy, { period: 7, robust: true }));
    expect(stl(gappy, { period: 7, robust: true }).weights[17]).toBe(0);
  });

  it('of a whole phase are bridged', () => {
    const { trend } = stl(
      season.map((value, t) => (t % 7 === 3 ? null : value)),
      { period: 7 },
    );
    expect(trend.every(Number.isFinite)).toBe(true);
  });
});

it('is insufficient below two seasons of values', () => {
  expect(stl(season.slice(0, 13), { period: 7 }).reason).toBe('insufficient');
  expect(stl([...season.slice(0, 13), null, null], { period: 7 }).reason).toBe('insufficient');
});

it.each([{ period: 1 }, { period: 2.5 }, { period: 7, seasonal: 8 }, { period: 7, trend: 1 }])(
  'refuses %o',
  (options) => {
    expect(() => stl(season, options)).toThrow(RangeError);
  },
);

const series = fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { freq: 6 }), {
  minLength: 30,
  maxLength: 60,
});

describe('for any series', () => {
  it('the parts add up and nothing is NaN', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 2, max: 6 }), fc.boolean(), (values, period, robust) => {
        const result = stl(values, { period, robust });
        if (result.reason) return;
        result.remainder.forEach((rest, t) => {
          expect(Number.isFinite(result.trend[t]! + result.seasonal[t]!)).toBe(true);
          if (rest !== null) expect(result.trend[t]! + result.seasonal[t]! + rest).toBeCloseTo(values[t]!, 5);
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('moves and scales with the values', () => {
    fc.assert(
      fc.property(series, (values) => {
        const before = stl(values, { period: 4 });
        const after = stl(
          values.map((value) => (value === null ? null : 3 * value + 7)),
          { period: 4 },
        );
        if (before.reason) return;
        expect(
          furthest(
            after.trend,
            before.trend.map((value) => 3 * value + 7),
          ),
        ).toBeLessThan(1e-4);
        expect(
          furthest(
            after.seasonal,
            before.seasonal.map((value) => 3 * value),
          ),
        ).toBeLessThan(1e-4);
      }),
      { numRuns: 40, seed: 2 },
    );
  });
});
