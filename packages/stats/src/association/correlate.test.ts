import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { correlate, correlateLags } from './correlate.ts';

describe('Spearman, as scipy.stats.spearmanr 1.17 has it', () => {
  test.each([
    { x: [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], y: [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5], value: 0.1415796863640157 },
    { x: [1, 2, 3, 4, 5], y: [5, 6, 7, 8, 7], value: 0.8207826816681233 },
  ])('$value', ({ x, y, value }) => expect(correlate(x, y).value).toBeCloseTo(value, 12));
});

describe('what has no answer says why', () => {
  test.each([
    { name: 'too few', x: [1, 2, 3], y: [1, 2, 3], reason: /3 pairs/ },
    { name: 'a constant', x: [1, 1, 1, 1, 1], y: [1, 2, 3, 4, 5], reason: /vary/ },
  ])('$name', ({ x, y, reason }) => {
    const { value, reason: why } = correlate(x, y);
    expect(value).toBeNull();
    expect(why).toMatch(reason);
  });
  test('two ramps are alike, and their pairs worth little', () => {
    const ramp = Array.from({ length: 30 }, (_, i) => i);
    const { value, effective } = correlate(ramp, ramp);
    expect(value).toBe(1);
    expect(effective).toBeLessThan(3);
  });
});

test('bounded, symmetric, blind to any increasing change of scale; the interval holds the value', () => {
  const series = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
    minLength: 4,
    maxLength: 40,
  });
  fc.assert(
    fc.property(series, (pairs) => {
      const x = pairs.map(([a]) => a);
      const y = pairs.map(([, b]) => b);
      const { value, lower, upper } = correlate(x, y);
      expect(correlate(y, x).value).toBe(value);
      const moved = correlate(
        x.map((a) => a ** 3),
        y.map((b) => Math.exp(b / 10)),
      );
      expect(moved.value).toBe(value);
      if (value === null) return;
      expect(Math.abs(value)).toBeLessThanOrEqual(1);
      if (lower !== null && upper !== null) {
        expect(lower).toBeLessThanOrEqual(value + 1e-12);
        expect(upper).toBeGreaterThanOrEqual(value - 1e-12);
      }
    }),
  );
});

test('a series that follows two steps later is found at the lag 2, gaps and all', () => {
  const x = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3].map((v) => v as number | null);
  const y = x.map((_, i) => (i < 2 ? 0 : x[i - 2]!));
  x[5] = null;
  const found = correlateLags(x, y, 3);
  expect(found.map(({ lag }) => lag)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  expect(found.find(({ lag }) => lag === 2)!.value).toBeCloseTo(1, 12);
  expect(found.find(({ lag }) => lag === 2)!.n).toBe(13);
});
