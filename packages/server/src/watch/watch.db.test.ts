import type { Alert, Measurement } from '@leeway/contract';
import { afterEach, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, HOUR, REGRESSION, START } from '../testing/models.ts';

let server: TestApp;
afterEach(() => server.close());

const rules = [
  { name: 'silent', metric: 'freshness.predictions', above: 24 },
  { name: 'labels-stale', metric: 'freshness.labels', above: 48, noData: 'ok' },
  { name: 'late', metric: 'freshness.windows', above: 6 },
  { name: 'not-retrained', metric: 'freshness.retraining', above: 3 },
  { name: 'disk-full', metric: 'disk.free_share', below: 0 },
  { name: 'memory', metric: 'process.memory_share', above: 1 },
  { name: 'lag', metric: 'process.event_loop_p99', above: 60_000 },
  { name: 'behind', metric: 'queue.overdue', above: 1_000 },
  { name: 'old-reference', metric: 'freshness.reference', above: 24 * 30 },
];
const model = { ...REGRESSION, rules, retrain: { triggers: [{ on: 'schedule', cron: '0 3 * * *' }] } };

async function open(over: object = {}): Promise<void> {
  server = await openTestApp({
    config: { apiVersion: 'leeway/v1', server: { watch: '1h' }, models: [{ ...model, ...over }] },
  });
}
async function turn(at: number): Promise<void> {
  server.clock.set(at);
  await server.app.settle();
}
const firing = async () =>
  (await server.call<{ alerts: Alert[] }>('/api/v1/alerts')).body.alerts
    .filter(({ state }) => state === 'firing')
    .map(({ rule }) => rule)
    .sort();
const rows = (at: number) =>
  Array.from({ length: 60 }, (_, i) => ({ id: `${at}-${i}`, time: at + i * 1_000, price: i, area: i }));

test('predictions that stop coming, and labels that stay away, are found though no window is closed', async () => {
  await open();
  server.clock.set(START + HOUR);
  await server.call('/api/v1/models/houses/predictions', { body: rows(START) });
  await turn(START + 20 * HOUR);
  expect(await firing()).not.toContain('silent');
  await turn(START + 26 * HOUR);
  expect(await firing()).toContain('silent');
  // No label has ever come: that is no data, and the rule says that it is fine.
  expect(await firing()).not.toContain('labels-stale');
  await server.call('/api/v1/models/houses/labels', { body: { id: `${START}-0`, paid: 1 } });
  await server.call('/api/v1/models/houses/predictions', { body: rows(START + 26 * HOUR) });
  await turn(START + 28 * HOUR);
  expect(await firing()).not.toContain('silent');
  await turn(START + 26 * HOUR + 49 * HOUR);
  expect(await firing()).toEqual(expect.arrayContaining(['labels-stale', 'silent']));
});

test('each number is what it says', async () => {
  await open();
  server.clock.set(START + HOUR);
  await server.call('/api/v1/models/houses/predictions', { body: rows(START) });
  await turn(START + 5 * HOUR);
  const { measurements } = (
    await server.call<{ measurements: Measurement[] }>(
      `/api/v1/models/houses/measurements?monitor=watch&from=${new Date(START).toISOString()}&to=${new Date(START + DAY).toISOString()}`,
    )
  ).body;
  const newest = new Map(measurements.map((m) => [m.metric, m]));
  expect(newest.get('freshness.predictions')!.value).toBeCloseTo(5 - 59 / 3600, 6);
  expect(newest.get('freshness.labels')).toMatchObject({
    value: null,
    status: 'no_data',
    reason: 'no label has come yet',
  });
  for (const share of ['process.memory_share', 'disk.free_share']) {
    expect(newest.get(share)!.value).toBeGreaterThan(0);
    expect(newest.get(share)!.value).toBeLessThan(1);
  }
  expect(newest.get('queue.overdue')).toMatchObject({ status: 'ok' });
});

test('a window whose closing is overdue, and a retraining that did not begin, are found by a clock of their own', async () => {
  await open();
  server.clock.set(START + HOUR);
  await server.call('/api/v1/models/houses/predictions', { body: rows(START) });
  await turn(START + 26 * HOUR);
  // What closes windows and begins runs is stuck.
  await server.app.ctx.store.db
    .deleteFrom('jobs')
    .where('kind', 'in', ['tick-monitor', 'close-window', 'schedule-retrain'])
    .execute();
  await turn(START + 2 * DAY + 5 * HOUR);
  expect(await firing()).not.toContain('late');
  await turn(START + 2 * DAY + 7 * HOUR);
  expect(await firing()).toEqual(expect.arrayContaining(['late', 'not-retrained']));
});

test('a model without such a rule is not watched; `watch` is no name for a monitor', async () => {
  await open({ rules: [], retrain: undefined });
  await turn(START + 5 * HOUR);
  const [row] = await server.app.ctx.warehouse.query<{ n: number }>(
    `SELECT count() AS n FROM measurements WHERE monitor = 'watch'`,
  );
  expect(row!.n).toBe(0);
  const models = [{ ...model, monitors: [{ name: 'watch' }], rules: [] }];
  const plan = await server.call<{ detail: string }>('/api/v1/config/plan', {
    method: 'POST',
    body: { document: { apiVersion: 'leeway/v1', models } },
  });
  expect(JSON.stringify(plan.body)).toContain('watch');
  expect(plan.status).toBe(422);
});
