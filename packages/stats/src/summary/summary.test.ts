import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { categoriesOf, summariseCategories, summariseNumbers } from '../testing/summaries.ts';
import { alignCategories } from './align-categories.ts';
import { binEdges, distinctValueEdges } from './bin-edges.ts';
import { coarsen } from './coarsen.ts';
import { mean } from './mean.ts';
import { mergeSummaries } from './merge-summaries.ts';
import { quantile } from './quantile.ts';
import { standardDeviation } from './standard-deviation.ts';

const EDGES = [-5, 0, 5];
const numbers = fc.array(fc.option(fc.integer({ min: -20, max: 20 })), { maxLength: 40 });
const words = fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e')), { maxLength: 40 });

describe('mergeSummaries', () => {
  it('gives the summary of all rows, numeric', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const merged = mergeSummaries(summariseNumbers(a, EDGES), summariseNumbers(b, EDGES));
        expect(merged).toEqual(summariseNumbers([...a, ...b], EDGES));
      }),
    );
  });

  it('gives the summary of all rows, categorical', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const merged = mergeSummaries(summariseCategories(a), summariseCategories(b));
        expect(merged).toEqual(summariseCategories([...a, ...b]));
      }),
    );
  });

  it('is associative and commutative, also over truncated lists', () => {
    const summary = fc.tuple(words, fc.integer({ min: 1, max: 3 })).map(([rows, k]) => summariseCategories(rows, k));
    fc.assert(
      fc.property(summary, summary, summary, (a, b, c) => {
        expect(mergeSummaries(mergeSummaries(a, b), c)).toEqual(mergeSummaries(a, mergeSummaries(b, c)));
        expect(mergeSummaries(a, b)).toEqual(mergeSummaries(b, a));
      }),
    );
  });

  it.each([
    ['other edges', summariseNumbers([1], [0]), summariseNumbers([1], [0, 1]), /different edges \(1 edges from 0 to 0/],
    ['no edges', summariseNumbers([1], []), summariseNumbers([1], [0]), /no edges/],
    ['other shift', summariseNumbers([1], [0], 0), summariseNumbers([1], [0], 9), /different shifts \(0 and 9\)/],
    ['other kind', summariseNumbers([1], [0]), summariseCategories(['a']), /numeric summary with a categorical one/],
  ])('refuses %s', (_, a, b, message) => {
    expect(() => mergeSummaries<typeof a | typeof b>(a, b)).toThrow(message);
  });
});

describe('moments', () => {
  it('are those of the rows, at any offset', () => {
    const summary = summariseNumbers([1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4, null, Number.NaN], [1e9], 1e9);
    expect(mean(summary)).toBe(1e9 + 2.5);
    expect(standardDeviation(summary)).toBeCloseTo(Math.sqrt(1.25), 12);
    expect(summary.missing).toBe(2);
  });

  it('have no value without rows, and no spread for a constant', () => {
    const empty = summariseNumbers([null], EDGES);
    expect([mean(empty), standardDeviation(empty), quantile(empty, 0.5)]).toEqual([null, null, null]);
    expect(standardDeviation(summariseNumbers(Array(1000).fill(0.1), EDGES))).toBe(0);
  });
});

describe('quantile', () => {
  it('lies within one bin of the quantile of the rows', () => {
    const edges = Array.from({ length: 41 }, (_, i) => i - 20);
    const rows = fc.array(fc.double({ min: -25, max: 25, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
        expect(Math.abs(quantile(summariseNumbers(values, edges), q)! - exact)).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('refuses an order outside [0, 1]', () => {
    expect(() => quantile(summariseNumbers([1], EDGES), 1.5)).toThrow(RangeError);
  });
});

describe('edges', () => {
  it('rise strictly, whatever the quantiles', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (quantiles) => {
        const edges = binEdges(quantiles);
        expect(edges.every((edge, i) => i === 0 || edge > edges[i - 1]!)).toBe(true);
      }),
    );
  });

  it('give a repeated quantile a bin of its own', () => {
    const edges = binEdges([-1, 0, 0, 0, 2]);
    expect(summariseNumbers([0, 0, 0, 1e-300, 1], edges).bins).toEqual([0, 0, 3, 2, 0, 0]);
  });

  it('give each distinct value a bin, and outer bins to values out of range', () => {
    const edges = distinctValueEdges([3, 1, 2, 2]);
    expect(summariseNumbers([0, 1, 2, 2, 3, 4], edges).bins).toEqual([1, 1, 2, 1, 1]);
  });
});

describe('coarsen', () => {
  it('keeps the totals and leaves no bin empty in the reference', () => {
    const bins = fc.array(fc.nat({ max: 50 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(bins, fc.integer({ min: 2, max: 12 }), (counts, k) => {
        const edges = counts.slice(1).map((_, i) => i);
        const rows = counts.flatMap((count, i) => Array<number>(count).fill(i - 0.5));
        const coarse = coarsen(summariseNumbers(rows, edges), k);
        expect(coarse.bins.length).toBe(coarse.edges.length + 1);
        expect(coarse.bins.length).toBeLessThanOrEqual(Math.max(k, 1));
        expect(coarse).toEqual(summariseNumbers(rows, coarse.edges));
        if (counts.length > k && rows.length > 0) expect(Math.min(...coarse.bins)).toBeGreaterThan(0);
      }),
    );
  });

  it('makes deciles of many bins, and applies them to another summary', () => {
    const edges = Array.from({ length: 99 }, (_, i) => i + 1);
    const reference = summariseNumbers(
      Array.from({ length: 1000 }, (_, i) => i / 10),
      edges,
    );
    expect(coarsen(reference, 10).edges).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    const current = summariseNumbers([5, 15, 15, 95, 120], edges);
    expect(coarsen(current, 10, reference).bins).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 2]);
  });
});

describe('alignCategories', () => {
  it('puts unseen and unlisted values together, and missing rows apart', () => {
    const reference = summariseCategories(['a', 'a', 'a', 'b', 'b', 'c', null]);
    const current = summariseCategories(['a', 'z', 'c', null, null]);
    expect(alignCategories(reference, current, 2)).toEqual([
      { kind: 'value', value: 'a', reference: 3, current: 1 },
      { kind: 'value', value: 'b', reference: 2, current: 0 },
      { kind: 'other', value: null, reference: 1, current: 2 },
      { kind: 'missing', value: null, reference: 1, current: 2 },
    ]);
  });

  it('leaves out what neither side holds', () => {
    expect(alignCategories(categoriesOf([1, 0]), categoriesOf([2, 0]))).toEqual([
      { kind: 'value', value: 'value 0', reference: 1, current: 2 },
    ]);
  });
});
