import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measurement } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeMeasurements } from '../monitoring/measurements.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, START } from '../testing/models.ts';

const promtool = process.env['LEEWAY_TEST_PROMTOOL'];
const DEPLOY = fileURLToPath(new URL('../../../../deploy', import.meta.url));

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp();
});
afterAll(() => server.close());

const base: Measurement = {
  model: 'houses',
  monitor: 'daily',
  metric: 'mae',
  column: '',
  slice: '',
  version: '',
  windowStart: new Date(START).toISOString(),
  windowEnd: new Date(START + DAY).toISOString(),
  revision: 0,
  value: 3.5,
  lower: 3,
  upper: null,
  n: 100,
  coverage: null,
  reference: null,
  threshold: null,
  status: 'ok',
  reason: '',
  detail: {},
  computedAt: new Date(START + DAY).toISOString(),
};
const later = {
  windowStart: new Date(START + DAY).toISOString(),
  windowEnd: new Date(START + 2 * DAY).toISOString(),
};

async function measured(model: string, at: number, measurements: Measurement[]): Promise<void> {
  const { ctx } = server.app;
  await storeMeasurements(ctx.warehouse, measurements);
  await ctx.store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('windows')
      .values({
        model,
        monitor: 'daily',
        startAt: at,
        endAt: at + DAY,
        state: 'closed',
        revision: 0,
        rows: 100,
        labelled: 0,
      })
      .onConflict((c) => c.doNothing())
      .execute();
    await ctx.events.emit(tx, 'window.measured', model, { monitor: 'daily' });
  });
  await server.app.settle();
}

const scrape = async () => (await server.call('/metrics')).text;
const series = (text: string, name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`));

describe('measurements as gauges', () => {
  test('nothing measured: no series, and no zero', async () => {
    expect(series(await scrape(), 'leeway_measurement')).toEqual([]);
  });

  test('the newest of each, and what there is of it', async () => {
    await measured('houses', START, [base, { ...base, metric: 'drift.share', value: 0.1, reason: 'no_drift' }]);
    const labels = 'model="houses",monitor="daily",metric="mae",column="",slice="",version=""';
    const text = await scrape();
    expect(text).toContain(`leeway_measurement{${labels}} 3.5`);
    expect(text).toContain(`leeway_measurement_lower{${labels}} 3`);
    expect(text).toContain(`leeway_measurement_rows{${labels}} 100`);
    expect(text).toContain(`leeway_measurement_window_end_timestamp_seconds{${labels}} ${(START + DAY) / 1000}`);
    expect(series(text, 'leeway_measurement_upper')).toEqual([]);
    expect(text).toContain('leeway_drift_detected{model="houses",monitor="daily"} 0');
  });

  test('a later window takes its place; what was not measured anew keeps its own', async () => {
    await measured('houses', START + DAY, [
      { ...base, ...later, metric: 'drift.share', value: 0.6, reason: 'drift' },
      { ...base, ...later, metric: 'bias', status: 'no_data', value: null, n: 0 },
    ]);
    const text = await scrape();
    expect(text).toContain('leeway_drift_detected{model="houses",monitor="daily"} 1');
    expect(series(text, 'leeway_measurement').map((line) => /metric="([^"]+)"/.exec(line)?.[1])).toEqual(
      expect.arrayContaining(['mae', 'drift.share']),
    );
    expect(series(text, 'leeway_measurement').join()).not.toContain('"bias"');
  });

  test('a revision counts, an older one does not come back', async () => {
    await measured('houses', START, [{ ...base, revision: 1, value: 4 }]);
    expect(await scrape()).toMatch(/leeway_measurement\{[^}]*metric="mae"[^}]*\} 4/);
  });

  test('single columns are told, slices and versions only where that is wanted; the broad first where room is short', async () => {
    const narrow = [
      { ...base, ...later, metric: 'drift.score', column: 'area' },
      { ...base, ...later, slice: 'region=north' },
      { ...base, ...later, version: 'v2' },
    ];
    await measured('houses', START + DAY, narrow);
    const some = await scrape();
    expect(some).toMatch(/leeway_measurement\{[^}]*column="area"/);
    expect(some).not.toContain('region=north');
    expect(some).not.toContain('version="v2"');
    const { metrics } = server.app.ctx.config().server;
    Object.assign(metrics, { slices: true, versions: true, most: 3 });
    server.app.services.exposition.stale();
    const capped = await scrape();
    expect(series(capped, 'leeway_measurement_rows')).toHaveLength(3);
    expect(capped).toMatch(/^leeway_measurements_dropped [1-9]/m);
    expect(capped).toMatch(/leeway_measurement_rows\{[^}]*metric="mae",column="",slice="",version=""/);
    Object.assign(metrics, { slices: false, versions: false, most: 20_000 });
    server.app.services.exposition.stale();
  });

  test('a scrape after a scrape asks the warehouse nothing', async () => {
    await scrape();
    const { warehouse } = server.app.ctx;
    const query = warehouse.query;
    warehouse.query = () => Promise.reject(new Error('asked'));
    expect((await server.call('/metrics')).status).toBe(200);
    warehouse.query = query;
  });

  test('rows that came are counted', async () => {
    const body = [{ id: 1, time: START, price: 3, area: 1, kind: 'a' }, { nonsense: true }];
    await server.call('/api/v1/models/houses/predictions', { body });
    const text = await scrape();
    expect(text).toContain('leeway_rows_total{model="houses",kind="prediction",outcome="accepted"} 1');
    expect(text).toContain('leeway_rows_total{model="houses",kind="prediction",outcome="rejected"} 1');
  });

  test.skipIf(!promtool)('promtool finds nothing to say about names, help and types', async () => {
    // Those of Node come from prom-client, under names that it has had for long.
    const input = (await scrape())
      .split('\n')
      .filter((line) => /leeway_/.test(line))
      .join('\n');
    expect(execFileSync(promtool!, ['check', 'metrics'], { input: `${input}\n` }).toString()).toBe('');
  });
});

describe('what is shipped under deploy/', () => {
  interface Dashboard {
    uid: string;
    panels: { title: string; targets: { expr: string }[] }[];
  }
  const dashboards = readdirSync(join(DEPLOY, 'grafana'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(DEPLOY, 'grafana', file), 'utf8')) as Dashboard);
  const expressions = dashboards.flatMap(({ panels }) =>
    panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  );

  test('every metric that a dashboard or a rule names is one that is told', async () => {
    const told = new Set([...(await scrape()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const rules = readFileSync(join(DEPLOY, 'prometheus', 'leeway.rules.yml'), 'utf8');
    const used = [...expressions, rules].flatMap((text) => text.match(/\b(?:leeway|process|nodejs)_\w+/g) ?? []);
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((name) => !told.has(name))).toEqual([]);
  });

  test.skipIf(!promtool)('every expression of the dashboards parses', () => {
    const folder = mkdtempSync(join(tmpdir(), 'leeway-grafana-'));
    const file = join(folder, 'rules.json');
    const rules = expressions.map((expr, i) => ({ record: `panel_${i}`, expr: expr.replace(/\$\w+/g, 'x') }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    expect(execFileSync(promtool!, ['check', 'rules', file]).toString()).toContain(`${rules.length} rules found`);
    rmSync(folder, { recursive: true });
  });

  test.skipIf(!promtool)('the rules hold, and so do their own tests', () => {
    const run = (...args: string[]) => execFileSync(promtool!, args, { cwd: join(DEPLOY, 'prometheus') }).toString();
    expect(run('check', 'rules', 'leeway.rules.yml')).toContain('SUCCESS');
    expect(run('check', 'config', '--syntax-only', 'prometheus.yml')).toContain('SUCCESS');
    expect(run('test', 'rules', 'leeway.rules.test.yml')).toContain('SUCCESS');
  });
});
