// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to secrets look like this
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../access/tokens.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { documentOf, REGRESSION, START } from '../testing/models.ts';

const SECRET = 'hunter2-from-the-environment';
const FILED = 'hunter2-from-a-file';
const folder = mkdtempSync(join(tmpdir(), 'leeway-config-'));
writeFileSync(join(folder, 'secret'), `${FILED}\n`);

const trained = {
  ...REGRESSION,
  retrain: {
    executor: { type: 'command', command: ['true'], env: { PASSWORD: '${env:LEEWAY_TEST_SECRET}' } },
    params: { key: `\${file:${folder}/secret}` },
  },
};
const hook = { name: 'hook', type: 'webhook', url: 'https://example.org/${env:LEEWAY_TEST_SECRET}' };
const document = { ...documentOf(trained), channels: [hook], routes: { channels: ['hook'] } };
const withFeatures = (features: object) => ({
  ...document,
  models: [{ ...trained, columns: { ...trained.columns, features } }],
});

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp({ config: document, env: { LEEWAY_TEST_SECRET: SECRET } });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
const plan = (next: unknown) =>
  server.call<{ changes: { path: string; from: unknown; to: unknown }[] } & Problem>('/api/v1/config/plan', {
    body: { document: next },
  });
const apply = (next: unknown) =>
  server.call<{ changes: { path: string }[] } & Problem>('/api/v1/config/apply', { body: { document: next } });
const send = async (...rows: object[]) =>
  (await server.call<{ accepted: number; rejected: unknown[] }>('/api/v1/models/houses/predictions', { body: rows }))
    .body;
const revisions = async () =>
  (await server.app.ctx.store.db.selectFrom('configRevisions').selectAll().execute()).length;

test('no secret is shown by any route, kept in the store, or logged', async () => {
  const viewer = await createToken(server.app.ctx, 'test', { name: 'viewer', role: 'viewer' });
  expect(server.app.ctx.config().channels[0]!['url']).toContain(SECRET); // it is in force
  const reads = ['/config', '/models', '/models/houses', '/audit', '/openapi.json', '/status', '/tokens'];
  for (const url of reads) {
    const { status, text } = await server.call(`/api/v1${url}`, { token: url === '/tokens' ? server.token : viewer });
    expect(status).toBe(200);
    expect(text).not.toContain('hunter2');
  }
  const model = await server.call<{ config: { retrain: { executor: object; params: object } } }>(
    '/api/v1/models/houses',
    { token: viewer },
  );
  expect(model.body.config.retrain).toMatchObject({
    executor: { env: { PASSWORD: '${env:LEEWAY_TEST_SECRET}' } },
    params: { key: expect.stringContaining('${file:') },
  });
  const planned = await plan({
    ...document,
    server: { port: '${env:LEEWAY_TEST_SECRET}', publicUrl: `\${file:${folder}/secret}` },
  });
  expect(planned.status).toBe(422);
  expect(planned.text).not.toContain('hunter2');
  const kept = JSON.stringify(await server.app.ctx.store.db.selectFrom('configRevisions').selectAll().execute());
  expect(kept).not.toContain('hunter2');
  expect(server.log.join('')).not.toContain('hunter2');
});

test('a plan says what would change and changes nothing; applying does it once', async () => {
  const next = { ...document, routes: { channels: ['hook'], groupWait: '1m' } };
  const before = await revisions();
  const change = { path: 'routes.groupWait', from: null, to: '1m' };
  expect((await plan(next)).body.changes).toContainEqual(change);
  expect(await revisions()).toBe(before);
  expect(server.app.ctx.config().routes.groupWait).toBeUndefined();
  expect((await apply(next)).body.changes).toContainEqual(change);
  expect(server.app.ctx.config().routes.groupWait).toBe('1m');
  expect((await apply(next)).body.changes).toEqual([]);
  expect(await revisions()).toBe(before + 1);
  const [entry] = (
    await server.call<{ entries: { action: string; detail: { paths: string[] } }[] }>('/api/v1/audit?limit=1')
  ).body.entries;
  expect(entry).toMatchObject({
    action: 'config.apply',
    detail: { paths: expect.arrayContaining(['routes.groupWait']) },
  });
});

describe('a configuration with a mistake is not applied, not even in part', () => {
  const cases: { name: string; document: object; message: RegExp }[] = [
    {
      name: 'a metric that is not there',
      document: {
        ...document,
        models: [{ ...trained, owner: 'changed', rules: [{ name: 'r', metric: 'maee', above: 1 }] }],
      },
      message: /did you mean "mae"/,
    },
    {
      name: 'a secret that is not there',
      document: { ...document, channels: [{ ...hook, url: '${env:LEEWAY_TEST_NOWHERE}' }] },
      message: /LEEWAY_TEST_NOWHERE/,
    },
    { name: 'no document at all', document: {}, message: /apiVersion/ },
  ];
  test.each(cases)('$name', async ({ document: next, message }) => {
    const before = await revisions();
    const { status, body } = await apply(next);
    expect([status, body.code]).toEqual([422, 'config_invalid']);
    expect(body.detail).toMatch(message);
    expect(await revisions()).toBe(before);
    expect(server.app.ctx.config().models[0]!.owner).toBeUndefined();
  });
});

test('a feature that is added, removed, brought back or of another type keeps what is stored', async () => {
  const row = (id: string, more: object) => ({ id, time: START, price: 1, ...more });
  const stored = async () =>
    (
      await server.app.ctx.warehouse.query<Record<string, unknown>>(
        'SELECT id, f_area AS area, f_kind AS kind FROM predictions_houses ORDER BY id',
        {},
        'test',
      )
    ).map(({ id, area, kind }) => `${id} ${area} ${kind}`);
  await apply(document);
  expect(await send(row('1', { area: 90, kind: 'flat' }))).toMatchObject({ accepted: 1 });
  // added and removed
  expect((await apply(withFeatures({ area: { type: 'numeric' }, floors: { type: 'numeric' } }))).status).toBe(200);
  expect(await send(row('2', { area: 80, floors: 2, kind: 'house' }))).toMatchObject({ accepted: 1 });
  expect(await stored()).toEqual(['1 90 flat', '2 80 null']);
  // brought back
  await apply(document);
  expect(await send(row('3', { area: 70, kind: 'hut' }))).toMatchObject({ accepted: 1 });
  expect(await stored()).toEqual(['1 90 flat', '2 80 null', '3 70 hut']);
  // a number becomes a category: old numbers as texts
  expect((await apply(withFeatures({ area: { type: 'categorical' }, kind: { type: 'categorical' } }))).status).toBe(
    200,
  );
  expect(await send(row('4', { area: 'large', kind: 'hut' }))).toMatchObject({ accepted: 1 });
  expect(await stored()).toEqual(['1 90 flat', '2 80 null', '3 70 hut', '4 large hut']);
  // a category whose values are no numbers cannot become one: it is refused, and the old configuration holds
  const refused = await apply(document);
  expect([refused.status, refused.body.code]).toEqual([422, 'config_invalid']);
  expect(refused.body.detail).toMatch(/houses: 1 stored value of the feature "area" is no numeric/);
  expect(await send(row('5', { area: 'small', kind: 'hut' }))).toMatchObject({ accepted: 1 });
  expect(await stored()).toEqual(['1 90 flat', '2 80 null', '3 70 hut', '4 large hut', '5 small hut']);
});

test('the configuration that was applied is in force after a restart without a file', async () => {
  const before = server.app.ctx.config().models[0]!.columns.features;
  await server.restart((await server.call<{ document: Record<string, unknown> }>('/api/v1/config')).body.document);
  expect(server.app.ctx.config().models[0]!.columns.features).toEqual(before);
});
