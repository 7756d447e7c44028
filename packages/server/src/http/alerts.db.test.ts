import type { Alert, AlertDetail, AlertExplanation, AlertsReview, OnCallSchedule, Suggestion } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sign, signingKeys } from '../access/signed.ts';
import { measurement } from '../alerting/testdata/measurement.ts';
import { storeMeasurements } from '../monitoring/measurements.ts';
import type { Message } from '../notify/message.ts';
import { iso } from '../platform/clock.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { BINARY, DAY, documentOf, HOUR, MINUTE, START } from '../testing/models.ts';

const MODEL = {
  ...BINARY,
  rules: [
    { name: 'loss', metric: 'log_loss', above: 0.5, severity: 'critical' },
    { name: 'auc', metric: 'roc_auc', below: 0.7 },
  ],
};
const CONFIG = {
  ...documentOf(MODEL),
  channels: [
    { name: 'team', type: 'console' },
    { name: 'pager', type: 'console' },
  ],
  routes: { channels: ['team'], groupBy: ['...'], groupWait: '1m' },
  onCall: {
    people: { ann: { channels: ['pager'] }, ben: { channels: ['pager'] } },
    schedules: { ops: { zone: 'Europe/Berlin', rotation: { people: ['ann', 'ben'], from: '2026-03-02' } } },
  },
};

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp({ config: CONFIG });
});
afterAll(() => server.close());

/** Measures a day: a value of each rule's metric. */
async function measure(day: number, loss: number, auc: number): Promise<void> {
  const windowStart = START + day * DAY;
  server.clock.set(Math.max(server.clock.now(), windowStart + DAY + HOUR));
  const of = (metric: string, value: number) =>
    measurement({ metric, value, windowStart: iso(windowStart), windowEnd: iso(windowStart + DAY) });
  const { ctx, services } = server.app;
  const write = services.alerting.evaluateRules({
    model: ctx.config().models[0]!,
    monitor: 'daily',
    measurements: [of('log_loss', loss), of('roc_auc', auc)],
    windowStart,
    windowEnd: windowStart + DAY,
    revision: 0,
  });
  await ctx.store.db.transaction().execute((tx) => write(tx));
  server.clock.advance(MINUTE);
  await server.app.settle();
}

/** The links of the last message about an alert, by what they do. */
async function linksOf(alert: string): Promise<Record<string, string>> {
  const row = await server.app.ctx.store.db
    .selectFrom('deliveries')
    .innerJoin('deliveryAlerts', 'deliveryAlerts.delivery', 'deliveries.id')
    .select('message')
    .where('deliveryAlerts.alert', '=', alert)
    .orderBy('createdAt', 'desc')
    .executeTakeFirstOrThrow();
  const [told] = (JSON.parse(row.message as string) as Message).alerts.filter(({ id }) => id === alert);
  return Object.fromEntries(told!.actions.map(({ kind, url }) => [kind, new URL(url).pathname]));
}

const open = async (query = '') =>
  (await server.call<{ alerts: Alert[]; next: string | null }>(`/api/v1/alerts?state=open${query}`)).body;
const follow = (path: string, form = '') =>
  server.call(path, {
    method: 'POST',
    token: null,
    body: form,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

describe('alerts over HTTP', () => {
  test('are paged, and found by label, severity, assignee and verdict', async () => {
    await measure(0, 0.9, 0.5);
    const all = (await open()).alerts;
    expect(all.map(({ rule }) => rule).sort()).toEqual(['auc', 'loss']);
    const first = await open('&limit=1');
    expect(first.alerts).toHaveLength(1);
    const second = await open(`&limit=1&cursor=${first.next}`);
    expect([...first.alerts, ...second.alerts]).toEqual(all);
    expect(second.next).toBeNull();
    const rules = async (query: string) => (await open(query)).alerts.map(({ rule }) => rule);
    expect(await rules('&severity=critical')).toEqual(['loss']);
    expect(await rules(`&label=${encodeURIComponent('rule=~l.*')}&label=model=loans.eu-1`)).toEqual(['loss']);
    expect(await rules('&label=model=other')).toEqual([]);
    expect(await rules('&label=severity=critical&limit=1')).toEqual(['loss']);
    expect((await server.call('/api/v1/alerts?label=nonsense')).status).toBe(400);
    expect((await server.call('/api/v1/alerts?cursor=nonsense')).status).toBe(400);
    await server.call(`/api/v1/alerts/${all[0]!.id}/assign`, { body: { assignee: 'ben' } });
    expect(await rules('&assignee=ben')).toEqual([all[0]!.rule]);
    expect(await rules('&assignee=')).toEqual([all[1]!.rule]);
  });

  test('are taken for a time, given back, commented and judged', async () => {
    const [alert] = (await open('&severity=critical')).alerts;
    const path = `/api/v1/alerts/${alert!.id}`;
    const taken = await server.call<Alert>(`${path}/ack`, { body: { for: '2h', comment: 'on it' } });
    expect(taken.body.acknowledgedUntil).toBe(iso(server.app.ctx.clock.now() + 2 * HOUR));
    expect((await server.call<Alert>(`${path}/unack`, { body: {} })).body.acknowledgedBy).toBeNull();
    expect((await server.call(`${path}/comments`, { body: { text: '  ' } })).status).toBe(400);
    expect((await server.call(`${path}/comments`, { body: { text: 'the feed was late' } })).status).toBe(201);
    for (const verdict of ['noise', 'expected']) await server.call(`${path}/verdict`, { body: { verdict } });
    const { body } = await server.call<AlertDetail>(path);
    expect(body.alert.verdict).toBe('expected');
    expect(body.verdicts.map(({ actor, verdict }) => `${actor} ${verdict}`)).toEqual(['test noise', 'test expected']);
    expect(body.comments).toMatchObject([{ actor: 'test', text: 'the feed was late' }]);
    expect(body.history.map(({ why }) => why)).toContain('called expected by test (before: noise)');
  });

  test('explain why each channel was told or not', async () => {
    const [alert] = (await open('&severity=critical')).alerts;
    const { body } = await server.call<AlertExplanation>(`/api/v1/alerts/${alert!.id}/explain`);
    expect(body.channels.map(({ channel, verdict }) => `${channel}: ${verdict}`)).toEqual([
      expect.stringMatching(/^team: sent at .* \(first\)$/),
      'pager: not sent because no route names the channel pager',
    ]);
    const one = await server.call<AlertExplanation>(`/api/v1/alerts/${alert!.id}/explain?channel=pager`);
    expect(one.body.channels).toHaveLength(1);
  });

  test('who is on call, and who is next', async () => {
    const { body } = await server.call<{ schedules: OnCallSchedule[] }>(
      '/api/v1/on-call?at=2026-03-05T00:00:00Z&days=8',
    );
    expect(body.schedules).toEqual([
      {
        schedule: 'ops',
        zone: 'Europe/Berlin',
        now: { person: 'ann', from: '2026-03-02T08:00:00.000Z', to: '2026-03-09T08:00:00.000Z', by: 'rotation' },
        channels: ['pager'],
        coming: [{ person: 'ben', from: '2026-03-09T08:00:00.000Z', to: '2026-03-16T08:00:00.000Z', by: 'rotation' }],
      },
    ]);
  });
});

describe('links in messages', () => {
  test('say what they would do, do it once, and then say who did it', async () => {
    const [alert] = (await open('&severity=critical')).alerts;
    const links = await linksOf(alert!.id);
    expect(Object.keys(links)).toEqual(['acknowledge', 'silence', 'useful', 'noise', 'expected', 'duplicate']);
    const page = await server.call(links['acknowledge']!, { token: null });
    expect(page.status).toBe(200);
    expect(page.text).toContain('Acknowledge this alert?');
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect((await open('&severity=critical')).alerts[0]!.acknowledgedBy).toBeNull();

    expect((await follow(links['acknowledge']!, 'comment=on+my+way')).text).toContain('Done');
    expect((await open('&severity=critical')).alerts[0]).toMatchObject({ acknowledgedBy: 'link in team' });
    await server.call(`/api/v1/alerts/${alert!.id}/unack`, { body: {} });
    const again = await follow(links['acknowledge']!);
    expect(again.text).toContain('This was done already');
    expect(again.text).toMatch(/by link in team, at 2026-03-0/);
    expect((await open('&severity=critical')).alerts[0]!.acknowledgedBy).toBeNull();
    expect((await server.call(links['acknowledge']!, { token: null })).text).toContain('This was done already');

    await follow(links['noise']!);
    expect((await open('&verdict=noise')).alerts).toMatchObject([{ id: alert!.id }]);
    await follow(links['silence']!, 'silence=resolved');
    expect((await open('&severity=critical')).alerts[0]!.muted).toMatchObject({ by: 'silence' });
    expect((await open('&muted=true&limit=1')).alerts.map(({ rule }) => rule)).toEqual(['loss']);
    expect((await open('&muted=false&limit=1')).alerts.map(({ rule }) => rule)).toEqual(['auc']);
    const { body } = await server.call<{ silences: { createdBy: string; matchers: object }[] }>('/api/v1/silences');
    expect(body.silences).toMatchObject([
      { createdBy: 'link in team', matchers: { model: 'loans.eu-1', rule: 'loss' } },
    ]);
    const log = server.log.join('');
    for (const link of Object.values(links)) expect(log).not.toContain(link.slice('/act/'.length));
  });

  test('are refused when they are not ours, were changed, or have run out', async () => {
    const [alert] = (await open()).alerts;
    const link = (await linksOf(alert!.id))['useful']!;
    const [body = '', mac = ''] = link.slice('/act/'.length).split('.');
    const [kind, expiresAt, claims] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [string, number, object];
    const forged = Buffer.from(JSON.stringify([kind, expiresAt, { ...claims, kind: 'acknowledge' }])).toString(
      'base64url',
    );
    for (const path of ['/act/nothing', `/act/${forged}.${mac}`, `/act/${body}.`, `/act/${body}.${mac}x`]) {
      expect((await server.call(path, { token: null })).status).toBe(404);
      expect((await follow(path)).status).toBe(404);
    }
    await server.call('/api/v1/links/rotate', { body: {} });
    expect((await server.call(link, { token: null })).status).toBe(200);
    const keys = await server.app.ctx.store.db
      .selectFrom('settings')
      .selectAll()
      .where('name', '=', 'signing_keys')
      .execute();
    await server.call('/api/v1/links/rotate', { body: { forget: true } });
    expect((await server.call(link, { token: null })).status).toBe(404);
    await server.app.ctx.store.db.updateTable('settings').set(keys[0]!).where('name', '=', 'signing_keys').execute();
    server.clock.set(expiresAt);
    expect((await server.call(link, { token: null })).status).toBe(410);
    expect((await follow(link)).status).toBe(410);
    expect((await open('&verdict=useful')).alerts).toEqual([]);
  });

  test('are bounded in number', async () => {
    server.clock.advance(MINUTE);
    const { ctx } = server.app;
    const [alert] = (await server.call<{ alerts: Alert[] }>('/api/v1/alerts')).body.alerts;
    const claims = { alert: alert!.id, kind: 'useful', channel: 'team', nonce: 'n' };
    const token = sign(await signingKeys(ctx.store.db), { kind: 'act', expiresAt: ctx.clock.now() + HOUR, claims });
    const statuses = async (path: string, times: number) => {
      const found = new Set<number>();
      for (let i = 0; i < times; i++) found.add((await server.call(path, { token: null })).status);
      return [...found];
    };
    // Whoever has no link keeps nobody out who has one.
    expect(await statuses('/act/nothing', 121)).toEqual([404]);
    expect(await statuses(`/act/${token}`, 120)).toEqual([200]);
    expect(await statuses(`/act/${token}`, 1)).toEqual([429]);
  });
});

describe('the review', () => {
  test('counts what rules cost, and what was said of them', async () => {
    const from = iso(START);
    const { body } = await server.call<AlertsReview>(`/api/v1/review/alerts?from=${from}`);
    expect(body.zone).toBe('Europe/Berlin');
    expect(body.rules[0]).toMatchObject({ rule: 'loss', alerts: 1, verdicts: { noise: 1, none: 0 }, noiseShare: 1 });
    expect(body.alerts.map(({ alert, comments }) => `${alert.rule} ${comments.length}`).sort()).toEqual([
      'auc 0',
      'loss 1',
    ]);
    const rules = await server.call<AlertsReview>(`/api/v1/review/rules?from=${from}&model=none`);
    expect(rules.body.rules).toEqual([]);
    expect((await server.call('/api/v1/review/rules?from=2099-01-01T00:00:00Z')).status).toBe(400);
  });

  test('a better threshold is found in what was measured and said', async () => {
    const values = [0.2, 0.6, 0.2, 0.62, 0.2, 0.95, 0.2, 0.61, 0.2];
    const first = 200;
    const of = (value: number, day: number) => {
      const windowStart = START + (first + day) * DAY;
      const windowEnd = iso(windowStart + DAY);
      const computedAt = iso(windowStart + DAY + HOUR);
      const about = { model: 'loans.eu-1', metric: 'log_loss', windowStart: iso(windowStart), windowEnd, computedAt };
      return measurement({ ...about, value });
    };
    await storeMeasurements(server.app.ctx.warehouse, values.map(of));
    const verdicts = ['noise', 'noise', 'useful', 'noise'];
    for (const [day, value] of values.entries()) {
      await measure(first + day, value, 0.9);
      if (value < 0.5) continue;
      const { alerts } = await open('&severity=critical&limit=1');
      await server.call(`/api/v1/alerts/${alerts[0]!.id}/verdict`, { body: { verdict: verdicts.shift() } });
    }
    const span = { from: iso(START + first * DAY), to: iso(server.clock.now()) };
    const { body } = await server.call<{ suggestions: Suggestion[] }>('/api/v1/review/suggestions', {
      body: { model: 'loans.eu-1', rule: 'loss', ...span },
    });
    expect(body.suggestions).toMatchObject([
      { rule: 'loss', before: { alerts: 4, useful: 1, noise: 3 }, after: { alerts: 1, useful: 1, noise: 0 }, delay: 0 },
    ]);
    const { above } = body.suggestions[0]!.change;
    expect(above).toBeGreaterThan(0.62);
    expect(above).toBeLessThan(0.95);
    const listed = await server.call<{ suggestions: Suggestion[] }>('/api/v1/review/suggestions');
    expect(listed.body.suggestions).toEqual(body.suggestions);
    expect(server.app.ctx.config().models[0]!.rules[0]).toMatchObject({ above: 0.5 });
  });

  test('a suggestion is applied when a person says so, as a revision of the configuration', async () => {
    const { ctx } = server.app;
    const { body } = await server.call<{ suggestions: Suggestion[] }>('/api/v1/review/suggestions');
    const { id, change } = body.suggestions[0]!;
    const apply = (of: string) =>
      server.call<Suggestion>(`/api/v1/review/suggestions/${of}/apply`, { method: 'POST', body: {} });
    const applied = await apply(id);
    expect(applied.body).toMatchObject({ id, appliedBy: 'test', change });
    expect(applied.body.yaml).toContain(`above: ${change['above']}`);
    expect(ctx.config().models[0]!.rules[0]).toMatchObject({ name: 'loss', ...change });
    const { paths } = (await ctx.audit.list(ctx.store.db, 3)).find(({ action }) => action === 'config.apply')!.detail;
    expect(paths).toEqual(['models.loans.eu-1.rules.loss.above']);
    expect((await apply(id)).status).toBe(409);
    expect((await apply('none')).status).toBe(404);
    const nothing = await server.call<{ none: { rule: string }[] }>('/api/v1/review/suggestions', {
      body: { model: 'loans.eu-1', rule: 'auc' },
    });
    expect(nothing.body.none).toMatchObject([
      { rule: 'auc', reason: expect.stringContaining('at least 3 are wanted') },
    ]);
  });
});
