import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import vectors from '../../../../../../conformance/multivariate.json' with { type: 'json' };
import { Warehouse } from '../../../warehouse/warehouse.ts';
import { compareRows, type JointOptions, learnReference } from './compare-rows.ts';
import type { JointColumn, JointRows } from './encode.ts';
import { countErrors } from './reconstruction.ts';

const { table, reconstruction } = vectors;
const ALL: JointOptions = { methods: ['pca', 'domain_classifier', 'mmd'], sample: 10_000, seed: 0 };
const COLUMNS: JointColumn[] = [
  { name: 'a', kind: 'numeric' },
  { name: 'b', kind: 'numeric' },
  { name: 'c', kind: 'numeric' },
  { name: 'city', kind: 'categorical' },
];

let folder: string;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-joint-'));
  warehouse = await Warehouse.scratch(folder);
  await warehouse.command(
    `CREATE TABLE joint (i UInt64, a Nullable(Float64), b Nullable(Float64), c Nullable(Float64), city Nullable(String))
     ENGINE = MergeTree ORDER BY i`,
  );
  const rows = table.a.map((a, i) => ({ i, a, b: table.b[i], c: table.c[i], city: table.city[i] }));
  await warehouse.insert('joint', rows);
});
afterAll(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true, force: true });
});

const between = (from: number, to: number, values = ['a', 'b', 'c', 'city']): JointRows => ({
  sql: `(SELECT toString(i) AS __k, i AS __t, ${values.map((value, i) => `${value} AS __v${i}`).join(', ')}
    FROM joint WHERE i >= {first:UInt64} AND i < {last:UInt64})`,
  params: { first: from, last: to },
});
const end = reconstruction.chunk * reconstruction.referenceChunks;

test("the engine's reconstruction errors are NannyML's, chunk by chunk", async () => {
  const { encodings, fitted } = await learnReference(warehouse, between(0, end), COLUMNS);
  for (const [chunk, value] of reconstruction.values.entries()) {
    const rows = between(chunk * reconstruction.chunk, (chunk + 1) * reconstruction.chunk);
    const [counted] = await countErrors(warehouse, rows, encodings, fitted!.pca);
    expect(counted!.mean).toBeCloseTo(value, 9);
    expect(counted!.deviation / Math.sqrt(counted!.n)).toBeCloseTo(reconstruction.samplingErrors[chunk]!, 9);
  }
  expect(fitted!.chunks.map(({ n }) => n)).toEqual(Array(10).fill(end / 10));
});

test('a correlation that turned round is found by each method, and a quiet window by none', async () => {
  const learned = await learnReference(warehouse, between(0, end), COLUMNS);
  const compare = (from: number, to: number, options = ALL) =>
    compareRows(warehouse, { reference: between(0, end), current: between(from, to) }, COLUMNS, learned, options);
  const turned = await compare(8 * reconstruction.chunk, 10 * reconstruction.chunk);
  expect([turned.pca, turned.domain, turned.mmd].map((found) => found?.drifted)).toEqual([true, true, true]);
  expect(
    turned
      .domain!.columns.slice(0, 2)
      .map(({ column }) => column)
      .sort(),
  ).toEqual(['a', 'b']);
  expect(turned.sampled).toEqual({ reference: 1200, current: 400 });
  const again = await compare(8 * reconstruction.chunk, 10 * reconstruction.chunk);
  expect(again).toEqual(turned);
  const quiet = await compare(7 * reconstruction.chunk, 8 * reconstruction.chunk);
  expect([quiet.pca, quiet.domain, quiet.mmd].map((found) => found?.drifted)).toEqual([false, false, false]);
  const one = await compare(0, 200, { ...ALL, methods: ['mmd'] });
  expect([one.pca, one.domain]).toEqual([null, null]);
});

test.each([
  { name: 'no row in the window', current: [5000, 6000], reasons: ['empty_current', 'empty_current', 'empty_current'] },
  { name: 'few rows in the window', current: [1200, 1220], reasons: ['insufficient', 'insufficient', 'insufficient'] },
])('$name: an answer without a verdict', async ({ current: [from, to], reasons }) => {
  const rows = { reference: between(0, end), current: between(from!, to!) };
  const found = await compareRows(
    warehouse,
    rows,
    COLUMNS,
    await learnReference(warehouse, rows.reference, COLUMNS),
    ALL,
  );
  expect([found.pca, found.domain, found.mmd].map((method) => method?.reason)).toEqual(reasons);
  expect([found.pca, found.domain, found.mmd].map((method) => method?.drifted)).toEqual([null, null, null]);
});

test.each([
  { name: 'no row in the reference', rows: [5000, 6000], values: ['a', 'b', 'c', 'city'] },
  { name: 'columns that are empty or constant', rows: [0, end], values: ['NULL', '1', 'NULL', "'x'"] },
  { name: 'values too large for their squares', rows: [0, end], values: ['a * 1e300', 'b * 1e300', 'c', 'city'] },
])('$name: no reconstruction error, and no error', async ({ rows: [from, to], values }) => {
  const rows = { reference: between(from!, to!, values), current: between(end, end + 400, values) };
  const learned = await learnReference(warehouse, rows.reference, COLUMNS);
  const found = await compareRows(warehouse, rows, COLUMNS, learned, ALL);
  expect(found.pca).toBeNull();
  expect(found.mmd?.drifted ?? false).toBe(false);
});
