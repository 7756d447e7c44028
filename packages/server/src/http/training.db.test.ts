import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run, TrainingInfo } from '@leeway/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, random, START } from '../testing/models.ts';

/** A trainer that says who it is, and waits until it is told to end. */
const WAITS = `const fs = require('fs'); fs.writeFileSync('env.json.new', JSON.stringify(process.env));
  fs.renameSync('env.json.new', 'env.json'); setInterval(() => fs.existsSync('go') && process.exit(0), 20)`;

let test: TestApp;
let env: Record<string, string>;
let folder: string;
let drained: Promise<unknown>;

beforeAll(async () => {
  const columns = {
    ...{ features: { distance: { type: 'numeric' } }, score: 'score', label: 'late', positive: 'yes' },
  };
  test = await openTestApp({
    config: {
      apiVersion: 'leeway/v1',
      models: [
        {
          ...{ name: 'flights', task: 'binary', columns, monitors: [] },
          retrain: {
            ...{ data: { minimumRows: 50 }, minimumHoldoutRows: 10, params: { C: 2 } },
            executor: { type: 'command', command: [process.execPath, '-e', WAITS] },
          },
        },
      ],
    },
  });
  const chance = random(3);
  const rows = Array.from({ length: 300 }, (_, i) => ({
    ...{ id: `p${i}`, time: new Date(START - 20 * DAY + i * 0.06 * DAY).toISOString() },
    ...{ distance: chance(), prediction: 'no', score: 0.5 },
  }));
  await test.call('/api/v1/models/flights/predictions', { body: rows });
  await test.call('/api/v1/models/flights/labels', {
    body: rows.map(({ id, distance }) => ({ id, late: distance > 0.5 ? 'yes' : 'no' })),
  });
  await test.app.settle();
  const { body: run } = await test.call<Run>('/api/v1/models/flights/retrain', { body: { reason: 'why not' } });
  folder = join(test.dataDir, 'runs', run.id);
  drained = test.app.ctx.jobs.drain();
  await vi.waitFor(() => expect(existsSync(join(folder, 'env.json'))).toBe(true), { timeout: 20_000 });
  env = JSON.parse(readFileSync(join(folder, 'env.json'), 'utf8'));
});

afterAll(async () => {
  if (folder) writeFileSync(join(folder, 'go'), '');
  await drained;
  await test?.close();
});

const path = (rest = '') => `/api/v1/trainings/${env['LEEWAY_TRAINING']}${rest}`;
const call = <T = unknown>(rest = '', options: Parameters<TestApp['call']>[1] = {}) =>
  test.call<T>(path(rest), { token: env['LEEWAY_TOKEN']!, ...options });
const getRun = async () => (await test.call<Run>(`/api/v1/runs/${env['LEEWAY_RUN_ID']}`)).body;
const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');

it('tells the trainer all that it must know, and gives it its files', async () => {
  const { body } = await call<TrainingInfo>();
  expect(body).toMatchObject({
    ...{ model: 'flights', task: 'binary', reason: 'why not', trial: 0, params: { C: 2 }, positive: 'yes' },
    ...{ features: { distance: { type: 'numeric' } }, label: 'label', champion: null },
    data: { train: { rows: expect.any(Number) } },
  });
  const file = readFileSync(join(folder, 'train.parquet'));
  expect(body.data.train).toMatchObject({ bytes: file.length, sha256: sha256(file) });
  expect(body.data.train.url).toMatch(/\/api\/v1\/trainings\/leeway-run-\w+-0\/files\/train\.parquet$/);
  const whole = await test.app.http.inject({
    ...{ method: 'GET', url: path('/files/train.parquet') },
    headers: { authorization: `Bearer ${env['LEEWAY_TOKEN']}` },
  });
  expect(whole.rawPayload.equals(file)).toBe(true);
  const rest = await test.app.http.inject({
    ...{ method: 'GET', url: path('/files/train.parquet') },
    headers: { authorization: `Bearer ${env['LEEWAY_TOKEN']}`, range: 'bytes=100-' },
  });
  expect([rest.statusCode, rest.headers['content-range']]).toEqual([
    206,
    `bytes 100-${file.length - 1}/${file.length}`,
  ]);
  expect(rest.rawPayload.equals(file.subarray(100))).toBe(true);
  expect((await call('/files/champion')).status).toBe(404);
});

it.each<[string, string, string | null, number, string]>([
  ['no token', '', null, 401, 'unauthenticated'],
  ['a token of people', '', 'admin', 401, 'unauthenticated'],
  ['a token with one letter changed', '', 'changed', 401, 'unauthenticated'],
  ['the token of another training', '/other', 'own', 403, 'forbidden'],
])('refuses %s', async (_, other, kind, status, code) => {
  const own = env['LEEWAY_TOKEN']!;
  const token =
    kind === 'admin'
      ? test.token
      : kind === 'changed'
        ? `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`
        : kind && own;
  const url = other ? '/api/v1/trainings/leeway-run-other-0' : path();
  expect(await test.call(url, { token })).toMatchObject({ status, body: { code } });
});

it('has a token for nothing else', async () => {
  for (const url of ['/api/v1/models', `/api/v1/runs/${env['LEEWAY_RUN_ID']}`]) {
    expect(await test.call(url, { token: env['LEEWAY_TOKEN']! })).toMatchObject({ status: 401 });
  }
});

it('notes how far it is, and what it says', async () => {
  await call('/progress', { body: { progress: 0.25, metrics: { loss: 0.7 }, lines: ['one', 'Bearer abcdefghijkl'] } });
  await call('/progress', { body: { message: 'fitting', metrics: { accuracy: 0.8, empty: null } } });
  expect((await getRun()).executions).toMatchObject([
    { progress: 0.25, message: 'fitting', metrics: { loss: 0.7, accuracy: 0.8, empty: null } },
  ]);
  expect((await getRun()).log).toBe('one\nBearer [secret]');
  for (const body of [{ progress: 2 }, { metrics: { a: 'many' } }, { other: 1 }]) {
    expect(await call('/progress', { body })).toMatchObject({ status: 400 });
  }
});

it('takes files whole or not at all, and none outside its folder', async () => {
  const octets = { 'content-type': 'application/octet-stream' };
  const body = Buffer.from('a model');
  const put = (name: string, headers: Record<string, string> = {}) =>
    call(`/output/${name}`, { method: 'PUT', body, headers: { ...octets, ...headers } });
  expect(await put('deep/model.bin', { 'x-content-sha256': sha256(body) })).toMatchObject({
    status: 200,
    body: { name: 'deep/model.bin', bytes: 7, sha256: sha256(body) },
  });
  expect(readFileSync(join(folder, 'output-0', 'deep', 'model.bin'), 'utf8')).toBe('a model');
  expect(await put('bad.bin', { 'x-content-sha256': sha256('another') })).toMatchObject({ status: 400 });
  for (const name of ['../evil', 'a/../../evil', '.hidden', '%2e%2e/evil', 'a//b', '%00', 'a%5c..%5cb']) {
    expect((await put(name)).status).toBeGreaterThanOrEqual(400);
  }
  expect(readdirSync(join(folder, 'output-0'), { recursive: true }).sort()).toEqual(['deep', 'deep/model.bin']);
});

it('hears once how it ended', async () => {
  const done = { state: 'succeeded', metrics: { accuracy: 0.9 } };
  expect(await call('/complete', { body: done })).toMatchObject({ status: 200 });
  expect(await call('/complete', { body: done })).toMatchObject({ status: 200 });
  const late = { code: 'training_over' };
  expect(await call('/complete', { body: { state: 'failed' } })).toMatchObject({ status: 409, body: late });
  expect(await call('/progress', { body: { progress: 1 } })).toMatchObject({ status: 409, body: late });
  expect((await getRun()).executions).toMatchObject([
    { state: 'succeeded', native: 'reported', metrics: { loss: 0.7, accuracy: 0.9, empty: null } },
  ]);
  // The word of the training code is enough: its process may still wind up.
  await drained;
  expect(await getRun()).toMatchObject({ state: 'failed', error: { code: 'no_candidate' } });
});
