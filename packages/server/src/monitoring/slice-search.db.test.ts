import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findWorstSlices, type SliceLosses, sliceName, summarizeCategorical, summarizeNumeric } from '@leeway/stats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Warehouse } from '../warehouse/warehouse.ts';
import { binsOf, searchSlices } from './slice-search.ts';

const ROWS = 6000;
const ORIGINS = ['ATL', 'LAX', 'ORD'];

/** The same rows here and in the engine; in ATL with a distance from 600 on, the loss is four times as large. */
const rows = Array.from({ length: ROWS }, (_, i) => {
  const origin = i % 7 === 0 ? null : ORIGINS[i % 3]!;
  const distance = (i * 37) % 1000;
  const bad = origin === 'ATL' && distance >= 600;
  return { origin, distance, loss: i % 11 === 0 ? null : bad ? 4 + (i % 5) : 1 + (i % 5) / 10 };
});
const ROWS_SQL = `(SELECT number AS i, if(i % 7 = 0, NULL, ['ATL', 'LAX', 'ORD'][i % 3 + 1]) AS origin, (i * 37) % 1000 AS distance,
  if(i % 11 = 0, NULL, if(ifNull(origin, '') = 'ATL' AND distance >= 600, 4 + i % 5, 1 + (i % 5) / 10)) AS l FROM numbers(${ROWS}))`;

const EDGES = [200, 400, 600, 800];
const COLUMNS = [
  {
    name: 'origin',
    expression: 'origin',
    reference: summarizeCategorical(
      rows.map(({ origin }) => (origin ? ORIGINS.indexOf(origin) : -1)),
      ORIGINS,
    ),
  },
  {
    name: 'distance',
    expression: 'distance',
    reference: summarizeNumeric(
      rows.map(({ distance }) => distance),
      EDGES,
    ),
  },
];

let folder: string;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-slices-'));
  warehouse = await Warehouse.scratch(folder);
});
afterAll(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true, force: true });
});

const query = <T>(sql: string, params: Record<string, unknown>) => warehouse.query<T>(sql, params, 'test');

/** Every slice of one column and of both, counted here. */
function counted(): SliceLosses[] {
  const groups = new Map<string, { conditions: SliceLosses['conditions']; losses: number[] }>();
  for (const { origin, distance, loss } of rows) {
    if (loss === null) continue;
    const bin = EDGES.filter((edge) => edge <= distance).length;
    const [low, high] = [EDGES[bin - 1], EDGES[bin]];
    const value = [low === undefined ? [] : `>= ${low}`, high === undefined ? [] : `< ${high}`].flat().join(' and ');
    const a = { column: 'origin', value: origin ?? '(missing)' };
    const b = { column: 'distance', value, low: low ?? null, high: high ?? null };
    for (const conditions of [[a], [b], [a, b]] as SliceLosses['conditions'][]) {
      const name = sliceName({ conditions });
      const group = groups.get(name) ?? { conditions, losses: [] as number[] };
      group.losses.push(loss);
      groups.set(name, group);
    }
  }
  return [...groups.values()].map(({ conditions, losses }) => ({ conditions, ...sumsOf(losses) }));
}

const sumsOf = (losses: number[]) => ({
  n: losses.length,
  sum: losses.reduce((a, b) => a + b, 0),
  sumSquares: losses.reduce((a, b) => a + b * b, 0),
});

test('the engine counts the slices that a loop over the rows counts, and the bad one is found', async () => {
  const found = await searchSlices(query, { sql: ROWS_SQL, params: {}, loss: 'l' }, COLUMNS, {});
  const whole = sumsOf(rows.flatMap(({ loss }) => (loss === null ? [] : [loss])));
  const expected = findWorstSlices(whole, counted());
  expect(found.tested).toBe(expected.tested);
  expect(found.slices.map(sliceName)).toEqual(expected.slices.map(sliceName));
  expect(found.slices.map(sliceName)).toContain('origin=ATL & distance >= 600 and < 800');
  found.slices.forEach((slice, i) => {
    expect(slice.loss).toBeCloseTo(expected.slices[i]!.loss, 9);
    expect(slice.n).toBe(expected.slices[i]!.n);
  });
});

test.each([
  ['no rows', `(SELECT * FROM ${ROWS_SQL} WHERE i < 0)`, 'no_data'],
  ['no labels', `(SELECT origin, distance, NULL::Nullable(Float64) AS l FROM ${ROWS_SQL})`, 'no_data'],
  ['no loss at all', `(SELECT origin, distance, 0 AS l FROM ${ROWS_SQL})`, 'no_loss'],
])('%s is said', async (_, sql, reason) => {
  expect(await searchSlices(query, { sql, params: {}, loss: 'l' }, COLUMNS, {})).toEqual({
    slices: [],
    tested: 0,
    reason,
  });
});

test('without columns there is nothing to search', async () => {
  const found = await searchSlices(query, { sql: ROWS_SQL, params: {}, loss: 'l' }, [], {});
  expect(found).toEqual({ slices: [], tested: 0, reason: 'no_support' });
});

test.each([
  ['single values', [1, 2, 2, 3, 3, 3], [1, 2, 3, 3.0000000000000004], ['< 1', '1', '2', '3', '> 3']],
  [
    'a value with a bin of its own',
    [0, 0, 0, 5, 6, 7],
    [0, Number.MIN_VALUE, 6.5],
    ['< 0', '0', '> 0 and < 6.5', '>= 6.5'],
  ],
  ['numbers', [1, 5, 9], [3, 6], ['< 3', '>= 3 and < 6', '>= 6']],
  ['one bin', [1, 5, 9], [], ['(any)']],
])('bins of %s are named as people would', (_, values, edges, names) => {
  const summary = summarizeNumeric(values, edges);
  expect(binsOf('x', summary, edges).map(({ value }) => value)).toEqual(names);
});
