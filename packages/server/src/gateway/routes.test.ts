import { LeewayError } from '@leeway/contract';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { CapturedBatch } from './capture.ts';
import { Gateway } from './gateway.ts';
import { gatewayRoutes } from './routes.ts';
import { FakeRunner, FLIGHTS } from './testdata/model.ts';

let app: FastifyInstance;
let gateway: Gateway;
let captures: CapturedBatch[];
let champion: string | null;

beforeEach(async () => {
  captures = [];
  champion = 'v1';
  const servable = (version: string) => ({ version, artifactPath: version });
  gateway = new Gateway(
    {
      model: (name) => {
        if (name === 'flights') return FLIGHTS;
        throw new LeewayError('unknown_model', `"${name}"`);
      },
      champion: async () => (champion ? servable(champion) : null),
      shadows: async () => [],
      version: async (_model, version) => {
        if (version === 'v9') throw new LeewayError('unknown_version', version);
        return servable(version);
      },
      capture: async (_model, group) => void captures.push(...group),
      clock: new ManualClock(0),
      log: {} as Logger,
    },
    { load: async () => new FakeRunner(0.75) },
  );
  app = Fastify({ genReqId: (request) => String(request.headers['x-request-id'] ?? 'made') });
  await app.register(gatewayRoutes, { gateway, version: '1.2.3' });
});

afterEach(() => app.close());

const inputs = [
  { name: 'distance', shape: [1], datatype: 'FP64', data: [100] },
  { name: 'carrier', shape: [1], datatype: 'BYTES', data: ['AA'] },
  { name: 'holiday', shape: [1], datatype: 'BOOL', data: [true] },
];
const infer = (url: string, payload: unknown, headers = {}) =>
  app.inject({ method: 'POST', url, payload: payload as object, headers });

interface Told {
  url: string;
  status: number;
  body: unknown;
}

const TOLD: Told[] = [
  { url: '/v2', status: 200, body: { name: 'leeway', version: '1.2.3', extensions: [] } },
  { url: '/v2/health/live', status: 200, body: { live: true } },
  { url: '/v2/health/ready', status: 200, body: { ready: true } },
  { url: '/v2/models/flights/ready', status: 200, body: { name: 'flights', ready: true } },
];

test.each(TOLD)('GET $url', async ({ url, status, body }) => {
  const response = await app.inject(url);
  expect(response.statusCode).toBe(status);
  expect(response.json()).toEqual(body);
});

test('a model tells its inputs and its champion', async () => {
  expect((await app.inject('/v2/models/flights')).json()).toMatchObject({ name: 'flights', versions: ['v1'] });
});

test('a model without a champion is not ready', async () => {
  champion = null;
  const response = await app.inject('/v2/models/flights/ready');
  expect(response.statusCode).toBe(409);
  expect(response.json().error).toMatch(/No version of the model serves/);
});

test('infer answers, names version and request, and the rows go by the id of the body', async () => {
  const response = await infer('/v2/models/flights/infer', { id: 'order-1', inputs }, { 'x-request-id': 'trace-1' });
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({ 'x-model-version': 'v1', 'x-request-id': 'trace-1' });
  expect(response.json()).toMatchObject({ id: 'order-1', model_version: 'v1' });
  await gateway.flush();
  expect(captures[0]).toMatchObject({ requestId: 'order-1', role: 'live' });
});

test('infer of a version by name', async () => {
  const response = await infer('/v2/models/flights/versions/v2/infer', { inputs });
  expect(response.headers['x-model-version']).toBe('v2');
  await gateway.flush();
  expect(captures[0]).toMatchObject({ requestId: 'made', role: 'pinned' });
});

test('invocations answers as MLflow does', async () => {
  const response = await infer('/models/flights/invocations', { instances: [[100, 'AA', true]] });
  expect(response.json()).toEqual({ predictions: ['late'] });
  expect(response.headers['x-model-version']).toBe('v1');
});

interface Refused {
  url: string;
  payload: unknown;
  status: number;
  error: RegExp;
}

const REFUSED: Refused[] = [
  { url: '/v2/models/none/infer', payload: { inputs }, status: 404, error: /There is no model of that name: "none"/ },
  { url: '/v2/models/flights/versions/v9/infer', payload: { inputs }, status: 404, error: /no such version/ },
  { url: '/v2/models/flights/infer', payload: { inputs: [] }, status: 400, error: /expected "inputs"/ },
  { url: '/v2/models/flights/infer', payload: '{', status: 400, error: /JSON/ },
];

test.each(REFUSED)('errors of the protocol are {error}: $error', async ({ url, payload, status, error }) => {
  const response = await infer(url, payload, { 'content-type': 'application/json' });
  expect(response.statusCode).toBe(status);
  expect(Object.keys(response.json())).toEqual(['error']);
  expect(response.json().error).toMatch(error);
});

test('every route says who may call it', async () => {
  const access: Record<string, unknown> = {};
  const listing = Fastify();
  listing.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') access[`${route.method} ${route.url}`] = route.config?.access;
  });
  await listing.register(gatewayRoutes, { gateway, version: '1.2.3' });
  expect(access).toEqual({
    'GET /v2': 'infer',
    'GET /v2/health/live': 'public',
    'GET /v2/health/ready': 'public',
    'GET /v2/models/:model': 'infer',
    'GET /v2/models/:model/ready': 'infer',
    'POST /v2/models/:model/infer': 'infer',
    'POST /v2/models/:model/versions/:version/infer': 'infer',
    'POST /models/:model/invocations': 'infer',
  });
});
