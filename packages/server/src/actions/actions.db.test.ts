import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action, Alert, Delivery, Measurement } from '@leeway/contract';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../notify/testdata/channel-kit.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, HOUR, REGRESSION, START } from '../testing/models.ts';

const SIGNING = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

/** A Kubernetes API as far as the scale of a Deployment goes: path, token, content type, and the version that was read. */
const cluster = { replicas: 2, version: 1, writes: 0, conflict: 0, answer: 0 };
const certificate = makeCertificate();
function kubernetes(): Server {
  const api: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const reply = (status: number, content: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      const status = (code: number, message: string) =>
        reply(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });
      if (request.headers.authorization !== 'Bearer k8s-t0ken') return status(401, 'Unauthorized');
      if (request.url !== '/apis/apps/v1/namespaces/serving/deployments/houses/scale') return status(404, 'not found');
      if (cluster.answer) return status(cluster.answer, 'as the test wants it');
      const scale = () => ({
        ...{ kind: 'Scale', apiVersion: 'autoscaling/v1' },
        metadata: { name: 'houses', namespace: 'serving', resourceVersion: String(cluster.version) },
        spec: { replicas: cluster.replicas },
        status: { replicas: cluster.replicas },
      });
      if (request.method === 'GET') return reply(200, scale());
      if (request.method !== 'PUT' || !/^application\/json/.test(String(request.headers['content-type'])))
        return status(415, 'the body is not JSON');
      const given = JSON.parse(body) as ReturnType<typeof scale>;
      if (cluster.conflict-- > 0 || given.metadata.resourceVersion !== String(cluster.version))
        return status(409, 'the object has been modified');
      cluster.replicas = given.spec.replicas;
      cluster.version += 1;
      cluster.writes += 1;
      return reply(200, scale());
    });
  };
  // Its client speaks plain HTTP to nobody but where it is told to look away.
  return certificate ? createTlsServer(certificate, api) : createServer(api);
}

const hook = { calls: [] as { headers: Record<string, string>; body: string }[], status: 200 };
const receiver = (): Server =>
  createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      hook.calls.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(hook.status).end('no');
    });
  });

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
};

let folder: string;
let server: TestApp;
const servers = [kubernetes(), receiver()] as const;
let options: Record<string, Record<string, unknown>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-actions-'));
  const [api, web] = [await listen(servers[0]), await listen(servers[1])];
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
      clusters: [
        {
          name: 'c',
          cluster: certificate
            ? {
                server: `https://localhost:${api}`,
                'certificate-authority-data': Buffer.from(certificate.cert).toString('base64'),
              }
            : { server: `http://127.0.0.1:${api}`, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'u', user: { token: 'k8s-t0ken' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  const write = `require('fs').appendFileSync(process.argv[1], process.env.LEEWAY_ALERT_ID + ' ' + process.env.LEEWAY_MODEL + '\\n'); console.log('hello', process.env.EXTRA)`;
  options = {
    scale: { deployment: 'houses', namespace: 'serving', by: 2, max: 3, kubeconfig },
    webhook: { url: `http://127.0.0.1:${web}/s3cr3t-path`, secret: SIGNING },
    command: { command: [process.execPath, '-e', write, join(folder, 'ran')], env: { EXTRA: 's3cr3t-env' } },
    retrain: {},
    rollback: {},
    fallback: { version: 'v1' },
  };
  server = await openTestApp({ config: documentOf([]) });
});
afterAll(async () => {
  await server.close();
  for (const each of servers) each.close();
  rmSync(folder, { recursive: true });
});

const documentOf = (actions: object[], rule: object = {}) => ({
  apiVersion: 'leeway/v1',
  server: { allowPrivateNetworks: ['127.0.0.1/32'] },
  routes: { channels: ['console'], groupWait: '1s', groupInterval: '1s' },
  models: [
    {
      ...REGRESSION,
      retrain: {},
      rules: [
        { name: 'rows-few', metric: 'service.requests', below: 10, actions, ...rule },
        { name: 'feed-broken', metric: 'service.error_share', above: 0.5 },
      ],
    },
  ],
});

let day = 0;
/** A window that breaks the rule, and one after it that does not. */
async function window(value: number, over: Partial<Measurement> = {}): Promise<void> {
  day += 1;
  const [start, end] = [START + day * DAY, START + (day + 1) * DAY];
  server.clock.set(end);
  const measurement: Measurement = {
    ...{
      model: 'houses',
      monitor: 'daily',
      metric: 'service.requests',
      column: '',
      slice: '',
      version: '',
      value,
      n: 100,
    },
    ...{
      lower: null,
      upper: null,
      coverage: null,
      reference: null,
      threshold: null,
      status: 'ok',
      reason: '',
      detail: {},
    },
    ...{ revision: 0, windowStart: new Date(start).toISOString(), windowEnd: new Date(end).toISOString() },
    computedAt: new Date(end).toISOString(),
    ...over,
  };
  const { alerting, ctx } = server.app.services;
  const model = ctx.config().models[0]!;
  const judge = alerting.evaluateRules({
    ...{ model, monitor: 'daily', measurements: [measurement], windowStart: start, windowEnd: end, revision: 0 },
  });
  await ctx.store.db.transaction().execute(judge);
  await settle();
}
const settle = async (ms = 0) => {
  server.clock.set(server.clock.now() + ms);
  await server.app.settle();
};
const actions = async (): Promise<Action[]> =>
  (await server.call<{ actions: Action[] }>('/api/v1/actions')).body.actions;
const newest = async (): Promise<Action> => (await actions())[0]!;
const act = async (id: string, what: 'approve' | 'reject', body: object = {}) =>
  server.call<Action>(`/api/v1/actions/${id}/${what}`, { method: 'POST', body });

/** The configuration with these actions, and nothing left of what was done before. */
async function with_(...list: object[]): Promise<void> {
  const { db } = server.app.ctx.store;
  for (const table of [
    'actions',
    'alerts',
    'alertHistory',
    'ruleStates',
    'groups',
    'groupMembers',
    'deliveries',
    'runs',
  ] as const)
    await db.deleteFrom(table).execute();
  await db.deleteFrom('jobs').where('kind', 'in', ['flush-group', 'deliver', 'act']).execute();
  const applied = await server.call('/api/v1/config/apply', { method: 'POST', body: { document: documentOf(list) } });
  expect(applied.status).toBe(200);
}
beforeEach(() => {
  Object.assign(cluster, { replicas: 2, version: 1, writes: 0, conflict: 0, answer: 0 });
  Object.assign(hook, { calls: [], status: 200 });
  rmSync(join(folder, 'ran'), { force: true });
});

describe.each(['webhook', 'command', 'scale', 'retrain'])('%s', (type) => {
  const did = () =>
    ({ webhook: hook.calls.length, command: existsSync(join(folder, 'ran')) ? 1 : 0, scale: cluster.writes }) as Record<
      string,
      number
    >;
  const done = async () =>
    type === 'retrain' ? (await server.app.services.retraining.listRuns({ model: 'houses' })).length : did()[type];

  test('is done once for an alert, however often the window is judged', async () => {
    await with_({ type, approval: 'none', ...options[type] });
    await window(1);
    await settle(HOUR);
    await window(2); // it goes on firing
    expect(await actions()).toHaveLength(1);
    expect(await newest()).toMatchObject({ type, state: 'done', dryRun: false, plan: expect.stringMatching(/\w/) });
    expect(await done()).toBe(1);
    // What was done does not end the alert; the metric does.
    expect((await server.call<{ alerts: Alert[] }>('/api/v1/alerts')).body.alerts[0]!.state).toBe('firing');
    await window(50);
    expect((await server.call<{ alerts: Alert[] }>('/api/v1/alerts')).body.alerts[0]!.state).toBe('resolved');
  });

  test('a dry run says what it would do, and does nothing', async () => {
    await with_({ type, dryRun: true, ...options[type] });
    await window(1);
    expect(await newest()).toMatchObject({ state: 'done', dryRun: true, why: expect.stringContaining('it would') });
    expect(await done()).toBe(0);
  });

  test('asks first; a yes does it, once', async () => {
    await with_({ type, ...options[type] });
    await window(1);
    const asked = await newest();
    expect(asked).toMatchObject({ state: 'awaiting_approval', why: expect.stringContaining('approval') });
    expect(await done()).toBe(0);
    expect((await act(asked.id, 'approve')).status).toBe(200);
    expect((await act(asked.id, 'approve')).status).toBe(409);
    await settle();
    expect(await newest()).toMatchObject({ state: 'done', approvedBy: expect.any(String) });
    expect(await done()).toBe(1);
  });

  test('a no ends it; and so does the end of the alert', async () => {
    await with_({ type, ...options[type] });
    await window(1);
    await act((await newest()).id, 'reject', { reason: 'a feast day' });
    expect(await newest()).toMatchObject({ state: 'rejected', why: expect.stringContaining('a feast day') });
    await window(50);
    await window(1);
    await window(50);
    await settle(HOUR);
    expect(await newest()).toMatchObject({ state: 'refused', why: expect.stringContaining('over') });
    expect(await done()).toBe(0);
  });

  test('no secret is in what is told', async () => {
    await with_({ type, approval: 'none', ...options[type] });
    await window(1);
    const told = JSON.stringify([
      await actions(),
      (await server.call('/api/v1/audit')).body,
      (await server.call('/api/v1/deliveries')).body,
    ]);
    for (const secret of ['s3cr3t', SIGNING, 'k8s-t0ken']) expect(told).not.toContain(secret);
  });
});

test('webhook: signed, and with the same id on every try', async () => {
  await with_({ type: 'webhook', approval: 'none', ...options['webhook'] });
  hook.status = 503;
  await window(1);
  expect(await newest()).toMatchObject({ state: 'running' });
  hook.status = 200;
  await settle(HOUR);
  expect(await newest()).toMatchObject({ state: 'done' });
  expect(new Set(hook.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const { headers, body } = hook.calls.at(-1)!;
  expect(new Webhook(SIGNING).verify(body, headers)).toMatchObject({
    type: 'alert.action',
    data: { alert: { rule: 'rows-few' } },
  });
});

describe('scale', () => {
  const scale = () => ({ type: 'scale', approval: 'none', ...options['scale'] });
  test('between the bounds; what others changed meanwhile is left alone', async () => {
    await with_(scale());
    await window(1);
    expect(cluster.replicas).toBe(3); // 2 + 2, and 3 is the most
    await with_({ ...scale(), approval: 'required' });
    cluster.replicas = 1;
    await window(1);
    expect(await newest()).toMatchObject({ plan: 'scale serving/houses from 1 to 3 replicas' });
    cluster.replicas = 7;
    await act((await newest()).id, 'approve');
    await settle();
    // The plan is made anew with the yes: down to the most.
    expect(await newest()).toMatchObject({ state: 'done', plan: 'scale serving/houses from 7 to 3 replicas' });
  });
  test('a conflict is tried again; a refusal is final and says what Kubernetes said', async () => {
    await with_(scale());
    cluster.conflict = 2;
    await window(1);
    await settle(HOUR);
    await settle(HOUR);
    expect(await newest()).toMatchObject({ state: 'done' });
    expect(cluster.replicas).toBe(3);
    await with_(scale());
    cluster.answer = 403;
    await window(1);
    expect(await newest()).toMatchObject({ state: 'failed', why: expect.stringContaining('403') });
  });
});

test('a command that the server was stopped in the midst of is not run again: a person is asked', async () => {
  await with_({ type: 'command', ...options['command'] });
  await window(1);
  const { id } = await newest();
  // As a kill leaves it: begun, and nothing more on record.
  await act(id, 'approve');
  const now = server.clock.now();
  await server.app.ctx.store.db
    .updateTable('actions')
    .set({ state: 'running', startedAt: now, planData: '{}' })
    .where('id', '=', id)
    .execute();
  await settle();
  expect(await newest()).toMatchObject({ state: 'uncertain', why: expect.stringContaining('nobody knows') });
  expect(existsSync(join(folder, 'ran'))).toBe(false);
  await act(id, 'approve');
  await settle();
  expect(await newest()).toMatchObject({ state: 'done', why: expect.stringContaining('hello') });
  expect(readFileSync(join(folder, 'ran'), 'utf8')).toMatch(/^alert_\w+ houses\n$/);
});

test('guard rails: another alert forbids it, the cooldown, and only the severities that it is for', async () => {
  const action = { type: 'webhook', approval: 'none', unless: { rule: 'feed-broken' }, ...options['webhook'] };
  await with_(action, { ...action, severities: ['critical'], unless: undefined });
  await window(1, { metric: 'service.error_share', value: 0.9 });
  await window(1);
  expect(await actions()).toMatchObject([{ state: 'refused', why: 'forbidden while feed-broken is open' }]);
  await window(0, { metric: 'service.error_share', value: 0 });
  await window(50);
  await window(1);
  expect((await newest()).state).toBe('done');
  expect(hook.calls).toHaveLength(1);
});

test('what was done is told where the alert was told, and stands in its history', async () => {
  await with_({ type: 'webhook', approval: 'none', after: '1h', ...options['webhook'] });
  await window(1);
  await settle(10_000);
  await settle(HOUR);
  const { deliveries } = (await server.call<{ deliveries: Delivery[] }>('/api/v1/deliveries')).body;
  expect(deliveries.map(({ reason }) => reason).toSorted()).toEqual(['action', 'first']);
  const note = deliveries.find(({ reason }) => reason === 'action')!;
  expect(note.subject).toBe('[ACTION] houses: Call a webhook: the webhook took it (HTTP 200)');
  const { history } = (await server.call<{ history: { why: string }[] }>(`/api/v1/alerts/${(await newest()).alert}`))
    .body;
  expect(history.map(({ why }) => why)).toContain('Call a webhook: the webhook took it (HTTP 200)');
});

test('rollback and fallback without a version that serves fail with a reason', async () => {
  await with_({ type: 'rollback', approval: 'none' }, { type: 'fallback', approval: 'none', version: 'v1' });
  await window(1);
  expect((await actions()).map(({ state }) => state)).toEqual(['failed', 'failed']);
});

test('what the configuration says wrong is told with its place', async () => {
  const wrong = [{ type: 'webhook' }, { type: 'dance' }, { type: 'scale', deployment: 'x', replicas: -1 }];
  const answer = await server.call<{ detail: string }>('/api/v1/config/plan', {
    method: 'POST',
    body: { document: documentOf(wrong) },
  });
  expect(answer.status).toBe(422);
  for (const part of ['actions.0.url', 'dance', 'actions.2.replicas']) expect(answer.text).toContain(part);
});
