import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomIntegers } from '../special/random.ts';
import { binEdges, distinctValueEdges } from '../summary/bin-edges.ts';
import type { ColumnSummary } from '../summary/column-summary.ts';
import { mergeSummaries } from '../summary/merge-summaries.ts';
import { categoriesOf, summariseNumbers } from '../testing/summaries.ts';
import { driftTest, driftTests } from './index.ts';
import { rowStatistics } from './row-statistics.ts';

/**
 * The Epps-Singleton test decides the rank of a matrix, which for a handful of rows may be a matter of rounding: what the others
 * show for any rows is shown of it for enough of them, below.
 */
const RANKED = 'epps_singleton';

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

function values() {
  return fc.array(fc.option(fc.integer({ min: -15, max: 15 }), { freq: 10 }), { maxLength: 60 });
}

function rows() {
  return values().map((side) => summariseNumbers(side, FEW_EDGES));
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
        // U counts pairs: half of them without drift.
        if (test.id !== 'mann_whitney') expect(statistic ?? 0).toBeCloseTo(0, 7);
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
        // Those with a sign turn it.
        expect(Math.abs(back.statistic ?? -1)).toBeCloseTo(Math.abs(forth.statistic ?? -1), 9);
        expect(back.effect ?? -1).toBeCloseTo(forth.effect ?? -1, 9);
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

  if (kind === 'numeric') {
    it.skipIf(test.id === RANKED)('does not depend on unit and origin', () => {
      const transform = fc.tuple(fc.constantFrom(0.25, 1, 1024), fc.integer({ min: -100, max: 100 }));
      fc.assert(
        fc.property(values(), values(), transform, (a, b, [unit, origin]) => {
          const moved = (x: number | null) => (x === null ? null : unit * x + origin);
          const sides = (map: (x: number | null) => number | null) =>
            [a, b].map((side) =>
              summariseNumbers(
                side.map(map),
                FEW_EDGES.map((edge) => map(edge)!),
                map(0)!,
              ),
            ) as [ColumnSummary, ColumnSummary];
          const before = test.compute(...sides((x) => x));
          const after = test.compute(...sides(moved));
          expect(after.reason).toBe(before.reason);
          expectClose(after.statistic, before.statistic);
          expectClose(after.pValue, before.pValue);
          expectClose(after.effect, before.effect);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('says the same of merged summaries as of the rows together', () => {
    const four = kind === 'numeric' ? fc.tuple(values(), values(), values(), values()) : null;
    if (four) {
      fc.assert(
        fc.property(four, ([a, b, c, d]) => {
          const of = (rows: (number | null)[]) => summariseNumbers(rows, FEW_EDGES);
          const merged = test.compute(mergeSummaries(of(a), of(b)), mergeSummaries(of(c), of(d)));
          expect(merged).toEqual(test.compute(of([...a, ...b]), of([...c, ...d])));
        }),
        { numRuns: 40 },
      );
      return;
    }
    fc.assert(
      fc.property(pair, pair, ([a, b], [c, d]) => {
        const whole = (x: ColumnSummary, y: ColumnSummary) => {
          if (x.kind === 'numeric' || y.kind === 'numeric') throw new Error('not a category');
          const counts = x.values.map(([, count], i) => count + y.values[i]![1]);
          return { ...categoriesOf(counts, x.missing + y.missing), kind: x.kind };
        };
        const merged = test.compute(mergeSummaries(a, c), mergeSummaries(b, d));
        const together = test.compute(whole(a, c), whole(b, d));
        expectClose(merged.statistic, together.statistic);
        expectClose(merged.pValue, together.pValue);
      }),
    );
  });

  it('looks at missing rows, or leaves them out, as it says', () => {
    const side = (missing: number) =>
      kind === 'numeric'
        ? summariseNumbers(
            [...Array.from({ length: 60 }, (_, i) => (i % 20) - 10), ...Array(missing).fill(null)],
            FEW_EDGES,
          )
        : categoriesOf([30, 30], missing);
    const { effect } = test.compute(side(0), side(60));
    if (test.missing === 'left_out') expect(effect).toBeCloseTo(0, 7);
    else expect(effect).toBeGreaterThan(0.3);
  });

  it.each([
    ['one value', Array(50).fill(3)],
    ['one row', [3]],
    ['all missing', Array(50).fill(null)],
    ['infinite values', Array(50).fill(Number.POSITIVE_INFINITY)],
    ['values of 1e300', Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 1e300 : -1e300))],
  ])('judges %s without a number that is none', (_, rows) => {
    const many = Array.from({ length: 50 }, (_, i) => i - 25);
    const of = (side: (number | null)[]) =>
      kind === 'numeric'
        ? summariseNumbers(side, FEW_EDGES)
        : categoriesOf(
            [side.filter((x) => x !== null && Number.isFinite(x)).length, 0],
            side.filter((x) => x === null).length,
          );
    for (const [a, b] of [
      [rows, many],
      [many, rows],
      [rows, rows],
    ] as const) {
      const { statistic, pValue, effect, reason } = test.compute(of(a), of(b));
      for (const number of [statistic, pValue, effect]) expect(number === null || Number.isFinite(number)).toBe(true);
      expect(statistic === null || effect === null).toBe(reason !== undefined);
    }
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

describe.each(driftTests.filter((test) => test.fromRows).map((test) => ({ id: test.id, test })))(
  '$id of bins against rows',
  ({ id, test }) => {
    // Whole numbers repeat, fractions hardly ever. No tiny numbers: their squares vanish.
    const value = fc.oneof(
      fc.integer({ min: -6, max: 6 }),
      fc.integer({ min: -20_000, max: 20_000 }).map((x) => x / 1000),
    );
    const sample = fc.array(value, { minLength: 2, maxLength: 60 });

    it.runIf(test.errorBound)('differs by no more than its bound', () => {
      let [tight, judged] = [0, 0];
      fc.assert(
        fc.property(sample, sample, (a, b) => {
          const edges = quantileEdges(a, 8);
          const sides = [summariseNumbers(a, edges), summariseNumbers(b, edges)] as const;
          const binned = test.compute(...sides).statistic;
          const bound = test.errorBound!(...sides);
          expect(bound === null || Number.isFinite(bound)).toBe(true);
          const exact = test.fromRows!(rowStatistics(a, b)).statistic;
          if (bound === null || binned === null || exact === null) return;
          const error = Math.abs(exact - binned);
          judged++;
          if (error > bound / 10) tight++;
          expect(error).toBeLessThanOrEqual(bound * (1 + 1e-9) + 1e-9 * (1 + Math.abs(exact)));
        }),
        { numRuns: 300 },
      );
      // A bound that is never near would bind nothing.
      expect(judged).toBeGreaterThan(100);
      expect(tight / judged).toBeGreaterThan(0.05);
    });

    it('agrees where each value has its own bin', () => {
      const whole = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 60 });
      fc.assert(
        fc.property(whole, whole, (a, b) => {
          const edges = distinctValueEdges([...a, ...b]);
          const sides = [summariseNumbers(a, edges), summariseNumbers(b, edges)] as const;
          const binned = test.compute(...sides);
          const exact = test.fromRows!(rowStatistics(a, b));
          // Quartiles between two values are read off the bin, and not off its two values.
          if (id === 'epps_singleton') return;
          expectClose(binned.statistic, exact.statistic);
          expectClose(binned.pValue, exact.pValue);
          expect(test.errorBound!(...sides) ?? 0).toBeCloseTo(0, 7);
        }),
      );
    });

    it.skipIf(test.id === RANKED)('says the same of mirrored rows', () => {
      fc.assert(
        fc.property(sample, sample, (a, b) => {
          const mirrored = rowStatistics(
            a.map((x) => -x),
            b.map((x) => -x),
          );
          const { pValue, effect } = test.fromRows!(rowStatistics(a, b));
          expectClose(test.fromRows!(mirrored).pValue, pValue);
          expectClose(test.fromRows!(mirrored).effect, effect);
        }),
      );
    });

    it('leaves rows out that are no number, and does not mind their order', () => {
      const a = [3, 1, 2, 2, 5, 9, 4, 7];
      const b = [8, 2, 6, 6, 1, 0, 5, 5];
      const noise = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      const plain = test.fromRows!(rowStatistics(a, b));
      const other = test.fromRows!(rowStatistics([...noise, ...a.toReversed()], [...b.toSorted(), ...noise]));
      expectClose(other.statistic, plain.statistic);
    });
  },
);

function expectClose(actual: number | null, expected: number | null) {
  if (actual === null || expected === null) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 + 1e-7 * Math.abs(expected));
}

function quantileEdges(values: readonly number[], k: number): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return binEdges(Array.from({ length: k + 1 }, (_, i) => sorted[Math.floor((i / k) * (sorted.length - 1))]!));
}

it('Epps-Singleton does not depend on unit, origin and direction, where its rank is plain', () => {
  const next = randomIntegers(11);
  const [a, b] = [60, 80].map((n) => Array.from({ length: n }, () => next() / 2 ** 32));
  const test = driftTest(RANKED);
  const plain = test.fromRows!(rowStatistics(a!, b!));
  for (const map of [(x: number) => -x, (x: number) => 1024 * x + 7, (x: number) => x / 4 - 3]) {
    const moved = test.fromRows!(rowStatistics(a!.map(map), b!.map(map)));
    expect(moved.statistic).toBeCloseTo(plain.statistic!, 6);
    expect(moved.pValue).toBeCloseTo(plain.pValue!, 8);
  }
});
