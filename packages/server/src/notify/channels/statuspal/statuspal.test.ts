import { expect, test } from 'vitest';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { statuspalChannel } from './index.ts';
import { statuspal, statuspalAt } from './testdata/kit.ts';

const callsOf = (received: { method: string; path: string }[]) =>
  received.map(({ method, path }) => `${method} ${path.replace('/api/v2/status_pages/acme', '')}`);
const receipt = { incident: '7' };
const more = { ...messages.firing, reason: 'new alerts' };
const repeat = { ...messages.firing, reason: 'repeat' };

test('an incident is opened, and ended by its id', async () => {
  const { origin, received } = await startHttp(statuspal);
  expect(await trySend('statuspal', statuspalAt(origin))).toEqual({ outcome: 'sent', receipt });
  expect(await trySend('statuspal', statuspalAt(origin), messages.resolved, { receipt })).toEqual({
    outcome: 'sent',
    receipt,
  });
  expect(callsOf(received)).toEqual(['POST /incidents', 'PUT /incidents/7', 'POST /incidents/7/updates']);
  expect(received[1]!.json()).toEqual({ incident: { ends_at: '2001-01-10T00:10:00' } });
});

test('without details the public learns nothing of models, numbers and addresses', async () => {
  const { origin, received } = await startHttp(statuspal);
  await trySend('statuspal', statuspalAt(origin), messages.hostile);
  expect(received[0]!.text).not.toMatch(/flights|roc_auc|0\.7|example\.org|alert_1|auc-low/);
});

test.each([
  { intent: 'a beginning', message: messages.firing, receipt: null, details: false, news: true },
  { intent: 'a repetition', message: repeat, receipt, details: false, news: false },
  { intent: 'more of the same', message: more, receipt, details: false, news: false },
  { intent: 'more, with details', message: more, receipt, details: true, news: true },
  { intent: 'an end', message: messages.resolved, receipt, details: true, news: false },
])('$intent waits for a person: $news', async ({ message, receipt, details, news }) => {
  const needs = (over: object) =>
    statuspalChannel.needsApproval?.(
      message,
      statuspalChannel.options.parse(statuspalAt('http://x.example', over)),
      receipt,
    );
  expect(needs({ details })).toBe(news);
  expect(needs({ details, publish: 'always' })).toBe(false);
});

test.each([
  { message: repeat, details: true, calls: [] },
  { message: more, details: false, calls: [] },
  { message: more, details: true, calls: ['POST /incidents/7/updates'] },
])('$message.reason with details $details: $calls', async ({ message, details, calls }) => {
  const { origin, received } = await startHttp(statuspal);
  expect(await trySend('statuspal', statuspalAt(origin, { details }), message, { receipt })).toMatchObject({ receipt });
  expect(callsOf(received)).toEqual(calls);
});

test('an end that was told without words is an end', async () => {
  const { origin } = await startHttp((request) =>
    request.path.endsWith('/updates') ? { status: 422 } : statuspal(request),
  );
  expect(await trySend('statuspal', statuspalAt(origin), messages.resolved, { receipt })).toMatchObject({
    outcome: 'sent',
    note: expect.stringContaining('ended without a word: HTTP 422'),
  });
});
