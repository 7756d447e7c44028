import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../access/tokens.ts';
import { storeMeasurements } from '../monitoring/measurements.ts';
import { ManualClock } from '../platform/clock.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, REGRESSION } from '../testing/models.ts';

/** Debian's Prometheus and Alertmanager, which scripts/test.mjs starts; without them this is skipped. */
const PROMETHEUS = process.env['LEEWAY_TEST_PROMETHEUS'];
const ALERTMANAGER = process.env['LEEWAY_TEST_ALERTMANAGER'];
const FOLDER = process.env['LEEWAY_TEST_PROMETHEUS_FOLDER'];
const there = PROMETHEUS && ALERTMANAGER && FOLDER;

/** Asks again until it is so, for half a minute of real time at most: these are other people's servers, with clocks of their own. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(200)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error('it did not come to be in half a minute');
}
/** Prometheus goes by the clock on the wall, so the story lies in these days. */
const START = Math.floor(Date.now() / DAY) * DAY - DAY;
const json = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;

describe.skipIf(!there)('a real Prometheus and Alertmanager (skipped where Debian has none)', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await openTestApp({
      clock: new ManualClock(Date.now()),
      config: {
        apiVersion: 'leeway/v1',
        server: { allowPrivateNetworks: ['127.0.0.1/32'] },
        models: [
          {
            ...REGRESSION,
            kpis: [
              {
                name: 'up',
                source: {
                  type: 'prometheus',
                  url: PROMETHEUS,
                  query: 'max(up{job="leeway"})',
                  step: '1s',
                  every: '10s',
                  past: '1h',
                },
              },
            ],
          },
        ],
      },
    });
    const { ctx } = server.app;
    const measured = {
      ...{ lower: null, upper: null, coverage: null, reference: null, threshold: 0.5 },
      status: 'ok' as const,
    };
    const window = { windowStart: new Date(START).toISOString(), windowEnd: new Date(START + DAY).toISOString() };
    await storeMeasurements(ctx.warehouse, [
      {
        ...measured,
        ...window,
        ...{ model: 'houses', monitor: 'daily', metric: 'drift.share', column: '', slice: '', version: '' },
        ...{ revision: 0, value: 0.75, n: 4, reason: 'drift', detail: {}, computedAt: window.windowEnd },
      },
    ]);
    await ctx.store.db
      .insertInto('windows')
      .values({
        model: 'houses',
        monitor: 'daily',
        startAt: START,
        endAt: START + DAY,
        state: 'closed',
        revision: 0,
        rows: 4,
        labelled: 0,
      })
      .execute();
    const base = await server.app.start({ work: false });
    const token = await createToken(ctx, 'test', { name: 'prometheus', role: 'viewer' });
    writeFileSync(join(FOLDER!, 'token'), token);
    const shipped = fileURLToPath(new URL('../../../../deploy/prometheus/leeway.rules.yml', import.meta.url));
    copyFileSync(shipped, join(FOLDER!, 'rules', 'leeway.rules.yml'));
    writeFileSync(
      join(FOLDER!, 'targets', 'leeway.json'),
      JSON.stringify([{ targets: [new URL(base).host], labels: { job: 'leeway' } }]),
    );
    await fetch(`${PROMETHEUS}/-/reload`, { method: 'POST' });
  }, 60_000);
  afterAll(async () => {
    for (const file of ['targets/leeway.json', 'rules/leeway.rules.yml']) rmSync(join(FOLDER!, file), { force: true });
    await server.close();
  });

  test('it scrapes the measurements with a token', async () => {
    const query = encodeURIComponent('leeway_measurement{metric="drift.share"}');
    const value = await until(async () => {
      const { data } = await json<{ data: { result: { value: [number, string] }[] } }>(
        `${PROMETHEUS}/api/v1/query?query=${query}`,
      );
      return data.result[0]?.value[1];
    });
    expect(value).toBe('0.75');
  });

  test('a shipped rule fires on them, and its alert arrives in Alertmanager', async () => {
    const labels = await until(async () => {
      const alerts = await json<{ labels: Record<string, string> }[]>(`${ALERTMANAGER}/api/v2/alerts`);
      return alerts.find((alert) => alert.labels['alertname'] === 'LeewayModelDrift')?.labels;
    });
    expect(labels).toMatchObject({ model: 'houses', monitor: 'daily', severity: 'warning' });
  });

  test('a KPI is asked of it', async () => {
    const points = await until(async () => {
      server.clock.set(Math.max(server.clock.now() + 10_000, Date.now()));
      await server.app.settle();
      const [row] = await server.app.ctx.warehouse.query<{ n: number; up: number }>(
        `SELECT count(value) AS n, max(value) AS up FROM kpis FINAL WHERE name = 'up'`,
      );
      return row && row.n > 0 ? row : undefined;
    });
    expect(points.up).toBe(1);
  });
});
