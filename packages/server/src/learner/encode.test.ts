import { expect, test } from 'vitest';
import { encode, type FeatureType, fitEncoding, type SparseRows } from './encode.ts';
import { tableOf } from './testdata/table.ts';

const KINDS: Record<string, FeatureType> = { distance: 'numeric', carrier: 'categorical', holiday: 'boolean' };
const fit = (rows: Parameters<typeof tableOf>[1], minCategoryRows: number) => {
  const table = tableOf(KINDS, rows);
  return { table, encoding: fitEncoding(table, new Map(Object.entries(KINDS)), minCategoryRows) };
};

/** The rows written out, zeros too. */
const dense = ({ rows, width, start, index, value }: SparseRows) =>
  Array.from({ length: rows }, (_, row) => {
    const vector = new Array<number>(width).fill(0);
    for (let e = start[row]!; e < start[row + 1]!; e++) vector[index[e]!] = value[e]!;
    return vector;
  });

test('numbers are standardised, booleans stay, frequent categories get an indicator each, in sorted order', () => {
  const { table, encoding } = fit(
    [
      [1, 'DL', true],
      [3, 'AA', false],
      [1, 'AA', false],
      [3, 'DL', true],
      [null, 'ZZ', null],
      [null, null, null],
    ],
    2,
  );
  expect(encoding.categorical).toEqual([{ name: 'carrier', categories: ['AA', 'DL'] }]);
  expect(encoding.width).toBe(4);
  // Columns: distance, holiday, AA, DL. A missing number is the mean, which is 0 after standardising.
  expect(dense(encode(table, encoding))).toEqual([
    [-1, 1, 0, 1],
    [1, 0, 1, 0],
    [-1, 0, 1, 0],
    [1, 1, 0, 1],
    [0, 0.5, 0, 0],
    [0, 0.5, 0, 0],
  ]);
});

test('a constant whose mean is rounded is a constant: another value is no giant', () => {
  const { encoding } = fit(
    Array.from({ length: 4_368 }, (): [number, string, boolean] => [0.003467, 'AA', true]),
    1,
  );
  const { table: later } = fit([[0.5, 'AA', true]], 1);
  expect(dense(encode(later, encoding))[0]![0]).toBeCloseTo(0.5 - 0.003467, 9);
});

test('other rows are encoded by what was learned: an unseen category is all zeros', () => {
  const { encoding } = fit(
    [
      [1, 'AA', true],
      [3, 'AA', false],
    ],
    1,
  );
  expect(dense(encode(tableOf(KINDS, [[5, 'new', true]]), encoding))).toEqual([[3, 1, 0]]);
});

test('a column that is constant or empty does no harm', () => {
  const { table, encoding } = fit(
    [
      [7, null, null],
      [7, null, null],
    ],
    1,
  );
  expect(dense(encode(table, encoding))).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(encoding.width).toBe(2);
});
