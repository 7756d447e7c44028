import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ColumnType, PreprocessingConfig } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import document from '../../../../../conformance/preprocessing.json' with { type: 'json' };
import type { Column } from '../../gateway/columns.ts';
import { identifier, Warehouse } from '../../warehouse/warehouse.ts';
import { applySteps } from './apply-steps.ts';
import { fitPreprocessing } from './fit-preprocessing.ts';
import { preprocessingMistake } from './plan-steps.ts';
import { applySql, rawExpressions } from './preprocessing-sql.ts';

const dir = mkdtempSync(join(tmpdir(), 'leeway-preprocessing-'));
let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.open(join(dir, 'warehouse'));
});
afterAll(async () => {
  await warehouse?.close();
  rmSync(dir, { recursive: true, force: true });
});

type Value = number | string | null;
type Columns = Record<string, readonly Value[]>;
let made = 0;

/** Rows as the warehouse has them. */
async function tableOf(
  types: ReadonlyMap<string, ColumnType>,
  columns: Columns,
): Promise<{ sql: string; params: object }> {
  const name = `rows_${++made}`;
  const kinds = {
    numeric: 'Nullable(Float64)',
    boolean: 'Nullable(Bool)',
    categorical: 'LowCardinality(Nullable(String))',
  };
  const definition = Array.from(types, ([column, type]) => `f_${column} ${kinds[type as keyof typeof kinds]}`);
  await warehouse.createTable(
    `CREATE TABLE ${name} (n UInt32, ${definition.join(', ')}) ENGINE = MergeTree ORDER BY n`,
  );
  const length = Object.values(columns)[0]!.length;
  await warehouse.insert(
    name,
    Array.from({ length }, (_, n) => ({
      n,
      ...Object.fromEntries(Object.entries(columns).map(([column, values]) => [`f_${column}`, values[n]])),
    })),
  );
  return { sql: `(SELECT * FROM ${name})`, params: {} };
}

/** The rows after the steps, by the engine and in memory; both must say the same. */
async function both(types: ReadonlyMap<string, ColumnType>, train: Columns, other: Columns, steps: unknown[]) {
  const config = PreprocessingConfig.parse({ name: 'p', version: '1', steps });
  const raw = rawExpressions(types);
  const rows = await tableOf(types, train);
  const fitted = await fitPreprocessing(warehouse, { ...rows, params: {} }, types, raw, config);
  let expressions = raw;
  for (const step of fitted.steps) expressions = applySql(expressions, step);
  const { sql } = await tableOf(types, other);
  const selected = Array.from(expressions, ([name, x]) => `${x} AS ${identifier(name)}`).join(', ');
  const engine = await warehouse.query<Record<string, Value>>(`SELECT ${selected} FROM ${sql} AS part ORDER BY n`);
  const columns = new Map(
    Array.from(types, ([name, type]): [string, Column] => [
      name,
      type === 'categorical'
        ? (other[name] as (string | null)[])
        : Float64Array.from(other[name]!, (value) => (value === null ? Number.NaN : Number(value))),
    ]),
  );
  const memory = applySteps({ rows: engine.length, columns }, fitted).columns;
  expect([...memory.keys()]).toEqual([...expressions.keys()]);
  expect(fitted.features.map(({ name }) => name)).toEqual([...expressions.keys()]);
  for (const [name, column] of memory) {
    engine.forEach((row, i) => {
      const [said, own] = [row[name]!, column[i] as number | string | null];
      if (typeof own === 'number' && Number.isNaN(own)) expect(said).toBeNull();
      else if (typeof own === 'number') expect(Number(said)).toBeCloseTo(own, 10);
      else expect(said).toBe(own);
    });
  }
  return { fitted, engine };
}

describe('as scikit-learn does', () => {
  test.each(document.vectors.map((vector) => [JSON.stringify(vector.step), vector] as const))(
    '%s',
    async (_, vector) => {
      const text = vector.train.some((value) => typeof value === 'string');
      const types = new Map<string, ColumnType>([['x', text ? 'categorical' : 'numeric']]);
      const { fitted, engine } = await both(types, { x: vector.train }, { x: vector.other }, [vector.step]);
      const names = fitted.features.map(({ name }) => name);
      expect(engine).toHaveLength(vector.expected.length);
      engine.forEach((row, i) => {
        names.forEach((name, j) => {
          const expected = vector.expected[i]![j] as number | null;
          if (expected === null) expect(row[name]).toBeNull();
          else expect(row[name]).toBeCloseTo(expected, 9);
        });
      });
    },
  );
});

const TYPES = new Map<string, ColumnType>([
  ['x', 'numeric'],
  ['late', 'boolean'],
  ['kind', 'categorical'],
]);
const ROWS: Columns = { x: [1, null, 3, 100], late: [1, 0, null, 1], kind: ['b', 'a', null, 'b'] };

test('each step learns from what the ones before have made of the rows', async () => {
  const { fitted, engine } = await both(TYPES, ROWS, { x: [null, 7], late: [null, 1], kind: ['zz', 'b'] }, [
    { do: 'impute', columns: ['x'], with: 'constant', value: 0 },
    { do: 'log1p', columns: ['x'] },
    { do: 'min_max', columns: ['x'] },
    { do: 'impute', columns: ['late'], with: 'mean' },
    { do: 'impute', columns: ['kind'], with: 'mode' },
    { do: 'one_hot', columns: ['kind'], most: 5 },
    { do: 'rename', names: { x: 'size' } },
  ]);
  expect(fitted.features.map(({ name }) => name)).toEqual(['size', 'late', 'kind=a', 'kind=b']);
  expect(engine[0]).toEqual({ size: 0, late: expect.closeTo(2 / 3, 9), 'kind=a': 0, 'kind=b': 0 });
  expect(engine[1]).toEqual({
    size: expect.closeTo(Math.log(8) / Math.log(101), 9),
    late: 1,
    'kind=a': 0,
    'kind=b': 1,
  });
});

test('the same rows give the same fit, and columns may go', async () => {
  const steps = [
    { do: 'drop', columns: ['kind'] },
    { do: 'standardize', columns: ['x'] },
  ];
  const first = await both(TYPES, ROWS, ROWS, steps);
  const second = await both(TYPES, ROWS, ROWS, steps);
  expect(second.fitted.hash).toBe(first.fitted.hash);
  expect(first.fitted.features).toEqual([
    { name: 'x', type: 'numeric' },
    { name: 'late', type: 'boolean' },
  ]);
});

test('a column without a value is told', async () => {
  const empty = { x: [null, null], late: [null, null], kind: [null, null] };
  for (const step of [
    { do: 'standardize', columns: ['x'] },
    { do: 'impute', columns: ['kind'], with: 'mode' },
    { do: 'impute', columns: ['x'], with: 'mode' },
  ]) {
    await expect(both(TYPES, empty, empty, [step])).rejects.toMatchObject({ code: 'too_few_rows' });
  }
});

test.each([
  ['an unknown column', [{ do: 'log1p', columns: ['y'] }], 0, /no column "y" here; there are x, late, kind/],
  [
    'a step for other columns',
    [{ do: 'log1p', columns: ['kind'] }],
    0,
    /log1p cannot be done to "kind", which is categorical/,
  ],
  [
    'a column that is gone',
    [
      { do: 'drop', columns: ['x'] },
      { do: 'clip', columns: ['x'] },
    ],
    1,
    /no column "x"/,
  ],
  ['a name that is taken', [{ do: 'rename', names: { x: 'kind' } }], 0, /two columns would be called "kind"/],
  ['nothing left', [{ do: 'drop', columns: ['x', 'late', 'kind'] }], 0, /no column is left/],
])('a mistake is told before any row was seen: %s', (_, steps, step, message) => {
  const mistake = preprocessingMistake(TYPES, PreprocessingConfig.parse({ name: 'p', version: '1', steps }));
  expect(mistake).toMatchObject({ step, message: expect.stringMatching(message) });
});
