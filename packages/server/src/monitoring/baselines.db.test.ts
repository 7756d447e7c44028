import type { Measurement } from '@leeway/contract';
import type { NumericSummary } from '@leeway/stats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { promoteInTx } from '../registry/promote.ts';
import { registerVersion } from '../registry/versions.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, documentOf, MINUTE, modelConfig, REGRESSION, random, START } from '../testing/models.ts';
import { measureWindow } from './measure.ts';
import { readMeasurements } from './measurements.ts';

/** Four weeks from a Monday on. At weekends `area` is another one; on SMALL_DAY hardly anybody comes. */
const DAYS = 28;
const HOLIDAY = 23; // a Wednesday that looks like a Sunday
const SMALL_DAY = 26;
const ROWS = 120;
const dateOf = (day: number) => new Date(START + day * DAY).toISOString().slice(0, 10);
const weekend = (day: number) => day % 7 >= 5 || day === HOLIDAY;
const rowsOn = (day: number) => (day === SMALL_DAY ? 60 : ROWS - (day % 3));

const monitor = (name: string, reference?: object) => ({
  name,
  window: '1d',
  grace: '10m',
  maturity: { delay: '0d', timeout: '0d', revise: '0d' },
  minimumRows: 50,
  checks: name === 'fixed' ? ['drift', 'quality'] : ['drift'],
  ...(reference ? { reference } : {}),
});
const seasonal = { kind: 'seasonal', season: 'weekday', length: '28d' };
const MODEL = {
  ...REGRESSION,
  columns: { ...REGRESSION.columns, slices: [] },
  reference: { kind: 'period', start: dateOf(0), end: dateOf(13) },
  monitors: [
    monitor('fixed'),
    monitor('previous', { kind: 'previous' }),
    monitor('weekday', { ...seasonal, holidays: [dateOf(HOLIDAY)] }),
    monitor('no-holidays', seasonal),
    monitor('validation', { kind: 'validation' }),
  ],
  rules: [
    {
      name: 'few-rows',
      monitor: 'fixed',
      metric: 'quality.rows',
      threshold: { method: 'mad', side: 'below', k: 6, windows: 14 },
    },
    {
      name: 'unlike-the-reference',
      monitor: 'fixed',
      metric: 'drift.wasserstein',
      column: 'area',
      threshold: { from: 'reference', method: 'quantile', quantiles: [0, 1], side: 'above' },
    },
    {
      name: 'unlike-most-of-the-reference',
      monitor: 'fixed',
      metric: 'drift.wasserstein',
      column: 'area',
      threshold: { from: 'reference', method: 'quantile', quantiles: [0, 0.7], side: 'above' },
    },
  ],
};
const SHARE = {
  ...MODEL,
  name: 'by-share',
  falseAlarms: { share: 0.1 },
  rules: [],
  monitors: [monitor('previous', { kind: 'previous' })],
};

let server: TestApp;
let measurements: Measurement[];

beforeAll(async () => {
  server = await openTestApp({ config: documentOf(MODEL, SHARE) });
  const { ctx } = server.app;
  const dataset = {
    hash: 'h',
    start: new Date(START).toISOString(),
    holdoutStart: new Date(START + 4 * DAY).toISOString(),
    end: new Date(START + 7 * DAY).toISOString(),
    trainRows: 0,
    holdoutRows: 0,
  };
  await ctx.store.db.transaction().execute(async (tx) => {
    const artifact = { hash: 'h', bytes: 1, format: 'other' };
    await registerVersion(tx, {
      ...{ model: MODEL.name, createdAt: START, createdBy: 'ada', run: null, parent: null, dataset },
      ...{ metrics: {}, params: {}, artifact },
    });
    await promoteInTx(ctx, tx, { model: MODEL.name, version: 'v1', actor: 'ada', reason: 'first' });
  });
  for (let day = 0; day < DAYS; day++) {
    server.clock.set(START + (day + 1) * DAY);
    for (const { name } of [MODEL, SHARE]) {
      const chance = random(100 + day);
      const rows = Array.from({ length: rowsOn(day) }, (_, i) => ({
        id: `${day}-${i}`,
        time: START + day * DAY + Math.floor(chance() * DAY),
        area: 100 + 10 * (chance() + chance() + chance()) + (weekend(day) ? 40 : 0),
        kind: chance() < 0.5 ? 'flat' : 'house',
        price: 300 + 10 * chance(),
      }));
      const answer = await server.app.services.ingest.predictions(name, rows);
      expect(answer.accepted).toBe(rows.length);
    }
    server.clock.set(START + (day + 1) * DAY + 11 * MINUTE);
    await server.app.settle();
    if (day === 20) await server.restart();
  }
  measurements = await read(MODEL.name);
}, 240_000);
afterAll(() => server.close());

const read = (model: string) =>
  readMeasurements(server.app.ctx.warehouse, { model, column: '*', from: START, to: START + DAYS * DAY });
const dayOf = ({ windowStart }: Measurement) => (Date.parse(windowStart) - START) / DAY;
const scores = (name: string) =>
  measurements.filter((m) => m.monitor === name && m.metric === 'drift.score' && m.column === 'area');
const driftDays = (name: string) =>
  scores(name)
    .filter(({ detail }) => detail['drifted'])
    .map(dayOf);

describe('baselines over real tables', () => {
  test('the window before: what changes between two days is found, what stays is not', () => {
    const changes = Array.from({ length: DAYS }, (_, day) => day).filter(
      (day) => day > 0 && weekend(day) !== weekend(day - 1),
    );
    expect(driftDays('previous')).toEqual(changes);
  });

  test('the same weekday: a weekend is no drift, and no holiday is compared with a day that is none', () => {
    expect(driftDays('weekday')).toEqual([]);
    expect(scores('weekday').some((m) => dayOf(m) === HOLIDAY)).toBe(false);
    expect(driftDays('no-holidays')).toEqual([HOLIDAY]);
    expect(scores('weekday').map(dayOf)[0]).toBe(7); // a first week has nothing before it
  });

  test('a fixed period with weekends in it is like no day at all', () => {
    expect(driftDays('fixed').filter((day) => day >= 14)).toHaveLength(DAYS - 14);
  });

  test('the held-out rows of the version that served: the rows of these days, and nothing of its output', async () => {
    const profiles = await profilesOf('validation:v1');
    expect(profiles.get('area')?.count).toBe(rowsOn(4) + rowsOn(5) + rowsOn(6));
    expect(profiles.has('price')).toBe(false); // no evaluation has stored any
  });

  test('a window inside of the reference is compared with the rest of it', async () => {
    const inside = new Date(START + 3 * DAY).toISOString();
    const key = `period:${dateOf(0)}:${dateOf(13)}`;
    const without = `${key}:without:${inside}:${new Date(START + 4 * DAY).toISOString()}`;
    const total = Array.from({ length: 14 }, (_, day) => rowsOn(day)).reduce((a, b) => a + b, 0);
    expect((await profilesOf(key)).get('area')?.count).toBe(total);
    // The period had four days when this window was closed, the window's own among them.
    expect((await profilesOf(without)).get('area')?.count).toBe(rowsOn(0) + rowsOn(1) + rowsOn(2));
  });
});

describe('false alarms', () => {
  test('each measurement of drift says the level of its window: a fifth of one a month', () => {
    for (const m of scores('fixed')) expect(m.detail['level']).toBeCloseTo(1 / 30.4375 / 5, 12);
  });

  test('by share: the level rises with what was found, and measuring a window again changes nothing', async () => {
    const before = (await read(SHARE.name)).filter(({ metric }) => metric === 'drift.share');
    const levels = new Map(before.map((m) => [dayOf(m), m.detail['level'] as number]));
    expect(levels.get(4)!).toBeLessThan(0.01);
    expect(levels.get(6)!).toBeGreaterThan(5 * levels.get(5)!);
    const model = modelConfig(SHARE);
    const window = { start: START + 6 * DAY, end: START + 7 * DAY };
    await measureWindow(server.app.ctx, model, model.monitors[0]!, window, 'closed', 0);
    const after = (await read(SHARE.name)).filter(({ metric }) => metric === 'drift.share');
    const plain = (all: Measurement[]) => all.map(({ computedAt: _, ...rest }) => rest);
    expect(plain(after)).toEqual(plain(before));
  });
});

describe('thresholds that are learned', () => {
  const alertsOf = async (rule: string) => {
    const alerts = await server.app.ctx.store.db
      .selectFrom('alerts')
      .selectAll()
      .where('rule', '=', rule)
      .orderBy('activeAt')
      .execute();
    return alerts.map((alert) => ({
      day: (Number(alert.windowStart) - START) / DAY,
      summary: alert.summary,
      threshold: alert.threshold,
    }));
  };

  test('from history: a day with half of the rows is below all others', async () => {
    const [alert, ...more] = await alertsOf('few-rows');
    expect(more).toEqual([]);
    expect(alert).toMatchObject({ day: SMALL_DAY });
    expect(alert!.threshold).toBeGreaterThan(100);
    expect(alert!.threshold).toBeLessThan(ROWS);
  });

  test('from the reference: no day is less like it than its own were, and weekends are less than most', async () => {
    expect(await alertsOf('unlike-the-reference')).toEqual([]);
    const alerts = await alertsOf('unlike-most-of-the-reference');
    expect(alerts.map(({ day }) => day)).toEqual([13, 20, HOLIDAY, 27]); // the last day of each alert;
  });
});

async function profilesOf(key: string): Promise<Map<string, NumericSummary>> {
  const rows = await server.app.ctx.warehouse.query<{ column: string; summary: string }>(
    `SELECT column, argMax(summary, computed_at) AS summary FROM profiles
     WHERE model = {model:String} AND reference = {key:String} AND bucket_start = bucket_end AND slice = '' GROUP BY column`,
    { model: MODEL.name, key },
    'test',
  );
  return new Map(rows.map(({ column, summary }) => [column, JSON.parse(summary) as NumericSummary]));
}
