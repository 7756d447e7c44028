import { expect, test } from 'vitest';
import { decideRetry } from './decide-retry.ts';
import { judgeResponse, parseRetryAfter } from './http-outcome.ts';

const HOUR = 3_600_000;
const retry = { outcome: 'retry', reason: 'server', detail: '' } as const;

test.each([
  { intent: 'the first bound is 5 s', attempts: 1, chance: 1, expected: 5_000 },
  { intent: 'anywhere below it', attempts: 1, chance: 0.5, expected: 2_500 },
  { intent: 'but not at once', attempts: 1, chance: 0, expected: 1_000 },
  { intent: 'it doubles', attempts: 4, chance: 1, expected: 40_000 },
  { intent: 'up to half an hour', attempts: 50, chance: 1, expected: 30 * 60_000 },
  { intent: 'what the receiver asks for comes first', attempts: 1, chance: 1, retryAfterMs: 90_000, expected: 90_000 },
  { intent: 'the last when the day is over', attempts: 60, chance: 1, now: 23.75 * HOUR, expected: HOUR / 4 },
  { intent: 'and no more', attempts: 60, chance: 1, now: 24 * HOUR, expected: null },
  { intent: 'asked to wait beyond the day', attempts: 1, chance: 0, retryAfterMs: 25 * HOUR, expected: null },
])('$intent', ({ attempts, chance, retryAfterMs, now = 0, expected }) => {
  const outcome = { ...retry, ...(retryAfterMs && { retryAfterMs }) };
  expect(decideRetry(outcome, { attempts, since: 0, now, chance, horizonMs: 24 * HOUR })).toBe(expected);
});

test('what is permanent is not tried again', () => {
  expect(
    decideRetry({ ...retry, outcome: 'permanent' }, { attempts: 1, since: 0, now: 0, chance: 1, horizonMs: HOUR }),
  ).toBeNull();
});

test('Retry-After in seconds and as a date', () => {
  const now = Date.parse('2001-01-01T00:00:00Z');
  expect(parseRetryAfter('30', now)).toBe(30_000);
  expect(parseRetryAfter('Mon, 01 Jan 2001 00:01:00 GMT', now)).toBe(60_000);
  expect(parseRetryAfter('Mon, 01 Jan 1999 00:01:00 GMT', now)).toBe(0);
  expect(parseRetryAfter('soon', now)).toBeUndefined();
});

test('the answer is quoted in one short line', () => {
  const outcome = judgeResponse({ status: 400, headers: {}, body: `invalid\n${'x'.repeat(5000)}` }, 0);
  expect(outcome).toMatchObject({ outcome: 'permanent', reason: 'rejected' });
  expect('detail' in outcome && outcome.detail.length).toBeLessThan(250);
});
