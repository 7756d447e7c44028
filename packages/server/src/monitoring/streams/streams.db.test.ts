import { detector } from '@leeway/stats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../../testing/app.ts';
import { BINARY, DAY, documentOf, HOUR, modelConfig, REGRESSION, random, START } from '../../testing/models.ts';
import { feedDetectors } from './feed-detectors.ts';
import { readStream } from './read-stream.ts';

const DAYS = 6;
const ROWS = 400;
/** From this day on version v2 answers; and from this one on it is wrong more often. */
const SWITCHED_DAY = 3;
const WORSE_DAY = 4;
/** Rows of this day whose labels come only after the window was fed, and one whose label is put right then. */
const LATE_DAY = 1;

const monitor = {
  ...BINARY.monitors[0]!,
  checks: ['quality'],
  detectors: [
    { type: 'ddm' },
    { type: 'adwin', on: 'score', set: { delta: 0.01 } },
    { type: 'page_hinkley', on: 'amount', set: { threshold: 100 } },
  ],
};
const model = { ...BINARY, monitors: [monitor], rules: [{ name: 'mistakes', metric: 'detector.ddm', above: 0 }] };

interface Row {
  id: string;
  day: number;
  at: number;
  version: string;
  wrong: boolean;
  score: number;
  label: string;
  late: boolean;
}

const chance = random(5);
const rows = Array.from({ length: DAYS * ROWS }, (_, i): Row => {
  const day = Math.floor(i / ROWS);
  const score = Math.round(chance() * 100) / 100;
  const wrong = chance() < (day >= WORSE_DAY ? 0.4 : 0.1);
  const said = score >= 0.5;
  return {
    ...{ id: `r${i}`, day, score, wrong, label: said === wrong ? '0' : '1' },
    at: START + day * DAY + Math.floor(chance() * DAY),
    version: day >= SWITCHED_DAY ? 'v2' : 'v1',
    late: day === LATE_DAY && i % 8 === 0,
  };
});

/** Rows as detectors see them: in the order of their time, then of their id, those of a window that are labelled in time. */
function drifts(
  type: string,
  set: Record<string, number>,
  version: string,
  value: (row: Row) => number,
  labelled: boolean,
) {
  const one = detector(type);
  const state = one.create(set);
  const found: { at: string; index: number; version: string }[] = [];
  const stream = rows
    .filter((row) => row.version === version && !(labelled && row.late))
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  for (const [index, row] of stream.entries()) {
    if (one.update(state, value(row)) === 'drift') found.push({ at: new Date(row.at).toISOString(), index, version });
  }
  return { found, state };
}

interface Stored {
  metric: string;
  column: string;
  value: number | null;
  n: number;
  status: string;
  revision: number;
  window_start: string;
  detail: {
    drifts: { at: string; index: number; version: string }[];
    late: number;
    changed: number;
    on: string;
    warnings: number;
  };
}

let server: TestApp;
let stored: Stored[];

async function measurements(): Promise<Stored[]> {
  const found = await server.app.ctx.warehouse.query<Omit<Stored, 'detail'> & { detail: string }>(
    `SELECT * FROM measurements FINAL WHERE metric LIKE 'detector.%' ORDER BY window_start, metric, revision`,
  );
  return found.map((row) => ({ ...row, detail: JSON.parse(row.detail) }));
}
const states = () =>
  server.app.ctx.store.db.selectFrom('detectorStreams').selectAll().orderBy('detector').orderBy('version').execute();

beforeAll(async () => {
  server = await openTestApp({ config: documentOf(model, REGRESSION) });
  for (let now = START; now <= START + (DAYS + 7) * DAY; now += 6 * HOUR) {
    server.clock.set(now);
    // A server that is closed and opened again in the middle goes on with the same streams.
    if (now === START + 4 * DAY + 12 * HOUR) await server.restart();
    const { ingest } = server.app.services;
    const day = (now - START) / DAY - 1;
    if (Number.isInteger(day)) {
      const sent = rows.filter((row) => row.day === day);
      await ingest.predictions(
        model.name,
        sent.map(({ id, at, version, score }) => ({
          ...{ id, version, asked_at: new Date(at).toISOString(), decision: score >= 0.5 ? '1' : '0' },
          ...{
            probability: score,
            amount: 100 * score,
            'debt.ratio-1': 0,
            purpose: 'car',
            employed: true,
            region: 'north',
          },
        })),
      );
    }
    const labelled = (own: Row[]) =>
      ingest.labels(
        model.name,
        own.map(({ id, label }) => ({ id, defaulted: label })),
      );
    const at = (now - START) / DAY;
    if (Number.isInteger(at - 0.25)) await labelled(rows.filter((row) => row.day === at - 1.25 && !row.late));
    if (at === LATE_DAY + 3.25) {
      await labelled(rows.filter((row) => row.late));
      await ingest.labels(model.name, [
        { id: rows.find((row) => row.day === LATE_DAY && !row.late)!.id, defaulted: null },
      ]);
    }
    await server.app.settle();
  }
  stored = await measurements();
});
afterAll(() => server.close());

const latest = (metric: string) => {
  const own = stored.filter((row) => row.metric === metric);
  return own.filter((row) => !own.some((o) => o.window_start === row.window_start && o.revision > row.revision));
};

describe('detectors over the windows of a monitor', () => {
  test('find what they find over the whole stream of each version, at the same rows', () => {
    const mistake = (row: Row) => Number(row.wrong);
    const ofV2 = drifts('ddm', {}, 'v2', mistake, true).found;
    expect(ofV2.length).toBeGreaterThan(0);
    expect(latest('detector.ddm').flatMap(({ detail }) => detail.drifts)).toEqual([
      ...drifts('ddm', {}, 'v1', mistake, true).found,
      ...ofV2,
    ]);
    const first = latest('detector.ddm').find(({ value }) => (value ?? 0) > 0)!;
    expect(new Date(first.window_start).getTime()).toBe(START + WORSE_DAY * DAY);
    const last = new Date(START + DAYS * DAY).toISOString();
    expect(latest('detector.adwin').filter((row) => row.window_start < last)).toMatchObject(
      Array(DAYS).fill({ column: 'score', value: 0, n: ROWS, status: 'ok' }),
    );
    expect(new Set(latest('detector.page_hinkley').map(({ column }) => column))).toEqual(new Set(['amount']));
    // A day without a row is no day without a drift.
    expect(latest('detector.adwin').at(-1)).toMatchObject({ value: null, n: 0, status: 'no_data' });
  });

  test('a rule makes an alert of a drift', async () => {
    const alerts = await server.app.ctx.store.db
      .selectFrom('alerts')
      .select(['rule', 'metric', 'windowStart'])
      .execute();
    const worse = latest('detector.ddm').filter(({ value }) => (value ?? 0) > 0);
    expect(alerts.map(({ windowStart }) => new Date(windowStart).toISOString())).toContain(worse[0]!.window_start);
    expect(alerts[0]).toMatchObject({ rule: 'mistakes', metric: 'detector.ddm' });
  });

  test('each version has a stream of its own, which survives a restart', async () => {
    const found = await states();
    expect(found.map(({ detector, source, version }) => `${detector} ${source} ${version}`)).toEqual([
      'adwin score v1',
      'adwin score v2',
      'ddm error v1',
      'ddm error v2',
      'page_hinkley amount v1',
      'page_hinkley amount v2',
    ]);
    for (const version of ['v1', 'v2']) {
      const { state } = drifts('ddm', {}, version, (row) => Number(row.wrong), true);
      const own = found.find((row) => row.detector === 'ddm' && row.version === version)!;
      expect(JSON.parse(own.state)).toEqual(JSON.parse(JSON.stringify(state)));
    }
  });

  test('labels that come after the window was fed change nothing, and are counted', () => {
    const own = stored.filter((row) => row.metric === 'detector.ddm' && row.window_start.startsWith('2026-03-03'));
    expect(own.length).toBeGreaterThan(1);
    expect(own[0]).toMatchObject({ revision: 0, n: ROWS - ROWS / 8, detail: { late: 0, changed: 0 } });
    expect(own.at(-1)).toMatchObject({
      n: ROWS - ROWS / 8,
      value: own[0]!.value,
      detail: { late: ROWS / 8, changed: 1 },
    });
  });

  test('a window that is fed again is as it was', async () => {
    const { ctx } = server.app;
    const config = modelConfig(model);
    const before = await states();
    for (const day of [DAYS - 1, 2]) {
      const window = { start: START + day * DAY, end: START + (day + 1) * DAY };
      const commit = await feedDetectors(ctx, config, config.monitors[0]!, window, 0);
      await ctx.store.db.transaction().execute(commit);
    }
    expect(await states()).toEqual(before);
    expect(await measurements()).toEqual(stored);
  });

  test('a step that died before its commit gives the same when it is done again', async () => {
    const { ctx } = server.app;
    const config = modelConfig(model);
    const window = { start: START + (DAYS - 1) * DAY, end: START + DAYS * DAY };
    const before = await states();
    const back = { windowEnd: window.start };
    const whole = before.filter(({ detector, version }) => detector === 'ddm' && version === 'v2')[0]!;
    await ctx.store.db.updateTable('detectorStreams').set(back).execute();
    const once = await feedDetectors(ctx, config, config.monitors[0]!, window, 0);
    const first = await measurements();
    const again = await feedDetectors(ctx, config, config.monitors[0]!, window, 0);
    void once; // never committed
    expect((await measurements()).map(({ value, n, detail }) => ({ value, n, drifts: detail.drifts }))).toEqual(
      first.map(({ value, n, detail }) => ({ value, n, drifts: detail.drifts })),
    );
    await ctx.store.db.transaction().execute(again);
    const now = (await states()).find((row) => row.detector === 'ddm' && row.version === 'v2')!;
    expect(JSON.parse(now.state).n).toBe(JSON.parse(whole.state).n + ROWS);
  });

  test('what a stream can be made of, in the order of time, then of the id', async () => {
    const { ctx } = server.app;
    const { ingest } = server.app.services;
    const time = START + 20 * DAY;
    const read = async (name: object, on: string[]) => {
      const pages = readStream(ctx.warehouse, modelConfig(name), { start: time, end: time + DAY }, ctx.clock.now(), on);
      const found = [];
      for await (const page of pages) found.push(...page);
      return found.map(({ values }) => values);
    };
    server.clock.set(time + DAY);
    await ingest.predictions('houses', [
      { id: 'b', time, area: 1, kind: 'flat', price: 10 },
      { id: 'a', time, area: null, kind: 'flat', price: 20 },
      { id: 'c', time: time - 1, area: 3, kind: 'flat', price: 30 },
      { id: 'd', time: time + 5, area: 4, kind: 'flat', price: 40 },
      { id: 'e', time: time + 6, area: 4, kind: 'flat', price: null, error: 'timeout' },
    ]);
    await ingest.labels('houses', [
      { id: 'a', paid: 25 },
      { id: 'b', paid: 7 },
      { id: 'e', paid: 7 },
    ]);
    expect(await read(REGRESSION, ['error', 'label', 'area'])).toEqual([
      [5, 25, null],
      [3, 7, 1],
      [null, null, 4],
    ]);
    const loan = {
      'debt.ratio-1': 2,
      purpose: 'car',
      employed: true,
      region: 'north',
      probability: 0.25,
      decision: '1',
    };
    await ingest.predictions(model.name, [
      { ...loan, id: 'p', asked_at: time, amount: 5 },
      { ...loan, id: 'q', asked_at: time + 1, amount: 6 },
    ]);
    await ingest.labels(model.name, [{ id: 'p', defaulted: '0' }]);
    expect(await read(model, ['error', 'label', 'score', 'debt.ratio-1'])).toEqual([
      [1, 0, 0.25, 2],
      [null, null, 0.25, 2],
    ]);
  });

  test('a parameter that is changed begins a stream', async () => {
    const { ctx } = server.app;
    const config = modelConfig({
      ...model,
      monitors: [{ ...monitor, detectors: [{ type: 'ddm', set: { warm_start: 50 } }] }],
    });
    const window = { start: START + DAYS * DAY, end: START + (DAYS + 1) * DAY };
    const sent = rows
      .slice(0, 100)
      .map(({ score }, i) => ({ id: `x${i}`, version: 'v2', score, at: window.start + i }));
    await server.app.services.ingest.predictions(
      model.name,
      sent.map(({ id, version, score, at }) => ({
        ...{ id, version, asked_at: new Date(at).toISOString(), decision: '1', probability: score, amount: 1 },
        ...{ 'debt.ratio-1': 0, purpose: 'car', employed: true, region: 'north' },
      })),
    );
    await server.app.services.ingest.labels(
      model.name,
      sent.map(({ id }) => ({ id, defaulted: '1' })),
    );
    const commit = await feedDetectors(ctx, config, config.monitors[0]!, window, 0);
    await ctx.store.db.transaction().execute(commit);
    const own = (await states()).find((row) => row.detector === 'ddm' && row.version === 'v2')!;
    expect(JSON.parse(own.state)).toMatchObject({ n: 100, parameters: { warm_start: 50 } });
    expect(own.windowEnd).toBe(window.end);
  });
});
