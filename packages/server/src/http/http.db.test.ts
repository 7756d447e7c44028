import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Event, Problem } from '@leeway/contract';
import { Validator } from '@seriousme/openapi-schema-validator';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../access/tokens.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { START } from '../testing/models.ts';
import { installAuth } from './auth.ts';

let server: TestApp;
let base: string;
const tokens: Record<string, string | null> = { nobody: null, stranger: 'lw_unknown' };
beforeAll(async () => {
  server = await openTestApp();
  for (const role of ['admin', 'operator', 'viewer', 'service'])
    tokens[role] = await createToken(server.app.ctx, 'test', { name: `a ${role}`, role });
  base = await server.app.start({ work: false });
});
afterAll(() => server.close());

const MODEL = '/api/v1/models/houses';
const row = { id: 1, time: START, price: 3 };

describe('who may do what', () => {
  const everyone = ['nobody', 'stranger', 'admin', 'operator', 'viewer', 'service'];
  const read = ['admin', 'operator', 'viewer'];
  const cases: { name: string; url: string; method?: string; body?: unknown; allowed: string[] }[] = [
    { name: 'health', url: '/healthz', allowed: everyone },
    { name: 'readiness', url: '/readyz', allowed: everyone },
    { name: 'metrics', url: '/metrics', allowed: read },
    { name: 'the OpenAPI document', url: '/api/v1/openapi.json', allowed: read },
    { name: 'the reference', url: '/api/docs/', allowed: read },
    { name: 'models', url: '/api/v1/models', allowed: read },
    { name: 'measurements', url: `${MODEL}/measurements`, allowed: read },
    { name: 'quarantine', url: `${MODEL}/quarantine`, allowed: read },
    { name: 'predictions', url: `${MODEL}/predictions`, body: [row], allowed: ['admin', 'service'] },
    { name: 'labels', url: `${MODEL}/labels`, body: [{ id: 1, paid: 2 }], allowed: ['admin', 'service'] },
    {
      name: 'silences',
      url: '/api/v1/silences',
      body: { matchers: {}, endsAt: 'x', comment: '' },
      allowed: ['admin', 'operator'],
    },
    { name: 'retrain', url: `${MODEL}/retrain`, body: {}, allowed: ['admin', 'operator'] },
    { name: 'promote', url: `${MODEL}/promote`, body: {}, allowed: ['admin', 'operator'] },
    { name: 'rollback', url: `${MODEL}/rollback`, body: {}, allowed: ['admin', 'operator'] },
    { name: 'acknowledge', url: '/api/v1/alerts/none/ack', body: {}, allowed: ['admin', 'operator'] },
    { name: 'plan', url: '/api/v1/config/plan', body: {}, allowed: ['admin', 'operator'] },
    { name: 'apply', url: '/api/v1/config/apply', body: {}, allowed: ['admin'] },
    { name: 'the configuration', url: '/api/v1/config', allowed: read },
    { name: 'the audit trail', url: '/api/v1/audit', allowed: read },
    { name: 'tokens', url: '/api/v1/tokens', allowed: ['admin'] },
    { name: 'a new token', url: '/api/v1/tokens', body: {}, allowed: ['admin'] },
    { name: 'a login link', url: '/api/v1/tokens/login', body: {}, allowed: ['admin'] },
    { name: 'asking a model', url: '/models/houses/invocations', body: {}, allowed: ['admin', 'service'] },
  ];
  test.each(cases)('$name', async ({ url, method, body, allowed }) => {
    for (const who of everyone) {
      const { status, body: problem } = await server.call<Problem>(url, {
        token: tokens[who]!,
        ...(method ? { method } : {}),
        ...(body === undefined ? {} : { body }),
      });
      const said = status === 401 ? 'unauthenticated' : status === 403 ? 'forbidden' : 'allowed';
      expect(`${who}: ${said}`).toBe(
        `${who}: ${allowed.includes(who) ? 'allowed' : tokens[who]?.startsWith('lw_') && who !== 'stranger' ? 'forbidden' : 'unauthenticated'}`,
      );
      if (said !== 'allowed') expect(problem.code).toBe(said);
    }
  });

  test('an address that is not there is not found, whoever asks', async () => {
    for (const who of everyone)
      expect((await server.call('/api/v1/nothing', { token: tokens[who]! })).status).toBe(404);
  });

  test('a server with a route that does not say who may call it does not start', async () => {
    const app = Fastify();
    installAuth(app, server.app.ctx);
    app.get('/open', async () => 'to whom?');
    await expect(app.ready()).rejects.toThrow('the route GET /open does not say who may call it');
  });

  test('a revoked token is refused at once', async () => {
    const token = await createToken(server.app.ctx, 'test', { name: 'short', role: 'viewer' });
    expect((await server.call('/api/v1/models', { token })).status).toBe(200);
    const { tokens: known } = (await server.call<{ tokens: { id: string; name: string }[] }>('/api/v1/tokens')).body;
    const id = known.find(({ name }) => name === 'short')!.id;
    expect((await server.call(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await server.call('/api/v1/models', { token })).status).toBe(401);
    expect((await server.call(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  test('tokens are kept as hashes only', async () => {
    const kept = JSON.stringify(await server.app.ctx.store.db.selectFrom('tokens').selectAll().execute());
    for (const token of Object.values(tokens)) if (token) expect(kept).not.toContain(token);
  });
});

describe('every error is a problem document', () => {
  const json = { 'content-type': 'application/json' };
  const cases: {
    name: string;
    url: string;
    body?: unknown;
    method?: string;
    headers?: Record<string, string>;
    status: number;
    code: string;
    detail?: RegExp;
  }[] = [
    {
      name: 'an unknown address',
      url: '/api/v1/nothing',
      status: 404,
      code: 'not_found',
      detail: /GET \/api\/v1\/nothing/,
    },
    { name: 'an unknown address of the API root', url: '/api/v2', status: 404, code: 'not_found' },
    { name: 'a method that is not there', url: '/api/v1/models', method: 'PUT', status: 404, code: 'not_found' },
    {
      name: 'an unknown model',
      url: '/api/v1/models/nobody',
      status: 404,
      code: 'unknown_model',
      detail: /"nobody"; declared are loans.eu-1, houses, tickets/,
    },
    { name: 'an unknown alert', url: '/api/v1/alerts/al_1', status: 404, code: 'unknown_alert' },
    { name: 'an unknown run', url: '/api/v1/runs/run_1', status: 404, code: 'unknown_run' },
    {
      name: 'an unknown version',
      url: `${MODEL}/promote`,
      body: { version: 'v9', reason: 'why not' },
      status: 404,
      code: 'unknown_version',
      detail: /"v9" of houses; there are: none/,
    },
    {
      name: 'an unknown silence',
      url: '/api/v1/silences/si_1',
      method: 'DELETE',
      status: 404,
      code: 'unknown_silence',
    },
    {
      name: 'a rollback to nothing',
      url: `${MODEL}/rollback`,
      body: { reason: 'bad' },
      status: 409,
      code: 'never_served',
    },
    {
      name: 'a body that lacks a member',
      url: `${MODEL}/promote`,
      body: { version: 'v1' },
      status: 400,
      code: 'invalid_request',
      detail: /reason/,
    },
    {
      name: 'a query that is no number',
      url: '/api/v1/audit?limit=many',
      status: 400,
      code: 'invalid_request',
      detail: /limit/,
    },
    {
      name: 'a time that is none',
      url: `${MODEL}/measurements?from=yesterday`,
      status: 400,
      code: 'invalid_request',
      detail: /from/,
    },
    {
      name: 'a role that is none',
      url: '/api/v1/tokens',
      body: { name: 'x', role: 'king' },
      status: 400,
      code: 'invalid_request',
      detail: /king/,
    },
    {
      name: 'broken JSON',
      url: '/api/v1/config/plan',
      body: '{"document":',
      headers: json,
      status: 400,
      code: 'invalid_json',
    },
    { name: 'no JSON at all', url: '/api/v1/config/plan', body: '', headers: json, status: 400, code: 'invalid_json' },
    {
      name: 'a key that would reach into the prototype',
      url: '/api/v1/config/plan',
      body: '{"document":{"__proto__":{"x":1}}}',
      headers: json,
      status: 400,
      code: 'invalid_json',
    },
    {
      name: 'another content type',
      url: '/api/v1/config/plan',
      body: 'a: 1',
      headers: { 'content-type': 'text/yaml' },
      status: 415,
      code: 'unsupported_media_type',
    },
    {
      name: 'a configuration with mistakes',
      url: '/api/v1/config/plan',
      body: { document: { apiVersion: 'leeway/v2' } },
      status: 422,
      code: 'config_invalid',
    },
    {
      name: 'a silence without labels',
      url: '/api/v1/silences',
      body: { matchers: {}, endsAt: '2026-03-03T00:00:00Z', comment: 'x' },
      status: 400,
      code: 'invalid_request',
      detail: /label/,
    },
  ];
  test.each(cases)('$name', async ({ url, body, method, headers, status, code, detail }) => {
    const answer = await server.call<Problem>(url, {
      ...(method ? { method } : {}),
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ code, status, type: `urn:leeway:error:${code}` });
    for (const member of ['title', 'detail', 'remedy', 'requestId'] as const) expect(answer.body[member]).toMatch(/./);
    if (detail) expect(answer.body.detail).toMatch(detail);
  });

  test('what fails inside is 500 with the request id and nothing of the cause', async () => {
    const { warehouse } = server.app.ctx;
    const query = warehouse.query;
    warehouse.query = () => Promise.reject(new Error('connect to 10.0.0.7 as hunter2'));
    const answer = await server.call<Problem>('/api/v1/models', { headers: { 'x-request-id': 'from-outside-1' } });
    warehouse.query = query;
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal', requestId: 'from-outside-1' } });
    expect(answer.text).not.toContain('hunter2');
    expect(server.log.join('')).toContain('from-outside-1');
  });
});

test('answers carry a request id and are not guessed at; a harmful id of the caller is not taken', async () => {
  const { headers } = await server.call('/healthz', { headers: { 'x-request-id': 'a b\u00e4' } });
  expect(headers['x-request-id']).toMatch(/^req_/);
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('the OpenAPI document is valid, and each route of the API has an answer and a summary', async () => {
  const { body } = await server.call<Record<string, never>>('/api/v1/openapi.json');
  const result = await new Validator().validate(body);
  expect(result).toMatchObject({ valid: true });
  const paths = Object.entries(
    (body as unknown as { paths: Record<string, Record<string, { summary?: string; responses?: object }>> }).paths,
  );
  expect(paths.length).toBeGreaterThan(25);
  for (const [path, methods] of paths.filter(([path]) => path.startsWith('/api/v1/'))) {
    for (const [method, { summary, responses }] of Object.entries(methods)) {
      expect(`${method} ${path}: ${summary ?? 'no summary'}`).not.toMatch(/no summary/);
      expect(Object.keys(responses ?? {})).not.toEqual([]);
    }
  }
});

describe('logging in', () => {
  const login = async () =>
    (await server.call<{ link: string }>('/api/v1/tokens/login', { body: {} })).body.link.split('#')[1]!;
  const open = (code: string) => server.call<{ role: string }>('/api/v1/session', { token: null, body: { code } });

  test('a link is good once, and its session is for this browser alone', async () => {
    const code = await login();
    expect((await server.call('/api/v1/models', { token: code })).status).toBe(401); // a code is no token
    const { status, headers } = await open(code);
    expect(status).toBe(200);
    const cookie = String(headers['set-cookie']);
    for (const flag of [/^leeway_session=lw_/, /HttpOnly/, /SameSite=Strict/, /Path=\//, /Expires=/])
      expect(cookie).toMatch(flag);
    expect(cookie).not.toMatch(/Domain=/);
    const session = { cookie: cookie.split(';')[0]! };
    expect((await server.call('/api/v1/session', { token: null, headers: session })).body).toEqual({
      actor: 'admin',
      role: 'admin',
    });
    expect((await open(code)).status).toBe(401);
    expect((await open(session.cookie.split('=')[1]!)).status).toBe(401); // a session opens no other
  });

  test('a token logs in with its own role', async () => {
    expect((await open(tokens['viewer']!)).body).toMatchObject({ role: 'viewer' });
  });

  test('a link runs out after a day', async () => {
    const code = await login();
    await server.app.ctx.store.db
      .updateTable('tokens')
      .set({ expiresAt: Date.now() - 1 })
      .where('kind', '=', 'login')
      .execute();
    expect((await open(code)).status).toBe(401);
  });

  test('to log out ends the session at once', async () => {
    const cookie = String((await open(await login())).headers['set-cookie']).split(';')[0]!;
    expect((await server.call('/api/v1/session', { token: null, headers: { cookie } })).status).toBe(200);
    expect((await server.call('/api/v1/session', { token: null, method: 'DELETE', headers: { cookie } })).status).toBe(
      204,
    );
    expect((await server.call('/api/v1/session', { token: null, headers: { cookie } })).status).toBe(401);
  });
});

describe('the stream of events', () => {
  /** Opens the stream and gives the events as they come. */
  async function stream(headers: Record<string, string> = {}, query = '') {
    const sent = request(`${base}/api/v1/events${query}`, {
      headers: { authorization: `Bearer ${tokens['viewer']}`, ...headers },
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.setEncoding('utf8').on('error', () => {}); // it breaks off when either side has had enough
    let text = '';
    let wake = () => {};
    response.on('data', (chunk: string) => {
      text += chunk;
      wake();
    });
    const next = async (): Promise<Event> => {
      for (;;) {
        const [whole, data] = /id: \d+\nevent: [\w.]+\ndata: (.*)\n\n/.exec(text) ?? [];
        if (whole) {
          text = text.slice(text.indexOf(whole) + whole.length);
          return JSON.parse(data!) as Event;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    return { response, next, close: () => sent.destroy() };
  }
  const emit = (n: number) => server.app.ctx.events.emit(server.app.ctx.store.db, 'ingest.progress', 'houses', { n });

  test('delivers what happens, and goes on where it broke off', async () => {
    const first = await stream();
    expect(first.response.headers['content-type']).toBe('text/event-stream');
    await emit(1);
    const seen = await first.next();
    expect(seen).toMatchObject({ name: 'ingest.progress', model: 'houses', data: { n: 1 } });
    first.close();
    await emit(2);
    await emit(3);
    const again = await stream({ 'last-event-id': String(seen.id) });
    expect([(await again.next()).data, (await again.next()).data]).toEqual([{ n: 2 }, { n: 3 }]);
    again.close();
    const asked = await stream({}, `?after=${seen.id}`);
    expect((await asked.next()).data).toEqual({ n: 2 });
    asked.close();
  });

  test('ends with the server, which does not wait for it', async () => {
    const open = await stream();
    const ended = new Promise((resolve) => open.response.once('close', resolve));
    await server.app.http.close();
    await ended;
  });
});

test('probes and metrics', async () => {
  await server.restart();
  expect(await server.call('/healthz', { token: null })).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await server.call('/readyz', { token: null })).toMatchObject({ status: 200, body: { status: 'ready' } });
  const { text, headers } = await server.call('/metrics');
  expect(headers['content-type']).toMatch(/text\/plain/);
  expect(text).toMatch(/^leeway_jobs\{kind="tick-monitor",state="queued"\} 3$/m);
  const { warehouse } = server.app.ctx;
  const query = warehouse.query;
  warehouse.query = () => Promise.reject(new Error('away'));
  expect((await server.call('/readyz', { token: null })).status).toBe(503);
  warehouse.query = query;
});
