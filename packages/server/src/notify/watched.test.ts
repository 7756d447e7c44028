import { expect, test } from 'vitest';
import { type Outbound, OutboundError, type OutboundResponse } from '../platform/outbound.ts';
import { bucketRest } from './http-outcome.ts';
import { watchOutbound } from './watched.ts';

const NOW = Date.parse('2001-01-01T00:00:00Z');
const answer = (over: Partial<OutboundResponse>): OutboundResponse => ({
  status: 200,
  headers: {},
  body: '',
  private: false,
  ...over,
});
const way = (result: OutboundResponse | Error): Outbound =>
  Object.assign(async () => (result instanceof Error ? Promise.reject(result) : result), { resolve: async () => [] });

const rows: [intent: string, result: OutboundResponse | Error, perhapsSent: boolean][] = [
  ['taken', answer({ status: 202 }), true],
  ['refused', answer({ status: 400 }), false],
  ['limited', answer({ status: 429 }), false],
  ['a redirect', answer({ status: 302 }), false],
  ['broken on the other side', answer({ status: 502 }), true],
  ['no connection', new OutboundError('network', 'x', false), false],
  ['a connection that broke', new OutboundError('network', 'x'), true],
  ['no answer in time', new OutboundError('deadline', 'x'), true],
];
test.each(rows)('whether it may have got through: %s', async (_intent, result, perhapsSent) => {
  const { outbound, seen } = watchOutbound(way(result), () => NOW);
  await outbound({ url: 'https://example.org' }).catch(() => {});
  expect(seen().perhapsSent).toBe(perhapsSent);
});

test('of what does not go by HTTP nothing is known', () => {
  expect(watchOutbound(way(answer({})), () => NOW).seen().perhapsSent).toBe(true);
});

test('words from a private network are noticed, silence is not', async () => {
  for (const [body, saidInPrivate] of [
    ['secret', true],
    [' \n', false],
  ] as const) {
    const { outbound, seen } = watchOutbound(way(answer({ status: 400, body, private: true })), () => NOW);
    await outbound({ url: 'http://10.0.0.1' });
    expect(seen()).toMatchObject({ saidInPrivate, status: 400 });
  }
});

test.each([
  [{}, 0],
  [{ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset-after': '9' }, 0],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.2' }, 1_200],
  [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, 30_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 7_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 - 7) }, 0],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '999999' }, 3_600_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }, 0],
])('an empty bucket: %j rests %i ms', (headers, expected) => {
  expect(bucketRest(headers as Record<string, string>, NOW)).toBe(expected);
});
