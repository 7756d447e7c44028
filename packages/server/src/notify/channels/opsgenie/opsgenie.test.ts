import { expect, test } from 'vitest';
import type { ChannelIo } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { fakeOpsgenie, genieOptions, type OpsgenieAlert } from './testdata/kit.ts';

async function start() {
  const open = new Map<string, OpsgenieAlert>();
  const { origin, received } = await startHttp(fakeOpsgenie(open));
  let receipt: ChannelIo['receipt'] = null;
  const send = async (message: Message) => {
    const outcome = await trySend('opsgenie', genieOptions(origin), message, { receipt });
    expect(outcome).toMatchObject({ outcome: 'sent' });
    receipt = 'receipt' in outcome ? (outcome.receipt ?? null) : null;
    return [...open.values()];
  };
  return { send, received };
}

test('a group is one alert: opened, brought up to date, acknowledged, closed', async () => {
  const { send } = await start();
  expect(await send(messages.firing)).toEqual([{ message: messages.firing.subject, count: 1, acknowledged: false }]);
  expect(await send(messages.mixed)).toEqual([{ message: messages.mixed.subject, count: 2, acknowledged: false }]);
  const alerts = messages.firing.alerts.map((alert) => ({ ...alert, acknowledgedBy: 'ann' }));
  expect(await send({ ...messages.firing, alerts })).toMatchObject([{ acknowledged: true }]);
  expect(await send(messages.resolved)).toEqual([]);
});

test('a service that cannot change the words of an alert has it all the same', async () => {
  const fake = fakeOpsgenie();
  const { origin, received } = await startHttp((request) =>
    request.method === 'PUT' ? { status: 404 } : fake(request),
  );
  const alerts = messages.firing.alerts.map((alert) => ({ ...alert, acknowledgedBy: 'ann' }));
  const receipt = { known: 'yes' };
  expect(await trySend('opsgenie', genieOptions(origin), { ...messages.firing, alerts }, { receipt })).toEqual({
    outcome: 'sent',
    receipt,
    note: 'not brought up to date: HTTP 404',
  });
  expect(received.at(-1)?.path).toMatch(/acknowledge$/);
});

test('a test leaves nothing open', async () => {
  const { send } = await start();
  expect(await send({ ...messages.firing, status: 'test', alerts: [] })).toEqual([]);
});

test.each([
  ['critical', 'P1'],
  ['warning', 'P3'],
  ['info', 'P5'],
] as const)('%s is %s', async (severity, priority) => {
  const { send, received } = await start();
  await send({ ...messages.firing, severity });
  expect(received[0]?.json()).toMatchObject({ priority, responders: [{ type: 'team', name: 'models' }] });
});

test('what is left off is counted', async () => {
  const { send, received } = await start();
  await send(messages.huge);
  const { description } = received[0]!.json() as { description: string };
  const shown = description.match(/^CRITICAL /gm)?.length ?? 0;
  expect(shown).toBeGreaterThan(3);
  expect(description).toContain(`+ ${200 - shown} more`);
});
