import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMessage } from '../../message.ts';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { alert, messages } from '../../testdata/messages.ts';
import { renderTelegram } from './render.ts';
import { Html, refusal, telegram, telegramAt } from './testdata/kit.ts';

const receipt = { chat: '-100123', message: '101' };
const methodsOf = (received: { path: string }[]) => received.map(({ path }) => path.split('/').at(-1));

describe('one message of a group', () => {
  test('the first leaves its id behind', async () => {
    const { origin } = await startHttp(telegram());
    expect(await trySend('telegram', telegramAt(origin))).toEqual({ outcome: 'sent', receipt });
  });

  test('the end edits it', async () => {
    const { origin, received } = await startHttp(telegram());
    const outcome = await trySend('telegram', telegramAt(origin), messages.resolved, { receipt });
    expect(outcome).toEqual({ outcome: 'sent', receipt });
    expect(methodsOf(received)).toEqual(['editMessageText']);
    expect(received[0]!.json()).toMatchObject({ message_id: 101, text: expect.stringContaining('[RESOLVED]') });
  });

  test('what is new makes a sound, as an answer', async () => {
    const { origin, received } = await startHttp(telegram());
    await trySend('telegram', telegramAt(origin), messages.huge, { receipt });
    expect(received[0]!.json()).toMatchObject({ reply_parameters: { message_id: 101 } });
    expect(received[0]!.json()).not.toHaveProperty('disable_notification');
  });

  test.each([
    ['message is not modified: specified new message content', ['editMessageText']],
    ["message can't be edited", ['editMessageText', 'sendMessage']],
    ['message to edit not found', ['editMessageText', 'sendMessage']],
  ])('%s', async (description, methods) => {
    const fake = telegram();
    const { origin, received } = await startHttp((request) =>
      request.path.endsWith('editMessageText') ? refusal(400, `Bad Request: ${description}`) : fake(request),
    );
    expect(await trySend('telegram', telegramAt(origin), messages.resolved, { receipt })).toMatchObject({
      outcome: 'sent',
    });
    expect(methodsOf(received)).toEqual(methods);
  });
});

test('a group that has become a supergroup is followed, and said', async () => {
  const fake = telegram();
  const { origin, received } = await startHttp((request) =>
    (request.json() as { chat_id: string }).chat_id === '-100123'
      ? refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -100999 })
      : fake(request),
  );
  expect(await trySend('telegram', telegramAt(origin))).toMatchObject({
    outcome: 'sent',
    receipt: { chat: '-100999', message: '101' },
    note: expect.stringContaining('write -100999 as its id'),
  });
  expect(received).toHaveLength(2);
});

test('the chart follows the words; without it they are sent too', async () => {
  const chart = async () => ({ png: Buffer.from([0x89, 0x50, 0x4e, 0x47]), alt: 'roc_auc over 30 days', url: null });
  const { origin, received } = await startHttp(telegram());
  await trySend('telegram', telegramAt(origin), messages.firing, { chart });
  expect(methodsOf(received)).toEqual(['sendMessage', 'sendPhoto']);
  expect(received[1]!.body.includes(Buffer.from([0x89, 0x50, 0x4e, 0x47]))).toBe(true);
  expect(received[1]!.text).toContain('roc_auc over 30 days');

  const fake = telegram();
  const full = await startHttp((request) =>
    request.path.endsWith('sendPhoto') ? refusal(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS') : fake(request),
  );
  expect(await trySend('telegram', telegramAt(full.origin), messages.firing, { chart })).toMatchObject({
    outcome: 'sent',
    receipt,
    note: expect.stringContaining('without the chart: HTTP 400'),
  });
});

test.each([
  ['info', 'critical', false],
  ['warning', 'warning', true],
  ['all', 'critical', true],
  ['none', 'info', false],
])('quiet up to %s, %s: silent is %s', async (quiet, severity, silent) => {
  const { origin, received } = await startHttp(telegram());
  const message = { ...messages.firing, severity: severity as 'critical' };
  await trySend('telegram', telegramAt(origin, { quiet }), message);
  expect('disable_notification' in (received[0]!.json() as object)).toBe(silent);
});

test('of 200 alerts those that fit are told, and the rest is counted', () => {
  const text = renderTelegram(messages.huge);
  expect(text.length).toBeLessThanOrEqual(4096);
  const told = text.match(/<b>critical<\/b>/g)?.length ?? 0;
  expect(told).toBeGreaterThan(1);
  expect(text).toContain(`+ ${200 - told} more`);
});

test('whatever the data says, every tag is closed and every entity whole', () => {
  const text = fc.string({
    unit: fc.constantFrom('<', '>', '&', '"', 'b', '/', 'amp;', 'ü', '🔥', ' '),
    maxLength: 900,
  });
  fc.assert(
    fc.property(fc.array(fc.record({ summary: text, slice: text }), { minLength: 1, maxLength: 12 }), (given) => {
      const message = buildMessage({
        firing: given.map((over, i) => alert({ ...over, id: `alert_${i}` })),
        resolved: [],
        reason: 'new alerts',
        group: { key: 'k', labels: {} },
        publicUrl: 'https://leeway.example.org',
        now: 0,
      });
      expect(Html.safeParse(renderTelegram(message)).error).toBeUndefined();
    }),
    { numRuns: 200, seed: 5 },
  );
});
