import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMessage } from '../../message.ts';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { alert, messages } from '../../testdata/messages.ts';
import { alphabetOf, countSegments, toGsm } from './gsm.ts';
import { renderSms } from './render.ts';
import { twilio, twilioAt } from './testdata/kit.ts';

describe('parts of a message', () => {
  test.each([
    { intent: 'nothing', text: '', alphabet: 'gsm7', segments: 1 },
    { intent: '160 of GSM 7', text: 'a'.repeat(160), alphabet: 'gsm7', segments: 1 },
    { intent: '161 of GSM 7', text: 'a'.repeat(161), alphabet: 'gsm7', segments: 2 },
    { intent: 'twice 153', text: 'a'.repeat(306), alphabet: 'gsm7', segments: 2 },
    { intent: 'one more', text: 'a'.repeat(307), alphabet: 'gsm7', segments: 3 },
    { intent: 'signs that take two', text: '€'.repeat(80), alphabet: 'gsm7', segments: 1 },
    { intent: 'one more of these', text: '€'.repeat(81), alphabet: 'gsm7', segments: 2 },
    {
      intent: 'a sign of two is not torn apart',
      text: `${'a'.repeat(152)}€${'a'.repeat(152)}`,
      alphabet: 'gsm7',
      segments: 3,
    },
    { intent: '70 of anything else', text: 'я'.repeat(70), alphabet: 'ucs2', segments: 1 },
    { intent: '71 of it', text: 'я'.repeat(71), alphabet: 'ucs2', segments: 2 },
    { intent: 'one sign makes all of it wide', text: `${'a'.repeat(70)}я`, alphabet: 'ucs2', segments: 2 },
    { intent: 'an emoji is two units', text: '🔥'.repeat(36), alphabet: 'ucs2', segments: 2 },
    { intent: 'a grave accent is not in it', text: '`', alphabet: 'ucs2', segments: 1 },
  ])('$intent', ({ text, alphabet, segments }) => {
    expect(alphabetOf(text)).toBe(alphabet);
    expect(countSegments(text)).toBe(segments);
  });

  test.each([
    ['1 – 2 … “x” ≥ y', '1 - 2 ... "x" >= y'],
    ['Käse für Señor Łukasz Čapek', 'Käse für Señor ?ukasz Capek'],
    ['отзыв о модели', 'отзыв о модели'],
  ])('%s becomes %s', (text, gsm) => expect(toGsm(text)).toBe(gsm));
});

test('whatever the data says, it fits, and the link is whole and last', () => {
  const link = 'https://leeway.example.org/alerts/alert_1';
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.integer({ min: 1, max: 3 }),
      (summary, segments) => {
        const message = buildMessage({
          firing: [alert({ summary })],
          resolved: [],
          reason: 'first',
          group: { key: 'k', labels: {} },
          publicUrl: 'https://leeway.example.org',
          now: 0,
        });
        const text = renderSms(message, segments);
        expect(countSegments(text)).toBeLessThanOrEqual(segments);
        if (segments > 1 || alphabetOf(text) === 'gsm7') expect(text.endsWith(link)).toBe(true);
      },
    ),
    { numRuns: 200, seed: 4 },
  );
});

test('only our own link is one', () => {
  const message = {
    ...messages.firing,
    alerts: messages.firing.alerts.map((a) => ({ ...a, summary: 'see http://evil.example' })),
  };
  expect(renderSms(message, 2).match(/https?:\/\/\S+/g)).toEqual(['https://leeway.example.org/alerts/alert_1']);
});

test('more parts where they are allowed', async () => {
  const { origin, received } = await startHttp(twilio(3));
  expect(await trySend('twilio', twilioAt(origin, { segments: 3 }), messages.huge)).toEqual({ outcome: 'sent' });
  expect(new URLSearchParams(received[0]!.text).get('Body')).toMatch(
    /\+ 199 more https:\/\/leeway\.example\.org\/alerts$/,
  );
});

describe('several receivers', () => {
  const [ann, ben, eve] = ['+4915112345678', '+4915112345679', '+4915112345670'];
  const to = [ann, ben, eve];
  const answers =
    (byNumber: Record<string, { status: number; body?: string }>) =>
    (request: Parameters<ReturnType<typeof twilio>>[0]) =>
      byNumber[new URLSearchParams(request.text).get('To') ?? ''] ?? twilio()(request);

  test('one is refused: sent, and said', async () => {
    const { origin, received } = await startHttp(answers({ [ben]: { status: 400, body: '{"code":21610}' } }));
    expect(await trySend('twilio', twilioAt(origin, { to }))).toEqual({
      outcome: 'sent',
      note: 'not to +491…79: HTTP 400, 21610: the receiver has opted out',
    });
    expect(received).toHaveLength(3);
  });

  test('a failure that may pass, while nobody has it: all of it again', async () => {
    const { origin, received } = await startHttp(answers({ [ann]: { status: 503 } }));
    expect(await trySend('twilio', twilioAt(origin, { to }))).toMatchObject({ outcome: 'retry', reason: 'server' });
    expect(received).toHaveLength(1);
  });

  test('the same, when one has it: not again', async () => {
    const { origin, received } = await startHttp(answers({ [eve]: { status: 503 } }));
    expect(await trySend('twilio', twilioAt(origin, { to }))).toMatchObject({
      outcome: 'sent',
      note: expect.stringContaining('not to +491…70: HTTP 503'),
    });
    expect(received).toHaveLength(3);
  });
});

test.each([{ messagingServiceSid: `MG${'a'.repeat(32)}` }, { from: undefined }])('one sender, not %o', async (over) => {
  const outcome = await trySend('twilio', twilioAt('http://127.0.0.1:1', over));
  expect(outcome).toMatchObject({
    outcome: 'permanent',
    detail: expect.stringContaining('either from or messagingServiceSid'),
  });
});
