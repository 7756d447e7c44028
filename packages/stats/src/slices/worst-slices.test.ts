import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomIntegers } from '../special/random.ts';
import { findWorstSlices, type LossSums, nameOf, rankColumns, type SliceLosses } from './worst-slices.ts';

interface Row {
  a: string;
  b: string;
  loss: number;
}

const sumsOf = (rows: readonly Row[]): LossSums => ({
  n: rows.length,
  sum: rows.reduce((sum, { loss }) => sum + loss, 0),
  sumSquares: rows.reduce((sum, { loss }) => sum + loss * loss, 0),
});

/** Every slice of a, of b, and of both. */
function candidatesOf(rows: readonly Row[]): SliceLosses[] {
  const groups = new Map<string, { conditions: SliceLosses['conditions']; rows: Row[] }>();
  for (const row of rows) {
    const one = { column: 'a', value: row.a };
    const two = { column: 'b', value: row.b };
    for (const conditions of [[one], [two], [one, two]]) {
      const group = groups.get(nameOf({ conditions })) ?? { conditions, rows: [] as Row[] };
      group.rows.push(row);
      groups.set(nameOf({ conditions }), group);
    }
  }
  return [...groups.values()].map(({ conditions, rows }) => ({ conditions, ...sumsOf(rows) }));
}

/** Rows of 5 x 5 cells whose chance of a loss of 1 is told by the cell. */
function rowsOf(n: number, seed: number, chance: (a: number, b: number) => number): Row[] {
  const next = randomIntegers(seed);
  return Array.from({ length: n }, () => {
    const [a, b] = [next() % 5, next() % 5];
    return { a: `a${a}`, b: `b${b}`, loss: next() / 2 ** 32 < chance(a, b) ? 1 : 0 };
  });
}

const search = (rows: readonly Row[]) => findWorstSlices(sumsOf(rows), candidatesOf(rows));

describe('findWorstSlices', () => {
  it.each([
    ['one bad value of a column', (a: number) => (a === 2 ? 0.3 : 0.1), 'a=a2'],
    ['one bad pair of values', (a: number, b: number) => (a === 2 && b === 3 ? 0.6 : 0.1), 'a=a2 & b=b3'],
  ])('finds %s', (_, chance, expected) => {
    const { slices, tested } = search(rowsOf(20_000, 7, chance));
    expect(tested).toBe(35);
    expect(slices.map(nameOf)).toContain(expected);
  });

  it('does not report a pair that is as bad as one of its columns alone', () => {
    const { slices } = search(rowsOf(20_000, 7, (a) => (a === 2 ? 0.4 : 0.1)));
    expect(slices.map(nameOf)).toEqual(['a=a2']);
  });

  it('raises a false alarm in no more than its share of searches where nothing is wrong', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const rows = rowsOf(4_000, seed, () => 0.2);
      // Without a gate of effect, chance alone is held back by the correction.
      alarms += findWorstSlices(sumsOf(rows), candidatesOf(rows), { minimumRatio: 1 }).slices.length > 0 ? 1 : 0;
    }
    expect(alarms / 200).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 200));
  });

  it('gives the numbers of a slice', () => {
    const whole = { n: 1000, sum: 150, sumSquares: 150 };
    const slice = { conditions: [{ column: 'a', value: 'x' }], n: 200, sum: 70, sumSquares: 70 };
    const [found] = findWorstSlices(whole, [slice]).slices;
    expect(found).toMatchObject({ n: 200, share: 0.2, loss: 0.35, rest: 0.1 });
    expect(found!.ratio).toBeCloseTo(3.5, 12);
    expect(found!.excess).toBeCloseTo((200 * 0.25) / 150, 12);
    expect(found!.lower).toBeLessThan(0.35);
    expect(found!.upper).toBeGreaterThan(0.35);
    // Welch: 0.25 / sqrt(0.2275 / 199 + 0.09 / 799) = 7.055, larger than the error of pooled variances.
    expect(found!.pValue).toBeCloseTo(8.66e-13, 15);
  });

  it.each([
    ['no rows', { n: 0, sum: 0, sumSquares: 0 }, 'no_data'],
    ['no loss', { n: 100, sum: 0, sumSquares: 0 }, 'no_loss'],
    ['no candidate', { n: 100, sum: 10, sumSquares: 10 }, 'no_support'],
  ])('%s is said', (_, whole, reason) => {
    expect(findWorstSlices(whole, [])).toEqual({ slices: [], tested: 0, reason });
  });

  it('leaves out what has too little support, on either side', () => {
    const whole = { n: 1000, sum: 100, sumSquares: 100 };
    const of = (value: string, n: number) => ({
      conditions: [{ column: 'a', value }],
      ...{ n, sum: Math.min(n, 90), sumSquares: Math.min(n, 90) },
    });
    expect(findWorstSlices(whole, [of('few', 49), of('most', 951)]).tested).toBe(0);
  });

  const loss = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 1e-6, max: 1e6, noNaN: true }));
  const rows = fc.array(fc.record({ a: fc.constantFrom('x', 'y', 'z'), b: fc.constantFrom('p', 'q'), loss }), {
    minLength: 1,
    maxLength: 60,
  });
  const options = { minimumRows: 3, minimumShare: 0 };

  it('gives finite numbers, in bounds, and leaves its inputs as they are', () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const [whole, candidates] = [sumsOf(rows), candidatesOf(rows)];
        const before = JSON.stringify([whole, candidates]);
        const { slices } = findWorstSlices(whole, candidates, options);
        expect(JSON.stringify([whole, candidates])).toBe(before);
        for (const { conditions: _, lower, upper, ratio, ...numbers } of slices) {
          for (const value of [...Object.values(numbers), lower ?? 0, upper ?? 0, ratio ?? 0]) {
            expect(Number.isFinite(value)).toBe(true);
          }
          expect(numbers.excess).toBeGreaterThanOrEqual(0);
          expect(numbers.excess).toBeLessThanOrEqual(1 + 1e-9);
          expect(numbers.adjustedPValue).toBeGreaterThanOrEqual(numbers.pValue);
        }
      }),
    );
  });

  it('finds the same slices whatever the unit of the loss', () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const scaled = rows.map((row) => ({ ...row, loss: row.loss * 1024 }));
        const names = (of: Row[]) => findWorstSlices(sumsOf(of), candidatesOf(of), options).slices.map(nameOf).sort();
        expect(names(scaled)).toEqual(names(rows));
      }),
    );
  });
});

describe('rankColumns', () => {
  it('puts the column first whose slices differ most', () => {
    const rows = rowsOf(5_000, 3, (_, b) => 0.1 + 0.1 * b);
    expect(rankColumns(sumsOf(rows), candidatesOf(rows))).toEqual(['b', 'a']);
  });

  it('knows no column where there are no rows', () => {
    expect(rankColumns({ n: 0, sum: 0, sumSquares: 0 }, [])).toEqual([]);
  });
});
