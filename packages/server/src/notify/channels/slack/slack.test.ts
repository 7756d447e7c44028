import { describe, expect, test } from 'vitest';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { escapeSlack, renderSlack } from './render.ts';
import { apiOptions, fakeSlack } from './testdata/kit.ts';

const withActions: Message = {
  ...messages.firing,
  alerts: messages.firing.alerts.map((alert) => ({
    ...alert,
    actions: [
      { kind: 'acknowledge', label: 'Acknowledge', url: 'https://leeway.example.org/act/1?sig=a&x=b' },
      { kind: 'noise', label: 'Noise', url: 'https://leeway.example.org/act/2' },
    ],
  })),
};

const receiptOf = (outcome: Outcome) => ('receipt' in outcome ? (outcome.receipt ?? null) : null);

describe('the Web API', () => {
  const start = async () => {
    const { origin, received } = await startHttp(fakeSlack());
    const send = (message: Message, io: Partial<ChannelIo> = {}) => trySend('slack', apiOptions(origin), message, io);
    const calls = () =>
      received.splice(0).map(({ path, json }) => ({ path, ...(json() as { blocks: { type: string }[] }) }));
    return { send, calls };
  };

  test('posts first; then updates in place, and tells the thread', async () => {
    const { send, calls } = await start();
    const receipt = receiptOf(await send(messages.firing));
    expect(receipt).toEqual({ ts: '979085430.000001', channel: 'C0123' });
    calls();

    expect(receiptOf(await send({ ...messages.mixed, reason: 'new alerts' }, { receipt }))).toEqual(receipt);
    expect(calls()).toMatchObject([
      { path: '/api/chat.update', ts: receipt?.['ts'], channel: 'C0123' },
      { path: '/api/chat.postMessage', thread_ts: receipt?.['ts'], reply_broadcast: true },
    ]);

    await send(messages.resolved, { receipt });
    expect(calls()).toMatchObject([
      { path: '/api/chat.update', text: expect.stringMatching(/RESOLVED/) },
      { path: '/api/chat.postMessage', reply_broadcast: false, text: expect.stringMatching(/RESOLVED/) },
    ]);
  });

  test('an acknowledgement is shown in the message, told in the thread, and calls nobody', async () => {
    const { send, calls } = await start();
    const receipt = receiptOf(await send(messages.firing));
    calls();
    const alerts = messages.firing.alerts.map((alert) => ({ ...alert, acknowledgedBy: 'ann' }));
    const message = { ...messages.firing, reason: 'acknowledged', alerts };
    expect(receiptOf(await send(message, { receipt }))).toEqual(receipt);
    expect(calls()).toMatchObject([
      { path: '/api/chat.update' },
      { path: '/api/chat.postMessage', text: ':eyes: Acknowledged by ann', reply_broadcast: false },
    ]);
    expect(await send(message)).toMatchObject({ outcome: 'sent', note: expect.any(String) });
    expect(calls()).toEqual([]);
  });

  test('a message that was deleted is posted anew', async () => {
    const { send, calls } = await start();
    const outcome = await send(messages.resolved, { receipt: { ts: '1.0', channel: 'C0123' } });
    expect(receiptOf(outcome)).toEqual({ ts: '979085430.000001', channel: 'C0123' });
    expect(calls().map(({ path }) => path)).toEqual(['/api/chat.update', '/api/chat.postMessage']);
  });

  test('a thread that may not be told yet is told at the next try', async () => {
    const fake = fakeSlack();
    let limited = true;
    const { origin } = await startHttp((request) => {
      const isReply = request.text.includes('thread_ts');
      return isReply && limited ? { status: 429, headers: { 'retry-after': '3' } } : fake(request);
    });
    const send = (message: Message, receipt: ChannelIo['receipt']) =>
      trySend('slack', apiOptions(origin), message, { receipt });
    const receipt = receiptOf(await send(messages.firing, null));
    expect(await send(messages.resolved, receipt)).toMatchObject({ outcome: 'retry', retryAfterMs: 3_000 });
    limited = false;
    expect(await send(messages.resolved, receipt)).toMatchObject({ outcome: 'sent', receipt });
  });

  test('shows the chart, if Slack can fetch it', async () => {
    const { send, calls } = await start();
    const chart = { png: Buffer.from('png'), alt: 'roc_auc over 30 windows', url: 'https://leeway.example.org/c.png' };
    await send(messages.firing, { chart: async () => chart });
    await send(messages.firing, { chart: async () => ({ ...chart, url: null }) });
    const [first, second] = calls().map(({ blocks }) => blocks.map(({ type }) => type));
    expect(first).toContain('image');
    expect(second).not.toContain('image');
  });
});

test.each([
  { given: {}, of: 'nothing' },
  { given: { token: 'xoxb-1-s3cr3t' }, of: 'a token without a channel' },
  { given: { url: 'https://hooks.slack.com/s3cr3t', token: 'xoxb-1-s3cr3t', channel: 'C1' }, of: 'both' },
])('is not set up by $of', async ({ given }) => {
  const outcome = await trySend('slack', given);
  expect(outcome).toMatchObject({ outcome: 'permanent', detail: expect.stringMatching(/either a url/) });
  expect(JSON.stringify(outcome)).not.toContain('s3cr3t');
});

describe('rendering', () => {
  test('one alert has buttons, many have links', () => {
    expect(renderSlack(withActions).blocks).toContainEqual({
      type: 'actions',
      elements: [
        {
          type: 'button',
          text: { type: 'plain_text', text: 'Acknowledge' },
          url: 'https://leeway.example.org/act/1?sig=a&x=b',
          action_id: 'acknowledge',
          style: 'primary',
        },
        {
          type: 'button',
          text: { type: 'plain_text', text: 'Noise' },
          url: 'https://leeway.example.org/act/2',
          action_id: 'noise',
        },
      ],
    });
    const two = renderSlack({ ...withActions, alerts: [...withActions.alerts, ...messages.resolved.alerts] });
    expect(JSON.stringify(two)).toContain('<https://leeway.example.org/act/1?sig=a&amp;x=b|Acknowledge>');
    expect(two.blocks.some(({ type }) => type === 'actions')).toBe(false);
  });

  test('what is left off is counted', () => {
    const { blocks } = renderSlack(messages.huge);
    const shown = blocks.filter((block) => block.type === 'section' && block.text.text.includes('*critical*')).length;
    expect(shown).toBeGreaterThan(3);
    expect(JSON.stringify(blocks.at(-1))).toContain(`+ ${200 - shown} more`);
  });

  test('nothing in the data is a command to Slack', () => {
    const { blocks, text } = renderSlack(messages.hostile);
    expect(JSON.stringify([text, ...blocks.filter(({ type }) => type !== 'header')])).not.toContain('<!channel>');
    expect(escapeSlack('<a&b>')).toBe('&lt;a&amp;b&gt;');
  });
});
