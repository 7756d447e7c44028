import { expect, test } from 'vitest';
import { NOW, startHttp, startSilence, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { renderAlerts } from './render.ts';
import { alertmanager, TOKEN } from './testdata/kit.ts';

const now = Date.parse(NOW);
const options = { labels: {}, expiresAfter: '8h' };

test('lives until it expires, or has ended', () => {
  const [firing, resolved] = renderAlerts(messages.mixed, options, now).alerts;
  expect(firing).toMatchObject({ startsAt: '2001-01-10T00:10:00.000Z', endsAt: '2001-01-10T08:10:30.000Z' });
  expect(resolved?.endsAt).toBe('2001-01-10T00:10:00.000Z');
});

test('names of labels are made valid, and ours win', () => {
  const [alert] = messages.firing.alerts;
  const labels = { 'cost-centre': 'a', '1st': 'b', ünï: 'c', empty: '', alertname: 'theirs', model: 'theirs' };
  const { alerts } = renderAlerts(
    { ...messages.firing, alerts: [{ ...alert!, labels: { ...alert!.labels, ...labels, model: 'flights' } }] },
    { labels: { model: 'ignored', zone: 'eu' }, expiresAfter: '1d' },
    now,
  );
  expect(alerts[0]?.labels).toEqual({
    _1st: 'b',
    _n_: 'c',
    alertname: 'auc-low',
    cost_centre: 'a',
    metric: 'roc_auc',
    model: 'flights',
    monitor: 'daily',
    owner: 'ops',
    rule: 'auc-low',
    severity: 'critical',
    zone: 'eu',
  });
});

test('what stands there under other labels is ended', () => {
  const first = renderAlerts(messages.firing, options, now);
  const [alert] = messages.firing.alerts;
  const calmer = { ...messages.firing, alerts: [{ ...alert!, labels: { ...alert!.labels, severity: 'warning' } }] };
  const { alerts, receipt } = renderAlerts(calmer, options, now + 1_000, first.receipt);
  expect(alerts.map(({ labels, endsAt }) => [labels['severity'], Date.parse(endsAt) > now + 1_000])).toEqual([
    ['warning', true],
    ['critical', false],
  ]);
  expect(renderAlerts(calmer, options, now + 2_000, receipt).alerts).toHaveLength(1);
});

test('every member is told; one that took it is enough', async () => {
  const [one, two] = [await startHttp(alertmanager), await startHttp(alertmanager)];
  const gone = await startSilence();
  gone.close();
  const urls = [one.origin, gone.origin, two.origin].map((origin) => `${origin}/am`);
  const outcome = await trySend('alertmanager', { urls, token: TOKEN });
  expect(outcome).toMatchObject({ outcome: 'sent', note: expect.stringMatching(/^1 of 3 members did not take it: /) });
  expect([one.received.length, two.received.length]).toEqual([1, 1]);
});

test('nobody took it: again if one of them may', async () => {
  const bad = await startHttp(() => ({ status: 400 }));
  const busy = await startHttp(() => ({ status: 503 }));
  const outcome = await trySend('alertmanager', { urls: [bad.origin, busy.origin] });
  expect(outcome).toMatchObject({ outcome: 'retry', reason: 'server' });
});
