import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../platform/clock.ts';
import { createOutbound } from '../../../platform/outbound.ts';
import type { Outcome, Receipt } from '../../channel.ts';
import { attempt } from '../../deliver.ts';
import { buildMessage, type Message, testMessage } from '../../message.ts';
import { alert, HOSTILE } from '../../testdata/messages.ts';
import { CHANNELS } from '../index.ts';

// Debian's Alertmanager, as scripts/prometheus.mjs starts it.
const url = process.env['LEEWAY_TEST_ALERTMANAGER'];

interface Seen {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
}

const send = (message: Message, now: number, receipt: Receipt | null = null): Promise<Outcome> =>
  attempt(
    { clock: new ManualClock(now) },
    {
      channels: CHANNELS,
      outbound: createOutbound({ allow: () => ['127.0.0.1'] }),
      write: () => {},
      random: () => 0,
    },
    { name: 'tested', type: 'alertmanager', sendResolved: true, urls: [`${url}/`] },
    message,
    'dlv_1',
    new AbortController().signal,
    receipt,
  );

/** What stands there under a label of this test alone. */
async function alertsOf(run: string): Promise<Seen[]> {
  const response = await fetch(`${url}/api/v2/alerts?filter=${encodeURIComponent(`run="${run}"`)}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Seen[];
}

test.skipIf(!url)(
  'an alert arrives at a real Alertmanager, changes its labels there, and is gone when it ends',
  async () => {
    const run = randomUUID();
    const now = Date.now();
    const firedAt = new Date(now - 60_000).toISOString();
    const told = (over: Partial<ReturnType<typeof alert>>, ended = false) => {
      const one = alert({ activeAt: firedAt, firedAt, summary: HOSTILE, ...over });
      const labels = { ...one.labels, run, severity: one.severity, 'cost-centre': HOSTILE };
      const alerts = [{ ...one, labels }];
      return buildMessage({
        firing: ended ? [] : alerts,
        resolved: ended ? alerts : [],
        reason: ended ? 'all resolved' : 'first',
        group: { key: run, labels: {} },
        publicUrl: 'https://leeway.example.org',
        now,
      });
    };

    const first = await send(told({}), now);
    expect(first).toMatchObject({ outcome: 'sent' });
    const [arrived, ...others] = await alertsOf(run);
    expect(others).toEqual([]);
    expect(arrived).toMatchObject({
      labels: { alertname: 'auc-low', model: 'flights', severity: 'critical', metric: 'roc_auc' },
      annotations: { value: '0.7121', runbook_url: 'https://wiki.example.org/auc-low' },
      generatorURL: 'https://leeway.example.org/alerts/alert_1',
    });
    expect(arrived?.labels['cost_centre']).toContain('<b>&amp;</b>');
    expect(Date.parse(arrived?.startsAt ?? '')).toBe(Date.parse(firedAt));
    expect(Date.parse(arrived?.endsAt ?? '')).toBe(now + 7 * 86_400_000);

    const calmer = await send(told({ severity: 'warning' }), now, ('receipt' in first && first.receipt) || null);
    expect((await alertsOf(run)).map(({ labels }) => labels['severity'])).toEqual(['warning']);

    const ended = told({ severity: 'warning', resolvedAt: new Date(now).toISOString() }, true);
    expect(await send(ended, now, ('receipt' in calmer && calmer.receipt) || null)).toMatchObject({ outcome: 'sent' });
    expect(await alertsOf(run)).toEqual([]);
  },
);

test.skipIf(!url)('the test message arrives, and a second send of the same changes nothing', async () => {
  const run = randomUUID();
  const message = testMessage('am', 'https://leeway.example.org', Date.now());
  const marked = { ...message, group: { ...message.group, labels: { run } } };
  for (let i = 0; i < 2; i++) expect(await send(marked, Date.now())).toMatchObject({ outcome: 'sent' });
  const seen = await alertsOf(run);
  expect(seen.map(({ labels }) => labels['alertname'])).toEqual(['LeewayTest']);
});
