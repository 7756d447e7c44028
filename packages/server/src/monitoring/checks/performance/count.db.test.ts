import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PerformanceSummary, summarizeBinary, summarizeMulticlass, summarizeRegression } from '@leeway/stats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../../testing/models.ts';
import { scoreArray } from '../../../warehouse/model-tables.ts';
import { Warehouse } from '../../../warehouse/warehouse.ts';
import { COUNT, type ScoredModel } from './count.ts';

interface Row {
  slice: string;
  label: string | null;
  prediction: string | null;
  score: number | null;
  y: number | null;
  p: number | null;
  weight: number;
  /** Of the classes 0, 1 and 2; one of them may be missing. */
  p0: number | null;
  p1: number | null;
  p2: number | null;
}

const CLASSES = ['0', '1', '2'];

/** Rows with ties, gaps, and scores at both ends. */
function rowsOf(n: number, digits: number, seed: number): Row[] {
  const [chance, other] = [random(seed), random(seed + 1)];
  return Array.from({ length: n }, (_, i) => {
    const score = Number(chance().toFixed(digits));
    const label = chance() < score ? '1' : '0';
    const y = 1e6 + Math.round(100 * chance()) / 4;
    const raw = [1 + other(), 1 + other(), 0.3 * other()];
    // Some rows sum to 2, some to 0: they are scaled.
    const sum = raw.reduce((a, b) => a + b, 0) / (i % 19 === 4 ? 2 : i % 23 === 6 ? 1e-9 : 1);
    const [p0, p1, p2] = raw.map((x) => (i % 23 === 6 ? 0 : Number((x / sum).toFixed(digits)))) as [
      number,
      number,
      number,
    ];
    return {
      slice: chance() < 0.7 ? 'a' : 'b',
      label: i % 11 === 3 ? null : label,
      prediction: i % 17 === 5 ? null : score >= 0.4 ? '1' : '0',
      score: i % 13 === 7 ? null : score,
      y: i % 11 === 3 ? null : y,
      p: i % 17 === 5 ? null : y + Math.round(40 * (chance() - 0.4)) / 8,
      weight: [1, 0.5, 4, 10][Math.floor(chance() * 4)]!,
      ...{ p0, p1: i % 13 === 7 ? null : p1, p2 },
    };
  });
}

let folder: string;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-test-'));
  warehouse = await Warehouse.scratch(folder);
});
afterAll(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true });
});

const model = (task: ScoredModel['task']): ScoredModel => ({
  task,
  columns: { positive: '1', ...(task === 'multiclass' ? { scores: { 0: 'p0', 2: 'p2', 1: 'p1' } } : {}) },
});
let tables = 0;

async function engine(task: ScoredModel['task'], rows: Row[], weighted: boolean) {
  const table = `rows_${tables++}`;
  await warehouse.command(
    `CREATE TABLE ${table} (slice String, label Nullable(String), prediction Nullable(String), score Nullable(Float64),
       y Nullable(Float64), p Nullable(Float64), weight Float64, p0 Nullable(Float64), p1 Nullable(Float64), p2 Nullable(Float64)) ENGINE = Memory`,
  );
  await warehouse.insert(table, rows);
  const numbers = `(SELECT slice, weight, y AS label, p AS prediction FROM ${table})`;
  // In the order of the model's classes, which may be any.
  const classes = `(SELECT *, ${scoreArray(Object.values(model(task).columns.scores ?? {}))} AS scores FROM ${table})`;
  return COUNT[task](warehouse, model(task), {
    sql: { binary: table, multiclass: classes, regression: numbers }[task],
    params: {},
    weighted,
    shift: 1_000_010,
  });
}

function inMemory(task: ScoredModel['task'], rows: Row[], weighted: boolean): PerformanceSummary {
  const known = rows.filter((row) =>
    task === 'regression' ? row.y !== null && row.p !== null : row.label !== null && row.prediction !== null,
  );
  const column = (of: (row: Row) => number, some = known) => Float64Array.from(some, of);
  const weights = (some = known) => (weighted ? column((row) => row.weight, some) : undefined);
  if (task === 'regression')
    return summarizeRegression(
      column((row) => row.y!),
      column((row) => row.p!),
      weights(),
    );
  if (task === 'multiclass') {
    const classes = CLASSES;
    const at = (name: string | null) => classes.indexOf(name!);
    const count = (some: Row[], scored: boolean) =>
      summarizeMulticlass(
        some.map((row) => at(row.label)),
        some.map((row) => at(row.prediction)),
        classes,
        {
          weights: weights(some),
          ofClasses: scored ? classes.map((name) => column((row) => row[`p${name}` as 'p0']!, some)) : undefined,
        },
      );
    // Rows without all scores are in the matrix only.
    const { matrix, squared } = count(known, false);
    const scored = count(
      known.filter((row) => row.p1 !== null),
      true,
    );
    return {
      ...scored,
      matrix,
      ...(squared ? { squared: { ...scored.squared!, matrix: squared.matrix } } : {}),
    };
  }
  const count = (some: Row[]) =>
    summarizeBinary(
      column((row) => Number(row.label), some),
      column((row) => row.score ?? 0, some),
      some.map((row) => Number(row.prediction)),
      weights(some),
    );
  // Rows without a score are in the counts of the confusion matrix only.
  const [all, scored] = [count(known), count(known.filter((row) => row.score !== null))];
  const { n, tp, fp, tn, fn } = all;
  const squares = all.squared && scored.squared;
  return {
    ...scored,
    ...{ n, tp, fp, tn, fn },
    ...(squares ? { squared: { ...scored.squared!, ...pick(all.squared!) } } : {}),
  };
}

const pick = ({ n, tp, fp, tn, fn }: { n: number; tp: number; fp: number; tn: number; fn: number }) => ({
  n,
  tp,
  fp,
  tn,
  fn,
});

/** Everything alike to 9 digits; sums of deviations about a mean of 1e6 to 6. */
function expectClose(actual: unknown, expected: unknown, path: string): void {
  if (typeof expected === 'number') {
    const gap = Math.abs((actual as number) - expected) / Math.max(1, Math.abs(expected));
    expect(gap, `${path}: ${actual} and ${expected}`).toBeLessThan(
      /targetMean/.test(path) ? 1e-13 : /arget/.test(path) ? 1e-6 : 1e-9,
    );
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object).sort(), path).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected)) expectClose((actual as never)[key], value, `${path}.${key}`);
  } else expect(actual, path).toEqual(expected);
}

describe.each(['binary', 'multiclass', 'regression'] as const)('%s', (task) => {
  it.each([
    ['ties', 400, 1, false],
    ['scores that differ', 900, 9, false],
    ['more scores than cells', 3000, 9, false],
    ['weights', 2500, 3, true],
    ['weights and ties', 300, 1, true],
    ['one row', 1, 3, false],
  ])('the engine counts what the definitions count: %s', async (_, n, digits, weighted) => {
    const rows = rowsOf(n, digits, n + digits);
    const found = await engine(task, rows, weighted);
    expect(found.map(({ slice }) => slice)).toEqual([...new Set(rows.map((row) => row.slice))].sort());
    for (const { slice, summary, coverage } of found) {
      const own = rows.filter((row) => row.slice === slice);
      expectClose(summary, inMemory(task, own, weighted), slice);
      const weight = (some: Row[]) => some.reduce((sum, row) => sum + (weighted ? row.weight : 1), 0);
      const known = own.filter((row) => row.label !== null && row.prediction !== null);
      expect(coverage).toBeCloseTo(weight(known) / weight(own), 12);
    }
  });

  it('no row with a label: nothing is counted, and nothing fails', async () => {
    const rows = rowsOf(20, 3, 1).map((row) => ({ ...row, label: null, y: null, slice: '' }));
    for (const weighted of [false, true]) {
      const [found] = await engine(task, rows, weighted);
      expect(found!.coverage).toBe(0);
    }
  });
});

it('without scores nothing that needs them is counted', async () => {
  const rows = rowsOf(200, 3, 5).map((row) => ({ ...row, score: null, slice: '' }));
  const [found] = await engine('binary', rows, false);
  expect(found!.summary).toMatchObject({ scored: 0, logLossSum: 0, cells: [] });
});

it('a class that is labelled but has no probability has one of 0', async () => {
  const rows = rowsOf(300, 3, 8).map((row, i) => ({
    ...{ ...row, slice: '', label: i % 10 === 0 ? 'new' : row.label },
    ...{ p0: row.p0 || 0.3, p1: row.p1 ?? 0.2 },
  }));
  const [found] = await engine('multiclass', rows, false);
  const known = rows.filter((row) => row.label !== null && row.prediction !== null);
  const classes = [...CLASSES, 'new'];
  const expected = summarizeMulticlass(
    known.map((row) => classes.indexOf(row.label!)),
    known.map((row) => classes.indexOf(row.prediction!)),
    classes,
    { ofClasses: classes.map((name) => Float64Array.from(known, (row) => row[`p${name}` as 'p0'] ?? 0)) },
  );
  expectClose(found!.summary, expected, 'new');
});
