import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assessFairness, assessRegressionFairness, type ClassificationCounts } from '@leeway/stats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { random } from '../../../testing/models.ts';
import { Warehouse } from '../../../warehouse/warehouse.ts';
import { measureFairness, type ProtectedColumn } from './count-groups.ts';

interface Row {
  sex: string | null;
  race: string;
  age: number | null;
  label: string | null;
  prediction: string | null;
  score: number | null;
  y: number | null;
  p: number | null;
  weight: number;
}

const chance = random(21);
const rows: Row[] = Array.from({ length: 1500 }, (_, i) => {
  const [score, y] = [chance(), 10 * chance()];
  return {
    sex: i % 29 === 4 ? null : chance() < 0.6 ? 'Male' : 'Female',
    race: ["O'Neill", 'b', 'c'][Math.floor(chance() * 3)]!,
    age: i % 31 === 4 ? null : 18 + Math.floor(60 * chance()),
    label: i % 11 === 3 ? null : chance() < score ? '1' : '0',
    prediction: i % 17 === 5 ? null : score >= 0.4 ? '1' : '0',
    score: i % 13 === 7 ? null : score,
    y: i % 11 === 3 ? null : y,
    p: i % 17 === 5 ? null : y + chance() - 0.3,
    weight: [1, 0.5, 4][Math.floor(chance() * 3)]!,
  };
});

let folder: string;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-test-'));
  warehouse = await Warehouse.scratch(folder);
  await warehouse.command(
    `CREATE TABLE people (sex Nullable(String), race String, age Nullable(Float64), label Nullable(String),
       prediction Nullable(String), score Nullable(Float64), y Nullable(Float64), p Nullable(Float64), weight Float64) ENGINE = Memory`,
  );
  await warehouse.insert('people', rows);
});
afterAll(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true });
});

const SEX: ProtectedColumn = { name: 'sex', expression: 'sex' };
const RACE: ProtectedColumn = { name: 'race', expression: 'race' };
const AGE: ProtectedColumn = { name: 'age', expression: 'age', cuts: [25, 45.5] };
const nameOf: Record<string, (row: Row) => string> = {
  sex: ({ sex }) => `sex=${sex ?? ''}`,
  race: ({ race }) => `race=${race}`,
  age: ({ age }) => `age=${age === null ? '' : age < 25 ? '<25' : age < 45.5 ? '25..45.5' : '>=45.5'}`,
};

/** Groups in the order of their rows, counted one row after the other. */
function groupsOf<C extends object>(
  known: Row[],
  columns: ProtectedColumn[],
  weighted: boolean,
  cell: (row: Row) => C,
) {
  const groups = new Map<
    string,
    { group: string; rows: number; counts: Record<string, number>; squared?: Record<string, number> }
  >();
  for (const row of known) {
    const group = columns.map(({ name }) => nameOf[name]!(row)).join(', ');
    const own = groups.get(group) ?? { group, rows: 0, counts: {}, ...(weighted ? { squared: {} } : {}) };
    own.rows++;
    for (const [key, value] of Object.entries(cell(row))) {
      const weight = weighted ? row.weight : 1;
      own.counts[key] = (own.counts[key] ?? 0) + weight * value;
      if (own.squared) own.squared[key] = (own.squared[key] ?? 0) + weight * weight * value;
    }
    groups.set(group, own);
  }
  return [...groups.values()]
    .sort((a, b) => b.rows - a.rows || (a.group < b.group ? -1 : 1))
    .map(({ rows: _, ...group }) => group) as never;
}

/** The same but for the order of sums. */
const rounded = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, x) => (typeof x === 'number' ? Number(x.toPrecision(9)) + 0 : x)));

const source = (weighted: boolean, sql = 'people') => ({ sql, params: { positive: '1' }, weighted });

it.each([
  ['one attribute', [SEX], false],
  ['a name with a quote in it', [RACE], false],
  ['a numeric attribute in bins', [AGE], false],
  ['two attributes together', [SEX, RACE], false],
  ['three, weighted', [SEX, RACE, AGE], true],
])('the engine counts the groups that are counted by hand: %s', async (_, columns, weighted) => {
  const known = rows.filter(({ label, prediction }) => label !== null && prediction !== null);
  const cell = ({ label, prediction, score }: Row): ClassificationCounts => {
    const [y, said] = [Number(label), Number(prediction)];
    const gap = score === null ? 0 : score - y;
    return {
      ...{ tp: said * y, fp: said * (1 - y), tn: (1 - said) * (1 - y), fn: (1 - said) * y },
      ...{ scored: score === null ? 0 : 1, sumGap: gap, sumSquaredGap: gap * gap },
    };
  };
  const found = await measureFairness(warehouse, 'binary', columns, source(weighted), {});
  expect(rounded(found)).toEqual(rounded(assessFairness(groupsOf(known, columns, weighted, cell))));
  expect(found.measures['selection_rate']!.difference.value).toBeGreaterThan(0);
});

it.each([false, true])('regression, weighted %s', async (weighted) => {
  const known = rows.filter(({ y, p }) => y !== null && p !== null);
  const cell = ({ y, p }: Row) => {
    const e = p! - y!;
    return {
      ...{ n: 1, sumError: e, sumAbsError: Math.abs(e), sumSquaredError: e * e, sumFourthPowerError: e ** 4 },
      ...{ sumPrediction: p!, sumSquaredPrediction: p! * p! },
    };
  };
  const sql = '(SELECT sex, weight, y AS label, p AS prediction FROM people)';
  const found = await measureFairness(warehouse, 'regression', [SEX], source(weighted, sql), {});
  expect(rounded(found)).toEqual(rounded(assessRegressionFairness(groupsOf(known, [SEX], weighted, cell))));
});

it('of several classes, the accuracy', async () => {
  const known = rows.filter(({ label, prediction }) => label !== null && prediction !== null);
  const { measures, criteria } = await measureFairness(warehouse, 'multiclass', [SEX], source(false), {});
  expect(Object.keys(criteria)).toEqual(['accuracy_parity']);
  for (const sex of ['Male', 'Female']) {
    const own = known.filter((row) => row.sex === sex);
    const right = own.filter(({ label, prediction }) => label === prediction).length;
    expect(measures['accuracy']!.groups[`sex=${sex}`]!.value).toBeCloseTo(right / own.length, 12);
  }
});

it('more than 50 groups: the smallest are one', async () => {
  const many = { name: 'n', expression: 'n' };
  const sql = `(SELECT *, toString(rowNumberInAllBlocks() % 70) AS n FROM people)`;
  const { groups, rows: all } = await measureFairness(warehouse, 'binary', [many], source(false, sql), {});
  expect(groups).toHaveLength(51);
  expect(groups.at(-1)!.group).toBe('(others)');
  expect(groups.reduce((sum, group) => sum + group.rows, 0)).toBe(all);
});

it('no rows: no groups, and nothing fails', async () => {
  const { groups, criteria } = await measureFairness(
    warehouse,
    'binary',
    [SEX],
    source(false, '(SELECT * FROM people WHERE 0)'),
    {},
  );
  expect(groups).toEqual([]);
  expect(criteria['demographic_parity']!.difference).toMatchObject({ value: null, reason: 'no_data' });
});
