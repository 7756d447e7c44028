import { describe, expect, test } from 'vitest';
import type { ChannelIo } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { escapeMarkdown, renderDiscord } from './render.ts';
import { fakeDiscord, hookOptions } from './testdata/kit.ts';

const PNG = Buffer.from('89504e470d0a1a0a0d0a2d2d', 'hex');

async function start() {
  const { origin, received } = await startHttp(fakeDiscord());
  const send = (message: Message, io: Partial<ChannelIo> = {}) => trySend('discord', hookOptions(origin), message, io);
  const calls = () => received.splice(0).map(({ method, path }) => `${method} ${path.split('/').slice(5).join('/')}`);
  return { send, calls };
}

test('what begins is posted, an end is edited in place', async () => {
  const { send, calls } = await start();
  expect(await send(messages.firing)).toEqual({ outcome: 'sent', receipt: { id: '900' } });
  const receipt = { id: '900' };
  expect(await send({ ...messages.firing, reason: 'repeat' }, { receipt })).toMatchObject({ receipt: { id: '901' } });
  expect(await send(messages.resolved, { receipt: { id: '901' } })).toMatchObject({ receipt: { id: '901' } });
  expect(calls()).toEqual(['POST s3cr3t-token', 'POST s3cr3t-token', 'PATCH s3cr3t-token/messages/901']);
});

test('an acknowledgement is shown in the last message, and calls nobody', async () => {
  const { send, calls } = await start();
  await send(messages.firing);
  const message = { ...messages.firing, reason: 'acknowledged' };
  expect(await send(message, { receipt: { id: '900' } })).toEqual({ outcome: 'sent', receipt: { id: '900' } });
  expect(await send(message)).toMatchObject({ outcome: 'sent', note: expect.any(String) });
  expect(calls()).toEqual(['POST s3cr3t-token', 'PATCH s3cr3t-token/messages/900']);
});

test('a message that was deleted is posted anew', async () => {
  const { send, calls } = await start();
  expect(await send(messages.resolved, { receipt: { id: '1' } })).toEqual({ outcome: 'sent', receipt: { id: '900' } });
  expect(calls()).toHaveLength(2);
});

test('the chart goes along as a file, again with an edit', async () => {
  const { send, calls } = await start();
  const chart = async () => ({ png: PNG, alt: 'roc_auc over 30 windows', url: null });
  expect(await send(messages.firing, { chart })).toMatchObject({ outcome: 'sent' });
  expect(await send(messages.resolved, { chart, receipt: { id: '900' } })).toMatchObject({ outcome: 'sent' });
  expect(calls()).toHaveLength(2);
});

test.each<{ what: string; headers: Record<string, string>; body: object; ms: number }>([
  { what: 'the header, in seconds', headers: { 'retry-after': '3' }, body: { retry_after: 2_500 }, ms: 3_000 },
  { what: 'a fraction', headers: { 'retry-after': '0.376' }, body: {}, ms: 376 },
  { what: 'the bucket', headers: { 'x-ratelimit-reset-after': '1.5' }, body: {}, ms: 1_500 },
  { what: 'the body, where there is no header', headers: {}, body: { retry_after: 0.25, global: false }, ms: 250 },
])('waits as told by $what', async ({ headers, body, ms }) => {
  const { origin } = await startHttp(() => ({ status: 429, headers, body: JSON.stringify(body) }));
  const outcome = await trySend('discord', hookOptions(origin));
  expect(outcome).toMatchObject({ outcome: 'retry', reason: 'rate_limited', retryAfterMs: ms });
});

test('an address that is no webhook is refused before anything is sent', async () => {
  const outcome = await trySend('discord', { url: 'https://discord.com/channels/1/s3cr3t' });
  expect(outcome).toMatchObject({ outcome: 'permanent', detail: expect.stringContaining('/webhooks/ID/TOKEN') });
  expect(JSON.stringify(outcome)).not.toContain('s3cr3t');
});

describe('rendering', () => {
  test('what is left off is counted', () => {
    const { embeds, content } = renderDiscord(messages.huge);
    expect(embeds.length).toBeGreaterThan(0);
    expect(content).toContain(`+ ${200 - embeds.length} more`);
  });

  test('nothing in the data is markup, and an address can be followed', () => {
    expect(escapeMarkdown('[x](y) **b** <@1> `c`')).toBe('\\[x\\]\\(y\\) \\*\\*b\\*\\* \\<\\@1\\> \\`c\\`');
    const { fields } = renderDiscord(messages.firing).embeds[0]!;
    expect(fields.find(({ name }) => name === 'Runbook')?.value).toBe('https://wiki.example.org/auc-low');
  });
});
