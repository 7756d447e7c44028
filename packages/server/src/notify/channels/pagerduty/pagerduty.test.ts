import { describe, expect, test } from 'vitest';
import type { Message } from '../../message.ts';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { renderPagerDuty } from './render.ts';
import { eventOptions, fakePagerDuty } from './testdata/kit.ts';

const acknowledged: Message = {
  ...messages.firing,
  reason: 'acknowledged',
  alerts: messages.firing.alerts.map((alert) => ({ ...alert, acknowledgedBy: 'ann' })),
};

async function start(over: object = {}) {
  const incidents = new Map<string, string>();
  const { origin } = await startHttp(fakePagerDuty(incidents));
  const send = async (message: Message) => {
    expect(await trySend('pagerduty', eventOptions(origin, over), message)).toMatchObject({ outcome: 'sent' });
    return [...incidents.values()];
  };
  return { send };
}

test('a group is one incident: triggered, acknowledged, up to date, resolved with the last alert', async () => {
  const { send } = await start();
  expect(await send(messages.firing)).toEqual(['triggered']);
  expect(await send(acknowledged)).toEqual(['acknowledged']);
  expect(await send(messages.mixed)).toEqual(['acknowledged']);
  expect(await send(messages.resolved)).toEqual([]);
});

test('an acknowledgement of which PagerDuty has not seen the beginning opens the incident too', async () => {
  const { send } = await start();
  expect(await send(acknowledged)).toEqual(['acknowledged']);
});

test('by choice each alert is an incident', async () => {
  const { send } = await start({ incidents: 'alert' });
  const both = messages.mixed.alerts.map((alert) => ({ ...alert, state: 'firing' as const }));
  expect(await send({ ...messages.mixed, alerts: both })).toEqual(['triggered', 'triggered']);
  expect(await send(messages.mixed)).toEqual(['triggered']);
});

test('a test leaves nothing open', async () => {
  const { send } = await start();
  expect(await send({ ...messages.firing, status: 'test', alerts: [] })).toEqual([]);
});

test('too much: minutes, not seconds', async () => {
  const { origin } = await startHttp(() => ({ status: 429 }));
  expect(await trySend('pagerduty', eventOptions(origin))).toMatchObject({ outcome: 'retry', retryAfterMs: 60_000 });
});

test('alerts without incidents are counted', async () => {
  const { origin, received } = await startHttp(fakePagerDuty());
  const outcome = await trySend('pagerduty', eventOptions(origin, { incidents: 'alert' }), messages.huge);
  expect(outcome).toMatchObject({ note: '+ 150 more alerts, without incidents' });
  expect(received).toHaveLength(50);
});

describe('rendering', () => {
  test('what is left off is counted', () => {
    const [event] = renderPagerDuty(messages.huge, { incidents: 'group' });
    expect(event).toMatchObject({ payload: { custom_details: { more: '+ 180 more' } } });
  });

  test('a picture only by https', () => {
    const event = (url: string) =>
      renderPagerDuty(messages.firing, { incidents: 'group', chart: { url, alt: 'roc_auc' } })[0];
    expect(event('https://leeway.example.org/c.png')).toHaveProperty('images');
    expect(event('http://leeway.example.org/c.png')).not.toHaveProperty('images');
  });
});
