import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config, type Measurement } from '@leeway/contract';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Audit } from '../audit/audit.ts';
import { Events } from '../events/events.ts';
import { Jobs } from '../jobs/jobs.ts';
import type { WebhookBody } from '../notify/channels/webhook/render.ts';
import { iso, ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { registerAlerting } from './index.ts';
import { measurement } from './testdata/measurement.ts';

const DAY = 86_400_000;
const MIN = 60_000;
const START = Date.parse('2001-01-01T00:00:00Z');
const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

/** Stands for a receiver: keeps what came, and answers as told. */
class Receiver {
  readonly #server: Server;
  readonly calls: { id: string; body: WebhookBody }[] = [];
  answers: { status: number; headers?: Record<string, string> }[] = [];
  port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const answer = this.answers.shift() ?? { status: 200 };
        const headers = request.headers as Record<string, string>;
        // The clock of the tests stands in 2001, where the verifier's own clock does not: the signature alone is looked at.
        const signed = new Webhook(SECRET).sign(
          headers['webhook-id']!,
          new Date(Number(headers['webhook-timestamp']) * 1000),
          text,
        );
        expect(headers['webhook-signature']).toBe(signed);
        if (answer.status === 200)
          this.calls.push({ id: headers['webhook-id']!, body: JSON.parse(text) as WebhookBody });
        response.writeHead(answer.status, answer.headers).end();
      });
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What was said since the last time: reason, and the alerts with their states. */
  said(): string[] {
    return this.calls
      .splice(0)
      .map(({ body: { data } }) => `${data.reason}: ${data.alerts.map((a) => `${a.rule} ${a.state}`).join(', ')}`);
  }
}

/** Where the store is: a file, or an emptied PostgreSQL database if LEEWAY_TEST_POSTGRES gives the address of one. */
async function emptyStore(path: string): Promise<string> {
  const url = process.env['LEEWAY_TEST_POSTGRES'];
  if (!url) return path;
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('drop schema public cascade; create schema public');
  await client.end();
  return url;
}

let folder = '';
let store: OpenStore;
let receiver: Receiver;
let clock: ManualClock;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-alerting-'));
  store = await openStore(await emptyStore(join(folder, 'store.db')));
  receiver = new Receiver();
  await receiver.open();
  clock = new ManualClock(START);
});
afterEach(async () => {
  receiver.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const AUC = { name: 'auc-low', metric: 'roc_auc', below: 0.75, severity: 'critical', for: 2, keepFiring: 1 };
const RANGE = { name: 'range', metric: 'quality.range_share', column: '*', above: 0.05 };

function configured(rules: object[] = [AUC, RANGE], channel: object = {}): Config {
  const columns = { features: { distance: { type: 'numeric' }, dep_delay: { type: 'numeric' } }, score: 'score' };
  return Config.parse({
    apiVersion: 'leeway/v1',
    server: { allowPrivateNetworks: ['127.0.0.0/8'] },
    channels: [
      { name: 'hook', type: 'webhook', url: `http://127.0.0.1:${receiver.port}/T/s3cr3t`, secret: SECRET, ...channel },
    ],
    routes: { channels: ['hook'], groupWait: '30s', groupInterval: '5m', repeatInterval: '3d' },
    models: [{ name: 'flights', task: 'binary', owner: 'ops', columns, rules }],
  });
}

/** A process of Leeway as far as alerting goes. A second one on the same store is a replica, or the one after a crash. */
function replica(config: Config) {
  const log = pino({ level: 'silent' });
  const ctx: AlertingContext & { setConfig(next: Config): void } = {
    clock,
    newId: (() => {
      let n = 0;
      return (prefix: string) => `${prefix}_${++n}`;
    })(),
    log,
    store,
    jobs: new Jobs({ store, clock, log }),
    events: new Events(clock),
    audit: new Audit(clock),
    config: () => config,
    publicUrl: () => 'https://leeway.example.org',
    setConfig: (next) => {
      config = next;
    },
  };
  return { ctx, alerting: registerAlerting(ctx, { random: () => 0.5 }) };
}
type Replica = ReturnType<typeof replica>;

interface Values {
  auc?: number | null;
  range?: number;
  delay?: number;
}

/** The measurements of day `day` (0 is the first), committed as the measuring job does. */
async function measure({ ctx, alerting }: Replica, day: number, values: Values, revision = 0): Promise<void> {
  const windowStart = START + day * DAY;
  const windowEnd = windowStart + DAY;
  const measured = (metric: string, value: number | null, over: Partial<Measurement> = {}): Measurement =>
    measurement({
      metric,
      windowStart: iso(windowStart),
      windowEnd: iso(windowEnd),
      revision,
      value,
      lower: value === null ? null : value - 0.01,
      upper: value === null ? null : value + 0.01,
      n: value === null ? 0 : 5000,
      coverage: 0.9,
      reference: 0.8,
      status: value === null ? 'no_data' : 'ok',
      reason: value === null ? 'no label came in this window' : '',
      ...over,
    });
  const detail = { min: 0, max: 2724, lowest: 10, highest: 99_999 };
  const ofColumn = (column: string) => ({ column, reference: 0, coverage: null, detail });
  const { auc = 0.8, range = 0, delay } = values;
  const measurements = [
    measured('roc_auc', auc),
    measured('quality.range_share', range, ofColumn('distance')),
    ...(delay === undefined ? [] : [measured('quality.range_share', delay, ofColumn('dep_delay'))]),
    measured('quality.range_share', Math.min(1, range * 10), { ...ofColumn('distance'), slice: 'origin=JFK', n: 500 }),
    measured('drift.score', 0.2, { column: 'dep_delay', detail: { drifted: false } }),
    // Of a version that only shadows: no rule is about it.
    measured('roc_auc', 0.1, { version: 'v2' }),
  ];
  const model = ctx.config().models[0]!;
  const write = alerting.evaluateRules({ model, monitor: 'daily', measurements, windowStart, windowEnd, revision });
  await store.db.transaction().execute((tx) => write(tx));
}

/** Lets time pass to the end of a day's window and measures it; then lets the notifications go out. */
async function pass(server: Replica, day: number, values: Values): Promise<string[]> {
  clock.set(START + (day + 1) * DAY + 10 * MIN);
  await measure(server, day, values);
  return settle(server);
}

/** Over several connections a job may be added just as `drain` finds none: it is called until what is due stays the same. */
async function drain(...replicas: Jobs[]): Promise<void> {
  const due = async () =>
    JSON.stringify(
      await store.db.selectFrom('jobs').select('id').where('runAt', '<=', clock.now()).orderBy('id').execute(),
    );
  for (let before = ''; before !== (await due()); ) {
    before = await due();
    await Promise.all(replicas.map((jobs) => jobs.drain()));
  }
}

/** Lets time pass, from one job that falls due to the next, until `until`. */
async function settle({ ctx }: Replica, until = clock.now() + 10 * MIN): Promise<string[]> {
  for (;;) {
    await drain(ctx.jobs);
    // Not `nextDueAt`: a message that waits in its lane behind another is due all the time.
    const { at } = await store.db
      .selectFrom('jobs')
      .select((e) => e.fn.min('runAt').as('at'))
      .where('state', '=', 'queued')
      .where('runAt', '>', clock.now())
      .executeTakeFirstOrThrow();
    if (at === null || Number(at) > until) break;
    clock.set(Number(at));
  }
  return receiver.said();
}

const states = async ({ alerting }: Replica) => (await alerting.listAlerts()).map((a) => `${a.rule} ${a.state}`).sort();
const everything = async () =>
  JSON.stringify(
    await Promise.all([
      store.db.selectFrom('alerts').selectAll().orderBy('id').execute(),
      store.db.selectFrom('alertHistory').selectAll().orderBy('id').execute(),
      store.db.selectFrom('ruleStates').selectAll().orderBy('rule').orderBy('instance').execute(),
      store.db.selectFrom('groups').selectAll().execute(),
      store.db.selectFrom('deliveries').selectAll().orderBy('id').execute(),
      store.db.selectFrom('jobs').selectAll().orderBy('id').execute(),
    ]),
  );

describe('a story of ten windows', () => {
  test('fires once, in one message, and says when it is over', async () => {
    const server = replica(configured());
    const fired: string[] = [];
    server.alerting.onAlertFiring(async (_tx, alert) => void fired.push(`${alert.rule} ${alert.state}`));
    const said: string[][] = [];
    const bad = { auc: 0.6, range: 0.1 };
    for (const [day, values] of [{}, {}, bad, bad, bad, {}, {}, {}, {}, {}].entries()) {
      said.push(await pass(server, day, values));
    }
    expect(said).toEqual([
      [],
      [],
      ['first: range firing'],
      ['new alerts: auc-low firing, range firing'],
      [],
      ['resolved: auc-low firing, range resolved'],
      ['all resolved: auc-low resolved'],
      [],
      [],
      [],
    ]);
    expect(fired).toEqual(['range firing', 'auc-low firing']);

    const [alert] = await server.alerting.listAlerts({ rule: 'auc-low' });
    expect(alert).toMatchObject({
      state: 'resolved',
      value: 0.6,
      threshold: 0.75,
      windowEnd: '2001-01-06T00:00:00.000Z',
      labels: { model: 'flights', rule: 'auc-low', severity: 'critical', monitor: 'daily', owner: 'ops' },
      cause: { kind: 'data_quality' },
      muted: null,
    });
    expect(alert!.cause!.summary).toBe(
      'The data are broken: distance: 10 % of values above 2,724 (reference 0 %), mostly origin=JFK.',
    );
    const { history, deliveries } = await server.alerting.getAlert(alert!.id);
    expect(history.map(({ from, to, why }) => `${from} > ${to}: ${why}`)).toEqual([
      'inactive > pending: roc_auc is 0.6, below 0.75',
      'pending > firing: roc_auc is 0.6, below 0.75',
      'firing > recovering: roc_auc is 0.8, not below 0.75',
      'recovering > resolved: roc_auc is 0.8, not below 0.75',
    ]);
    expect(deliveries.map(({ reason, state }) => `${reason} ${state}`)).toEqual([
      'new alerts sent',
      'resolved sent',
      'all resolved sent',
    ]);
    expect(await store.db.selectFrom('groupMembers').selectAll().execute()).toEqual([]);
  });

  test('a message has what a person needs', async () => {
    const serving = { model: 'flights', actor: 'ada', reason: '' };
    await store.db
      .insertInto('servings')
      .values([
        { ...serving, version: 'v1', startedAt: START - DAY, endedAt: START + DAY },
        { ...serving, version: 'v2', startedAt: START + DAY, endedAt: null },
      ])
      .execute();
    const server = replica(
      configured([
        { ...AUC, for: 1, summary: '{{ model }} at {{ value }}: {{ cause }}', runbook: 'https://x.example/r' },
      ]),
    );
    clock.set(START + DAY);
    await measure(server, 0, { auc: 0.6 });
    clock.advance(30_000);
    await drain(server.ctx.jobs);
    const { body } = receiver.calls[0]!;
    expect(body.type).toBe('alert.firing');
    expect(body.timestamp).toBe('2001-01-02T00:00:30.000Z');
    expect(body.data.subject).toMatch(/^\[FIRING\] flights: flights at 0\.6: The inputs look as they did/);
    expect(body.data.text).toContain('(interval 0.59 to 0.61) against the threshold 0.75; reference 0.8');
    expect(body.data.text).toContain('2001-01-01 00:00 to 2001-01-02 00:00 UTC, 5,000 rows, labels for 90 %');
    expect(body.data.text).toContain('model flights, version v1, all rows');
    expect(body.data.text).toContain('https://x.example/r');
    expect(body.data.links).toEqual([
      { label: 'Open', url: `https://leeway.example.org/alerts/${body.data.alerts[0]!.id}` },
    ]);
  });
});

describe('nothing twice, nothing lost', () => {
  test('a replay of a window changes nothing', async () => {
    const server = replica(configured());
    for (const day of [0, 1, 2]) await pass(server, day, { auc: 0.6, range: 0.1 });
    const before = await everything();
    await measure(server, 2, { auc: 0.6, range: 0.1 });
    await measure(server, 2, { auc: 0.9 });
    await measure(server, -1, { auc: 0.9 }, 7);
    expect(await everything()).toBe(before);
  });

  test('a transaction that fails leaves nothing', async () => {
    const server = replica(configured());
    server.alerting.onAlertFiring(() => Promise.reject(new Error('the hook failed')));
    const before = await everything();
    await expect(measure(server, 0, { range: 0.5 })).rejects.toThrow('the hook failed');
    expect(await everything()).toBe(before);
  });

  test('killed between alert and message, and between message and delivery: the next process goes on', async () => {
    const first = replica(configured());
    clock.set(START + DAY);
    await measure(first, 0, { range: 0.5 });
    const second = replica(configured());
    clock.advance(30_000);
    // The second writes the message, and dies while the receiver is away.
    receiver.answers = [{ status: 503 }];
    await drain(second.ctx.jobs);
    expect(receiver.said()).toEqual([]);
    expect((await second.alerting.listDeliveries())[0]).toMatchObject({
      state: 'queued',
      attempts: 1,
      error: 'server: HTTP 503',
    });
    const third = replica(configured());
    expect(await settle(third)).toEqual(['first: range firing']);
    expect(await third.alerting.listDeliveries()).toMatchObject([{ state: 'sent', attempts: 2, error: null }]);
  });

  test('two replicas flush at once and send once', async () => {
    const [one, two] = [replica(configured()), replica(configured())];
    for (let day = 0; day < 10; day++) {
      clock.set(START + (day + 1) * DAY);
      await measure(one, day, { range: day % 2 === 0 ? 0.5 : 0 });
      clock.advance(10 * MIN);
      await drain(one.ctx.jobs, two.ctx.jobs);
      expect(receiver.said()).toEqual([day % 2 === 0 ? 'first: range firing' : 'all resolved: range resolved']);
    }
  });

  test('an end never overtakes its beginning, and waits where the receiver asks to wait', async () => {
    const server = replica(configured());
    receiver.answers = [{ status: 503, headers: { 'retry-after': '7200' } }];
    clock.set(START + DAY);
    await measure(server, 0, { range: 0.5 });
    expect(await settle(server)).toEqual([]);
    await measure(server, 1, {});
    expect(await settle(server)).toEqual([]);
    expect((await server.alerting.listDeliveries()).map(({ state }) => state)).toEqual(['queued', 'queued']);
    expect(await settle(server, clock.now() + 3 * 60 * MIN)).toEqual([
      'first: range firing',
      'all resolved: range resolved',
    ]);
  });

  test('after a day a message has failed; a refusal fails at once; no secret is in the error', async () => {
    const server = replica(configured());
    receiver.answers = Array.from({ length: 500 }, () => ({ status: 500 }));
    clock.set(START + DAY);
    await measure(server, 0, { range: 0.5 });
    await settle(server, clock.now() + 2 * DAY);
    const [delivery] = await server.alerting.listDeliveries();
    expect(delivery).toMatchObject({ state: 'failed', error: 'server: HTTP 500' });
    expect(delivery!.attempts).toBeGreaterThan(50);

    receiver.answers = [{ status: 404 }];
    expect(await server.alerting.testChannel({ name: 'hook', actor: 'ann' })).toMatchObject({
      state: 'failed',
      failure: 'permanent',
    });
    receiver.answers = [];
    receiver.close();
    const outcome = await server.alerting.testChannel({ name: 'hook', actor: 'ann' });
    expect(outcome).toMatchObject({ state: 'failed', failure: 'transient' });
    expect(JSON.stringify(outcome)).not.toContain('s3cr3t');
  });

  test('a channel that was taken out of the configuration is a failed delivery, for all to see', async () => {
    const server = replica(configured());
    clock.set(START + DAY);
    await measure(server, 0, { range: 0.5 });
    const next = configured();
    server.ctx.setConfig({ ...next, channels: [] });
    await settle(server);
    expect(await server.alerting.listDeliveries()).toMatchObject([
      { state: 'failed', error: 'rejected: the configuration has no channel "hook"' },
    ]);
  });
});

describe('revisions', () => {
  test('labels that come later take back what was announced, and bring it back', async () => {
    const server = replica(configured([{ ...AUC, for: 1, keepFiring: 0 }]));
    expect(await pass(server, 0, { auc: 0.7 })).toEqual(['first: auc-low firing']);
    await measure(server, 0, { auc: 0.8 }, 1);
    expect(await settle(server)).toEqual(['all resolved: auc-low resolved']);
    await measure(server, 0, { auc: 0.6 }, 2);
    expect(await settle(server)).toEqual(['first: auc-low firing']);
    expect(await server.alerting.listAlerts()).toHaveLength(1);
  });

  test('back to pending is an end for whoever was told, and the alert goes on', async () => {
    const server = replica(configured([{ ...AUC, for: 2, of: 3, keepFiring: 0 }]));
    await pass(server, 0, { auc: 0.7 });
    expect(await pass(server, 1, { auc: 0.7 })).toEqual(['first: auc-low firing']);
    await measure(server, 1, { auc: 0.8 }, 1);
    expect(await states(server)).toEqual(['auc-low pending']);
    expect(await settle(server)).toEqual(['all resolved: auc-low resolved']);
    expect(await pass(server, 2, { auc: 0.7 })).toEqual(['first: auc-low firing']);
  });

  test('what passes while it is pending leaves nothing', async () => {
    const server = replica(configured());
    await pass(server, 0, { auc: 0.7 });
    expect(await states(server)).toEqual(['auc-low pending']);
    expect(await pass(server, 1, {})).toEqual([]);
    expect(await states(server)).toEqual([]);
    expect(await store.db.selectFrom('alertHistory').selectAll().execute()).toEqual([]);
  });
});

describe('changes of the configuration', () => {
  const fire = async () => {
    const server = replica(configured());
    expect(await pass(server, 0, { range: 0.5 })).toEqual(['first: range firing']);
    return server;
  };

  test.each([
    { intent: 'a rule that was removed', rules: [AUC], why: 'the rule was removed' },
    { intent: 'a rule that was changed', rules: [AUC, { ...RANGE, above: 0.6 }], why: 'the rule was changed' },
  ])('$intent ends its alert, and says so', async ({ rules, why }) => {
    const server = await fire();
    server.ctx.setConfig(configured(rules));
    await store.db.transaction().execute((tx) => server.alerting.reconcileRules(tx));
    expect(await settle(server)).toEqual(['all resolved: range resolved']);
    const [alert] = await server.alerting.listAlerts();
    const { history } = await server.alerting.getAlert(alert!.id);
    expect(history.at(-1)).toMatchObject({ to: 'resolved', why });
  });

  test('the next evaluation does it too, and a changed rule begins afresh', async () => {
    const server = await fire();
    server.ctx.setConfig(configured([AUC, { ...RANGE, above: 0.4 }]));
    expect(await pass(server, 1, { range: 0.5 })).toEqual(['new alerts: range firing, range resolved']);
  });

  test('new words and another severity end nothing', async () => {
    const server = await fire();
    server.ctx.setConfig(configured([AUC, { ...RANGE, severity: 'critical', summary: 'new words' }]));
    expect(await pass(server, 1, { range: 0.5 })).toEqual([]);
    expect(await server.alerting.listAlerts()).toMatchObject([{ severity: 'critical', summary: 'new words' }]);
  });

  test('a model that was removed', async () => {
    const server = await fire();
    server.ctx.setConfig({ ...configured(), models: [] });
    await store.db.transaction().execute((tx) => server.alerting.reconcileRules(tx));
    expect(await settle(server)).toEqual(['all resolved: range resolved']);
  });
});

describe('people', () => {
  test('a silence keeps what fires quiet, and not its end', async () => {
    const server = replica(configured());
    expect(await pass(server, 0, { range: 0.5 })).toEqual(['first: range firing']);
    const silence = await server.alerting.createSilence({
      matchers: { model: 'flights' },
      endsAt: clock.now() + 30 * DAY,
      comment: 'known',
      actor: 'ada',
    });
    expect(await server.alerting.listAlerts()).toMatchObject([{ muted: { by: 'silence', ref: silence.id } }]);
    expect(await pass(server, 1, { range: 0.5, delay: 0.5 })).toEqual([]);
    // The one that was announced is told of; the one that never was is not.
    expect(await pass(server, 2, {})).toEqual(['all resolved: range resolved']);
    expect(await pass(server, 3, { delay: 0 })).toEqual([]);
  });

  test('when a silence ends, by itself or by hand, what still fires is told', async () => {
    const server = replica(configured());
    clock.set(START + DAY);
    const silence = (endsAt: number) =>
      server.alerting.createSilence({ matchers: { rule: 'range' }, endsAt, comment: '', actor: 'ada' });
    await silence(clock.now() + 60 * MIN);
    await measure(server, 0, { range: 0.5 });
    expect(await settle(server)).toEqual([]);
    expect(await settle(server, clock.now() + 2 * 60 * MIN)).toEqual(['first: range firing']);

    await pass(server, 1, {});
    const { id } = await silence(clock.now() + 9 * DAY);
    expect(await pass(server, 2, { range: 0.5 })).toEqual([]);
    await server.alerting.expireSilence({ id, actor: 'ada' });
    await server.alerting.expireSilence({ id, actor: 'ada' });
    expect(await settle(server)).toEqual(['first: range firing']);
    expect((await server.alerting.listSilences()).length).toBe(2);
    expect(await server.alerting.listSilences({ active: true })).toEqual([]);
    const audit = await server.ctx.audit.list(store.db, 10);
    expect(audit.map(({ action }) => action)).toEqual(['silence.expire', 'silence.create', 'silence.create']);
  });

  test.each([
    { intent: 'nothing to match', over: { matchers: {} }, code: 'invalid_request' },
    { intent: 'only empty values', over: { matchers: { slice: '' } }, code: 'invalid_request' },
    { intent: 'an end in the past', over: { endsAt: START - 1 }, code: 'invalid_request' },
  ])('a silence with $intent is refused', async ({ over, code }) => {
    const { alerting } = replica(configured());
    const silence = { matchers: { model: 'a' }, endsAt: START + 1000, comment: '', actor: 'ada', ...over };
    await expect(alerting.createSilence(silence as never)).rejects.toMatchObject({ code });
  });

  test('it is repeated until somebody has it', async () => {
    const server = replica(configured());
    await pass(server, 0, { range: 0.5 });
    expect(await settle(server, clock.now() + 3.5 * DAY)).toEqual(['repeat: range firing']);
    const [alert] = await server.alerting.listAlerts();
    const acknowledged = await server.alerting.acknowledge({ id: alert!.id, actor: 'ada', note: 'on it' });
    expect(acknowledged).toMatchObject({ acknowledgedBy: 'ada', state: 'firing' });
    expect(await server.alerting.acknowledge({ id: alert!.id, actor: 'bob' })).toMatchObject({ acknowledgedBy: 'ada' });
    expect(await settle(server, clock.now() + 20 * DAY)).toEqual([]);
    await measure(server, 40, {});
    expect(await settle(server)).toEqual(['all resolved: range resolved']);
    await expect(server.alerting.acknowledge({ id: alert!.id, actor: 'bob' })).rejects.toMatchObject({
      code: 'wrong_state',
    });
    await expect(server.alerting.getAlert('alert_no')).rejects.toMatchObject({ code: 'unknown_alert' });
  });

  test('sendResolved: false is not told of ends, and of the next beginning', async () => {
    const server = replica(configured([RANGE], { sendResolved: false }));
    const said = [];
    for (const [day, range] of [0.5, 0, 0.5, 0].entries()) said.push(await pass(server, day, { range }));
    expect(said).toEqual([['first: range firing'], [], ['first: range firing'], []]);
  });
});

describe('data that are missing', () => {
  test('no data keeps an alert, and is shown', async () => {
    const server = replica(configured([{ ...AUC, for: 1, keepFiring: 0 }]));
    await pass(server, 0, { auc: 0.6 });
    expect(await pass(server, 1, { auc: null })).toEqual([]);
    expect(await server.alerting.listAlerts()).toMatchObject([{ state: 'firing', noData: true, value: 0.6 }]);
  });

  test('no data alerts where the rule says so', async () => {
    const server = replica(configured([{ ...AUC, noData: 'alert' }]));
    expect(await pass(server, 0, { auc: null })).toEqual([]);
    expect(await pass(server, 1, { auc: null })).toEqual(['first: auc-low firing']);
    expect(await server.alerting.listAlerts()).toMatchObject([
      { noData: true, value: null, cause: null, summary: 'roc_auc has no data', labels: { rule: 'auc-low' } },
    ]);
  });

  test('a column that was not measured this time is left as it is', async () => {
    const server = replica(configured());
    expect(await pass(server, 0, { delay: 0.5 })).toEqual(['first: range firing']);
    expect(await pass(server, 1, {})).toEqual([]);
    expect(await pass(server, 2, { delay: 0 })).toEqual(['all resolved: range resolved']);
  });
});

test('a thousand rules over a hundred models, of which a hundred fire', async () => {
  const rules = Array.from({ length: 10 }, (_, i) => ({
    ...AUC,
    name: `rule-${i}`,
    for: 1,
    below: i === 0 ? 0.75 : 0.1,
  }));
  const one = configured(rules).models[0]!;
  const models = Array.from({ length: 100 }, (_, i) => ({ ...one, name: `model-${i}` }));
  const server = replica({ ...configured(), models });
  for (const windowStart of [START, START + DAY]) {
    const from = performance.now();
    for (const model of models) {
      const window = {
        windowStart,
        windowEnd: windowStart + DAY,
        measurements: [measurement({ value: 0.7 })],
        revision: 0,
      };
      const write = server.alerting.evaluateRules({ model, monitor: 'daily', ...window });
      await store.db.transaction().execute((tx) => write(tx));
    }
    // Below 0.2 s on two idle cores; the promise of 1 s is kept by the bench, this one only finds what is far off.
    expect(performance.now() - from).toBeLessThan(5_000);
  }
  expect(await server.alerting.listAlerts({ state: 'open' })).toHaveLength(100);
});
