import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binEdges } from '../summary/bin-edges.ts';
import type { ColumnSummary } from '../summary/column-summary.ts';
import { categoriesOf, summariseNumbers } from '../testing/summaries.ts';
import { driftTest, driftTests } from './index.ts';
import { wassersteinDistance } from './wasserstein.ts';

const FEW_EDGES = [-10, -5, 0, 5, 10];

/** Pairs of summaries of a kind, over cells that are the same whichever side is the reference. */
const pairs: Record<string, fc.Arbitrary<readonly [ColumnSummary, ColumnSummary]>> = {
  numeric: fc.tuple(rows(), rows()),
  categorical: fc.tuple(cells(), cells()),
  boolean: fc.tuple(cells(2), cells(2)).map(([a, b]) => [
    { ...a, kind: 'boolean' },
    { ...b, kind: 'boolean' },
  ]),
};

function rows() {
  const value = fc.option(fc.integer({ min: -15, max: 15 }), { freq: 10 });
  return fc.array(value, { maxLength: 60 }).map((values) => summariseNumbers(values, FEW_EDGES));
}

function cells(length = 5) {
  const counts = fc.array(fc.nat({ max: 100 }), { minLength: length, maxLength: length });
  return fc.tuple(counts, fc.nat({ max: 10 })).map(([values, missing]) => categoriesOf(values, missing));
}

const cases = driftTests.flatMap((test) => test.kinds.map((kind) => ({ name: `${test.id} of ${kind}`, test, kind })));

describe.each(cases)('$name', ({ test, kind }) => {
  const pair = pairs[kind]!;

  it('answers with finite numbers, or with null and a reason', () => {
    fc.assert(
      fc.property(pair, ([reference, current]) => {
        const { statistic, pValue, effect, reason } = test.compute(reference, current);
        for (const number of [statistic, pValue, effect]) {
          if (number !== null) expect(Number.isFinite(number)).toBe(true);
        }
        if (pValue !== null) expect(pValue).toBeGreaterThanOrEqual(0);
        if (pValue !== null) expect(pValue).toBeLessThanOrEqual(1);
        expect(statistic === null || effect === null).toBe(reason !== undefined);
      }),
    );
  });

  if (kind === 'numeric') {
    it('answers so for the largest numbers there are, too', () => {
      const extreme = fc.constantFrom(-Number.MAX_VALUE, -1e200, -5e-324, 0, 5e-324, 1e200, Number.MAX_VALUE);
      const side = fc.array(extreme, { maxLength: 60 }).map((values) => summariseNumbers(values, FEW_EDGES));
      fc.assert(
        fc.property(side, side, (reference, current) => {
          const { statistic, pValue, effect, reason } = test.compute(reference, current);
          for (const number of [statistic, pValue, effect])
            expect(number === null || Number.isFinite(number)).toBe(true);
          expect(statistic === null).toBe(reason !== undefined);
        }),
      );
    });
  }

  it('sees no drift between equal sides', () => {
    fc.assert(
      fc.property(pair, ([reference]) => {
        const { statistic, pValue, effect } = test.compute(reference, reference);
        expect(statistic ?? 0).toBeCloseTo(0, 7);
        expect(effect ?? 0).toBeCloseTo(0, 7);
        expect(pValue ?? 1).toBeCloseTo(1, 10);
      }),
    );
  });

  it.runIf(test.symmetric)('gives the same when the sides are exchanged', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const forth = test.compute(a, b);
        const back = test.compute(b, a);
        expect(back.statistic ?? -1).toBeCloseTo(forth.statistic ?? -1, 9);
        expect(back.pValue ?? -1).toBeCloseTo(forth.pValue ?? -1, 9);
      }),
    );
  });

  it('leaves its inputs as they are', () => {
    fc.assert(
      fc.property(pair, ([reference, current]) => {
        const before = JSON.stringify([reference, current]);
        test.compute(reference, current);
        expect(JSON.stringify([reference, current])).toBe(before);
      }),
    );
  });

  it('says which side is empty', () => {
    const full = kind === 'numeric' ? summariseNumbers([1, 2, 3], FEW_EDGES) : categoriesOf([2, 1]);
    const empty = kind === 'numeric' ? summariseNumbers([], FEW_EDGES) : categoriesOf([0, 0]);
    expect(test.compute(empty, full)).toEqual({
      statistic: null,
      pValue: null,
      effect: null,
      reason: 'empty_reference',
    });
    expect(test.compute(full, empty).reason).toBe('empty_current');
  });

  it('sees drift when everything moves', () => {
    const [low, high] =
      kind === 'numeric'
        ? [
            summariseNumbers(
              [...Array(200).keys()].map((i) => (i % 7) - 14),
              FEW_EDGES,
            ),
            summariseNumbers(
              [...Array(200).keys()].map((i) => (i % 7) + 8),
              FEW_EDGES,
            ),
          ]
        : [categoriesOf([200, 0]), categoriesOf([0, 200])];
    const { effect, pValue } = test.compute(low, high);
    expect(effect).toBeGreaterThan(0.5);
    expect(pValue).toBeLessThan(1e-9);
  });

  it('refuses a column that changed its kind', () => {
    const numbers = summariseNumbers([1, 2], FEW_EDGES);
    expect(() => test.compute(numbers, categoriesOf([1, 1]))).toThrow(/Cannot compare/);
  });
});

describe('the registry', () => {
  it('has distinct ids of lower-case words', () => {
    const ids = driftTests.map((test) => test.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it('names the tests there are when asked for another', () => {
    expect(() => driftTest('chi')).toThrow(/Unknown drift test "chi": use one of ks, wasserstein, chi_squared/);
  });
});

describe('answers of bins against answers of rows', () => {
  const value = fc.double({ min: -20, max: 20, noNaN: true });
  const sample = fc.array(value, { minLength: 5, maxLength: 80 });

  it('KS lies below the exact D by no more than the largest share of one bin', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const edges = quartiles(a);
        const reference = summariseNumbers(a, edges);
        const current = summariseNumbers(b, edges);
        const binned = driftTest('ks').compute(reference, current).statistic!;
        const shares = [reference, current].flatMap((side) => side.bins.map((count) => count / side.count));
        const exact = exactD(a, b);
        expect(binned).toBeLessThanOrEqual(exact + 1e-12);
        expect(exact - binned).toBeLessThanOrEqual(Math.max(...shares) + 1e-12);
      }),
    );
  });

  it('W1 is off by no more than the mean distance of the rows to the mean of their bin', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const edges = quartiles(a);
        const binned = wassersteinDistance(summariseNumbers(a, edges), summariseNumbers(b, edges))!;
        const bound = distanceToBinMeans(a, edges) + distanceToBinMeans(b, edges);
        expect(Math.abs(binned - exactW1(a, b))).toBeLessThanOrEqual(bound + 1e-9);
      }),
    );
  });
});

function quartiles(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return binEdges([0, 0.25, 0.5, 0.75, 1].map((q) => sorted[Math.floor(q * (sorted.length - 1))]!));
}

function distanceToBinMeans(values: readonly number[], edges: readonly number[]): number {
  const { bins, sums } = summariseNumbers(values, edges);
  const means = sums.map((sum, i) => sum / bins[i]!);
  const distances = values.map((value) => Math.abs(value - means[edges.filter((edge) => edge <= value).length]!));
  return distances.reduce((sum, distance) => sum + distance, 0) / values.length;
}

function exactW1(a: readonly number[], b: readonly number[]): number {
  const points = [...a, ...b].toSorted((x, y) => x - y);
  return points.reduce((sum, x, i) => {
    return sum + Math.abs(shareUpTo(a, x) - shareUpTo(b, x)) * ((points[i + 1] ?? x) - x);
  }, 0);
}

function exactD(a: readonly number[], b: readonly number[]): number {
  return Math.max(...[...a, ...b].map((x) => Math.abs(shareUpTo(a, x) - shareUpTo(b, x))));
}

function shareUpTo(values: readonly number[], x: number): number {
  return values.filter((value) => value <= x).length / values.length;
}
