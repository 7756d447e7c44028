import type { MessagePreview } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measurement } from '../alerting/testdata/measurement.ts';
import { storeMeasurements } from '../monitoring/measurements.ts';
import { buildMessage } from '../notify/message.ts';
import { iso } from '../platform/clock.ts';
import { encode } from '../store/json.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { BINARY, DAY, documentOf, HOUR, START } from '../testing/models.ts';

const model = BINARY.name;
const id = 'alert_1';
const hook = { name: 'hook', type: 'webhook', url: 'https://hooks.example.org/T/s3cr3t-of-the-hook' };
const config = {
  ...documentOf(BINARY),
  server: { publicUrl: 'https://leeway.example.org/' },
  channels: [{ name: 'console', type: 'console', zone: 'Europe/Berlin' }, hook],
};

let server: TestApp;
beforeAll(async () => {
  server = await openTestApp({ config });
  const { ctx } = server.app;
  const first = START - 9 * DAY;
  await storeMeasurements(
    ctx.warehouse,
    Array.from({ length: 10 }, (_, i) =>
      measurement({
        model,
        windowStart: iso(first + i * DAY),
        windowEnd: iso(first + (i + 1) * DAY),
        value: i < 8 ? 0.8 : 0.7,
        lower: i < 8 ? 0.79 : 0.69,
        upper: i < 8 ? 0.81 : 0.71,
      }),
    ),
  );
  await ctx.store.db
    .insertInto('servings')
    .values({ model, version: '7', startedAt: first + 7 * DAY + HOUR, endedAt: null, actor: 'ann', reason: '' })
    .execute();
  await ctx.store.db
    .insertInto('alerts')
    .values({
      ...{ id, model, rule: 'auc-low', instance: '|', state: 'firing', noData: 0, severity: 'critical' },
      labels: encode({ model, monitor: 'daily', rule: 'auc-low' }),
      ...{ metric: 'roc_auc', column: '', slice: '', version: '7', value: 0.7, threshold: 0.75 },
      ...{ windowStart: START, windowEnd: START + DAY, summary: 'roc_auc is 0.7, threshold 0.75', cause: null },
      evidence: encode<unknown>({
        lower: 0.69,
        upper: 0.71,
        n: 900,
        coverage: 1,
        reference: 0.8,
        why: 'low',
        conditions: [],
      }),
      ...{ runbook: null, activeAt: START + DAY, firedAt: START + DAY + HOUR, resolvedAt: null },
      ...{ acknowledgedBy: null, acknowledgedAt: null, acknowledgedUntil: null, assignee: null },
      ...{ verdict: null, certainty: 'confirmed', cost: null, flapping: 0 },
    })
    .execute();
  server.clock.set(START + DAY + HOUR);
});
afterAll(() => server.close());

const messageNow = async () => {
  const { alert } = await server.app.services.alerting.getAlert(id);
  return buildMessage({
    firing: [alert],
    resolved: [],
    reason: 'first',
    group: { key: 'k', labels: {} },
    publicUrl: server.app.ctx.publicUrl(),
    now: server.clock.now(),
  });
};

describe('the picture of an alert', () => {
  test('is drawn from the measurements of its metric', async () => {
    const image = (await server.app.services.charts.ofMessage(await messageNow()))!;
    expect(image.alt).toBe(
      `${model}: roc_auc, 10 windows from 0.7 to 0.8, last 0.7; 2 beyond the threshold 0.75: ████████▁▁`,
    );
    expect(image.png.subarray(1, 4).toString()).toBe('PNG');
  });

  test('is behind a signed link, and behind no other', async () => {
    const { url, png } = (await server.app.services.charts.ofMessage(await messageNow()))!;
    expect(url).toMatch(/^https:\/\/leeway\.example\.org\/charts\/[\w-]+\.[\w-]+\.png$/);
    const path = new URL(url!).pathname;
    const answer = await server.call(path, { token: null });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png']);
    expect(Number(answer.headers['content-length'])).toBe(png.length);

    const forged = path.replace(/\/charts\/(.)/, (_, c: string) => `/charts/${c === 'W' ? 'X' : 'W'}`);
    for (const other of [forged, path.replace(/\.png$/, ''), '/charts/x.png', '/charts/.png']) {
      expect((await server.call(other, { token: null })).status).toBe(404);
    }
  });

  test('is fetched only so often a minute', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 260; i++) statuses.add((await server.call('/charts/x.png', { token: null })).status);
    expect([...statuses]).toEqual([404, 429]);
  });

  test('is none where there is nothing to draw', async () => {
    const message = await messageNow();
    const alerts = message.alerts.map((alert) => ({ ...alert, metric: 'accuracy' }));
    expect(await server.app.services.charts.ofMessage({ ...message, alerts })).toBeNull();
    expect(await server.app.services.charts.ofMessage({ ...message, alerts: [] })).toBeNull();
  });
});

describe('a preview', () => {
  const preview = (body: object) => server.call<MessagePreview>('/api/v1/channels/preview', { method: 'POST', body });

  test('is what the channel would send of an alert, with what happened nearby', async () => {
    const { status, body } = await preview({ channel: 'console', alert: id });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      channel: 'console',
      type: 'console',
      contentType: 'text/plain',
      subject: `[FIRING] ${model}: roc_auc is 0.7, threshold 0.75`,
      notes: [],
    });
    expect(body.body).toContain('version 7 was promoted 1 d 23 h before the first bad window');
    expect(body.body).toContain('Europe/Berlin');
  });

  test('of a sample, in the words of a template', async () => {
    const { body } = await preview({
      channel: 'console',
      template: { subject: 'Look', text: '{{ alerts[0].rule }}!' },
    });
    expect(body.subject).toBe('Look');
    expect(body.body).toMatch(/auc-low!/);
    expect(body.body).not.toContain('Window');
  });

  test('of a template that fails says so, and shows what goes out instead', async () => {
    const { body } = await preview({ channel: 'console', template: { text: '{{ nobody }}' } });
    expect(body.notes).toEqual([expect.stringMatching(/^The template failed, .*undefined variable: nobody/)]);
    expect(body.body).toContain('roc_auc is 0.7121');
  });

  test('of a channel that is not there yet; its options are checked, its secrets not shown', async () => {
    const { name: _, ...unnamed } = hook;
    const { body } = await preview({ channel: unnamed });
    expect(JSON.parse(body.body)).toMatchObject({ type: 'alert.firing' });
    expect(JSON.stringify(body)).not.toContain('s3cr3t');
    expect((await preview({ channel: { type: 'webhook' } })).status).toBe(422);
    expect((await preview({ channel: { type: 'pigeon' } })).status).toBe(422);
    expect((await preview({ channel: 'nobody' })).status).toBe(404);
    expect((await preview({ channel: 'console', alert: 'nobody' })).status).toBe(404);
  });
});

test('the link of a picture is good for seven days', async () => {
  const { url } = (await server.app.services.charts.ofMessage(await messageNow()))!;
  const statusNow = async () => (await server.call(new URL(url!).pathname, { token: null })).status;
  const madeAt = server.clock.now();
  server.clock.set(madeAt + 7 * DAY - 1);
  expect(await statusNow()).toBe(200);
  server.clock.set(madeAt + 7 * DAY);
  expect(await statusNow()).toBe(404);
});
