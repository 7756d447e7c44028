import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelConfig } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, modelConfig, random, START } from '../../testing/models.ts';
import { featureColumn, predictionRows, predictionsTable, syncModelTables } from '../../warehouse/model-tables.ts';
import { instant, Warehouse } from '../../warehouse/warehouse.ts';
import type { Finding, Scope } from '../check.ts';
import { storeMeasurements } from '../measurements.ts';
import { planColumn, summarizeColumn } from '../profile.ts';
import type { Reference } from '../reference.ts';
import { quality } from './quality.ts';

const MODEL = {
  name: 'orders',
  task: 'binary',
  columns: {
    features: {
      amount: { type: 'numeric', min: 0 },
      weight: { type: 'numeric' },
      'tax.rate': { type: 'numeric', missing: 0.1 },
      colour: { type: 'categorical', values: ['red', "o'blue"] },
      shop: { type: 'categorical' },
      code: { type: 'categorical', pattern: "^[A-Z]{2}-[0-9]+'?$", unique: true },
      gift: { type: 'boolean' },
    },
    slices: ['region'],
  },
  monitors: [{ name: 'daily', window: '1d', grace: '10m', slices: ['region'], minimumRows: 50 }],
};
const model: ModelConfig = modelConfig(MODEL);

interface Row {
  id: string;
  time: number;
  received: number;
  region: string | null;
  f: Record<string, string | number | boolean | null>;
}

function rowsOf(
  day: number,
  n: number,
  seed: number,
  change: (row: Row, i: number, chance: () => number) => void,
): Row[] {
  const chance = random(seed);
  return Array.from({ length: n }, (_, i) => {
    const time = START + day * DAY + Math.floor(chance() * DAY);
    const amount = 10 + chance() * 90;
    const row: Row = {
      ...{ id: `${day}-${i}`, time, received: time + 1_000, region: chance() < 0.5 ? 'north' : 'south' },
      f: {
        amount,
        weight: amount * 2 + chance(),
        'tax.rate': chance() < 0.05 ? null : chance(),
        colour: chance() < 0.5 ? 'red' : "o'blue",
        shop: ['a', 'b', 'c'][Math.floor(chance() * 3)]!,
        code: `AB-${day}${i}`,
        gift: chance() < 0.5,
      },
    };
    change(row, i, chance);
    return row;
  });
}

/** Day 10: everything is wrong. */
const bad = rowsOf(10, 1000, 2, (row, i, chance) => {
  row.f['weight'] = chance() * 200; // hangs together with nothing any more
  if (i % 50 === 0) row.f['amount'] = -1;
  if (i % 20 === 0) row.f['amount'] = 1000;
  if (i % 4 === 0) row.f['tax.rate'] = null;
  if (i % 100 === 0) row.f['colour'] = 'green';
  if (i % 10 === 0) row.f['shop'] = 'new';
  if (i % 25 === 0) row.f['code'] = i % 50 === 0 ? 'AB-1' : 'wrong';
  row.f['gift'] = true;
  if (i % 8 === 0) row.received = row.time + HOUR;
  // Nothing comes from 6 to 12.
  const since = row.time - START - 10 * DAY;
  if (since >= 6 * HOUR && since < 12 * HOUR) row.time += 6 * HOUR;
});
// The last hundred are the first once more, under other ids and under the same ids from another version.
for (const [i, row] of bad.slice(0, 50).entries()) bad[900 + i] = { ...row, id: `again-${i}`, f: { ...row.f } };
const good = rowsOf(9, 1000, 3, () => {});
const reference = rowsOf(0, 3000, 1, () => {});

describe('quality', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-quality-'));
  let warehouse: Warehouse;
  let before: Reference;

  beforeAll(async () => {
    warehouse = await Warehouse.open(folder);
    await syncModelTables(warehouse, model);
    for (const rows of [reference, good, bad]) {
      const stored = rows.map(({ id, time, received, region, f }) => ({
        ...{ id, time, received, version: 'v1', role: 'live', request: '', error: '', weight: 1 },
        ...Object.fromEntries(Object.entries({ ...f, region }).map(([name, value]) => [`f_${name}`, value])),
      }));
      await warehouse.insert(predictionsTable(model), stored);
    }
    const [twice] = bad;
    await warehouse.insert(predictionsTable(model), [
      {
        id: twice!.id,
        time: twice!.time,
        received: twice!.time,
        version: 'v2',
        role: 'live',
        f_amount: 5,
        f_region: 'north',
      },
    ]);
    bad.push({
      ...twice!,
      received: twice!.time,
      region: 'north',
      f: { ...Object.fromEntries(Object.keys(twice!.f).map((k) => [k, null])), amount: 5 },
    });
    before = await referenceOf();
  }, 60_000);
  afterAll(async () => {
    await warehouse.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function referenceOf(): Promise<Reference> {
    const spans = [{ start: START, end: START + DAY }];
    const source = { sql: predictionRows(model), params: { from: instant(START), to: instant(START + DAY) } };
    const summaries: Reference['summaries'] = new Map();
    for (const [name, { type }] of Object.entries(model.columns.features)) {
      const plan = await planColumn(warehouse, source, type as 'numeric', featureColumn(name));
      const slicing = {
        column: 'region',
        expression: featureColumn('region'),
        values: ['north', 'south'],
        whole: true,
      };
      for (const [slice, summary] of await summarizeColumn(warehouse, source, plan, slicing)) {
        summaries.set(slice, (summaries.get(slice) ?? new Map()).set(name, summary));
      }
    }
    return { key: 'test', spans, evaluated: null, summaries, slices: new Map([['region', ['north', 'south']]]) };
  }

  const scope = (day: number, over: Partial<Scope> = {}): Scope =>
    ({
      ...{ warehouse, model, monitor: model.monitors[0]!, from: START + day * DAY, to: START + (day + 1) * DAY },
      ...{ asOf: START + 20 * DAY, reference: before, champion: '', baseline: {}, ...over },
    }) as Scope;
  const measure = async (day: number, over: Partial<Scope> = {}) => {
    const found = await quality.measure(scope(day, over));
    for (const { value, status = 'ok', metric } of found) {
      if (value === null) expect(status, metric).not.toBe('ok');
      else expect(Number.isFinite(value), metric).toBe(true);
    }
    return (metric: string, column = '', slice = ''): Finding | undefined =>
      found.find((f) => f.metric === `quality.${metric}` && (f.column ?? '') === column && (f.slice ?? '') === slice);
  };
  const share = (rows: Row[], is: (f: Row['f']) => boolean, among: (f: Row['f']) => boolean = () => true) => {
    const own = rows.filter(({ f }) => among(f));
    return own.filter(({ f }) => is(f)).length / own.length;
  };
  const has = (column: string) => (f: Row['f']) => f[column] !== null;

  it('every number of a bad day is the one that is counted by hand', async () => {
    const of = await measure(10);
    expect(of('rows')!.value).toBe(bad.length);
    const missing = (column: string) => share(bad, (f) => f[column] === null);
    expect(of('missing_share', 'tax.rate')).toMatchObject({
      value: missing('tax.rate'),
      detail: { basis: 'declared', found: true, allowed: 0.1 },
    });
    expect(of('missing_share', 'shop')).toMatchObject({
      value: missing('shop'),
      detail: { basis: 'inferred', found: false },
    });

    const amounts = reference.map(({ f }) => f['amount'] as number);
    const wrong = (x: number) => x < 0 || x > Math.max(...amounts);
    const range = of('range_share', 'amount')!;
    // Values beyond the range of their slice count too: at least those beyond that of all.
    expect(range.value).toBeGreaterThanOrEqual(share(bad, (f) => wrong(f['amount'] as number)));
    expect(range.value).toBeLessThan(share(bad, (f) => wrong(f['amount'] as number)) + 0.01);
    expect(range).toMatchObject({ detail: { basis: 'declared', found: true, lowest: -1, highest: 1000, min: 0 } });
    expect(range.detail!['forbidden']).toBe(bad.filter(({ f }) => (f['amount'] as number) < 0).length);
    expect(of('range_share', 'weight')).toMatchObject({ detail: { basis: 'inferred' } });
    expect(of('range_share', 'amount', 'region=north')!.detail!['highest']).toBe(1000);

    expect(of('new_category_share', 'colour')).toMatchObject({
      value: share(bad, (f) => f['colour'] === 'green', has('colour')),
      detail: { basis: 'declared', found: true, values: [{ value: 'green' }] },
    });
    expect(of('new_category_share', 'shop')).toMatchObject({
      value: share(bad, (f) => f['shop'] === 'new', has('shop')),
      detail: { basis: 'inferred', found: true },
    });
    expect(of('pattern_share', 'code')!.value).toBe(share(bad, (f) => f['code'] === 'wrong', has('code')));
    const codes = bad.flatMap(({ f }) => (f['code'] === null ? [] : [f['code']]));
    expect(of('repeated_share', 'code')!.value).toBe((codes.length - new Set(codes).size) / codes.length);
    expect(of('constant', 'gift')).toMatchObject({ value: 1, detail: { found: true } });
    expect(of('constant', 'colour')).toMatchObject({ value: 0, detail: { found: false } });

    const contents = new Set(bad.map(({ f }) => JSON.stringify(f))).size;
    expect(of('duplicate_share')!.value).toBeCloseTo((bad.length - contents) / bad.length, 12);
    expect(of('repeated_id_share')).toMatchObject({ value: 1 / bad.length, detail: { differing: 1 } });

    const times = bad.map(({ time }) => time).sort((a, b) => a - b);
    expect(of('age_seconds')!.value).toBeCloseTo((START + 11 * DAY - times.at(-1)!) / 1000, 6);
    const gap = Math.max(...times.slice(1).map((time, i) => time - times[i]!)) / 1000;
    expect(Math.abs(of('gap_seconds')!.value! - gap)).toBeLessThan((2 * 86_400) / 1000);
    expect(of('late_share')!.value).toBe(
      bad.filter(({ time, received }) => received > time + 600_000).length / bad.length,
    );

    const shift = of('correlation_shift', 'amount')!;
    expect(shift.detail).toMatchObject({ with: 'weight', found: true });
    expect(shift.detail!['before'] as number).toBeGreaterThan(0.99);
    const pearson = correlation(
      bad.filter(({ f }) => f['weight'] !== null).map(({ f }) => [f['amount'], f['weight']] as [number, number]),
    );
    expect(shift.detail!['now'] as number).toBeCloseTo(pearson, 9);
    expect(of('correlation_share')!.value).toBeCloseTo(1 / 3, 12);
  });

  it('on a good day nothing is found', async () => {
    const found = await quality.measure(scope(9));
    expect(
      found.filter(({ detail }) => detail?.['found'] === true).map(({ metric, column }) => [metric, column]),
    ).toEqual([]);
    expect(found.find(({ metric }) => metric === 'quality.duplicate_share')!.value).toBe(0);
  });

  it('a day without rows has no data, and throws nothing', async () => {
    const of = await measure(15);
    for (const metric of ['rows', 'age_seconds', 'gap_seconds', 'late_share', 'duplicate_share', 'repeated_id_share'])
      expect(of(metric)!.status, metric).toBe('no_data');
    expect(of('missing_share', 'shop')).toMatchObject({ value: null, status: 'no_data' });
  });

  it('without a reference, what is declared is still judged', async () => {
    const of = await measure(10, { reference: null });
    expect(of('range_share', 'amount')).toMatchObject({
      value: bad.filter(({ f }) => (f['amount'] as number) < 0).length / bad.length,
      detail: { basis: 'declared', found: true },
    });
    expect(of('missing_share', 'tax.rate')).toMatchObject({ detail: { basis: 'declared', found: true } });
    expect(of('missing_share', 'shop')).toMatchObject({ detail: { basis: 'inferred', found: null } });
    expect(of('range_share', 'weight')).toBeUndefined();
    expect(of('correlation_share')).toBeUndefined();
  });

  it('the number of rows is judged by earlier windows of the same weekday', async () => {
    const monitor = { ...model.monitors[0]!, name: 'history' };
    const window = (day: number, value: number) => ({
      ...{
        model: 'orders',
        monitor: 'history',
        metric: 'quality.rows',
        column: '',
        slice: '',
        version: '',
        revision: 0,
      },
      ...{
        windowStart: new Date(START + day * DAY).toISOString(),
        windowEnd: new Date(START + (day + 1) * DAY).toISOString(),
      },
      ...{ value, lower: null, upper: null, n: value, coverage: null, reference: null, threshold: null },
      ...{ status: 'ok' as const, reason: '', detail: {}, computedAt: new Date(START + (day + 1) * DAY).toISOString() },
    });
    expect((await measure(10, { monitor }))('row_count_score')).toMatchObject({
      status: 'insufficient',
      detail: { expected: 3000, windows: 0 },
    });
    // Other weekdays have ten times as many.
    const past = Array.from({ length: 60 }, (_, i) => window(9 - i, (i + 1) % 7 === 0 ? 1001 + (i % 5) : 10_000));
    await storeMeasurements(warehouse, past);
    const usual = (await measure(10, { monitor }))('row_count_score')!;
    expect(usual).toMatchObject({ detail: { found: false, like: 'same weekday and hour' } });
    expect(Math.abs(usual.value!)).toBeLessThan(1);
    const empty = (await measure(15, { monitor }))('row_count_score')!;
    expect(empty).toMatchObject({ detail: { found: true } });
    expect(empty.value).toBeLessThan(-3.5);
  });
});

function correlation(pairs: [number, number][]): number {
  const mean = (i: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[i], 0) / pairs.length;
  const [a, b] = [mean(0), mean(1)];
  const sum = (of: (x: number, y: number) => number) => pairs.reduce((total, [x, y]) => total + of(x - a, y - b), 0);
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
}
