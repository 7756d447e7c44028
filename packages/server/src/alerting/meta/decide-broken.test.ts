import type { ChannelHealth } from '@leeway/contract';
import { expect, test } from 'vitest';
import { type AlertingFacts, decideBroken } from './decide-broken.ts';

const MIN = 60_000;
const NOW = Date.parse('2001-01-01T12:00:00Z');
const ago = (minutes: number): string => new Date(NOW - minutes * MIN).toISOString();
const POLICY = { failingMs: 10 * MIN, lateMs: 15 * MIN };

const channel = (over: Partial<ChannelHealth>): ChannelHealth => ({
  name: 'ops',
  type: 'webhook',
  label: 'Webhook',
  state: 'ok',
  failover: null,
  queued: 0,
  oldestQueuedAt: null,
  lastSentAt: null,
  lastError: null,
  failingSince: null,
  failures: 0,
  pausedUntil: null,
  disabledAt: null,
  disabledReason: null,
  ...over,
});
const failing = (minutes: number) =>
  channel({ state: 'failing', failures: 3, failingSince: ago(minutes), lastError: 'server: HTTP 503' });
const waiting = (minutes: number, over: Partial<ChannelHealth> = {}) =>
  channel({ queued: 2, oldestQueuedAt: ago(minutes), ...over });

const rows: { intent: string; facts: Partial<AlertingFacts>; broken: string[] }[] = [
  { intent: 'nothing at all', facts: {}, broken: [] },
  { intent: 'a channel that works', facts: { channels: [channel({})] }, broken: [] },
  { intent: 'a channel that failed just now', facts: { channels: [failing(9)] }, broken: [] },
  {
    intent: 'a channel that has failed for long',
    facts: { channels: [failing(10)] },
    broken: ['channel:ops: channel ops has been failing for 10 min: server: HTTP 503'],
  },
  {
    intent: 'a channel that was disabled, at once',
    facts: { channels: [channel({ state: 'disabled', disabledReason: 'the address is gone' })] },
    broken: ['channel:ops: channel ops is disabled: the address is gone'],
  },
  { intent: 'a message that waits a little', facts: { channels: [waiting(14)] }, broken: [] },
  {
    intent: 'a message that waits for long',
    facts: { channels: [waiting(15)] },
    broken: ['channel:ops: channel ops: 2 messages wait, the oldest for 15 min'],
  },
  {
    intent: 'a message that waits since the service asked for it',
    facts: { channels: [waiting(30, { state: 'paused' })] },
    broken: [],
  },
  { intent: 'work that is a little late', facts: { oldestDueAt: NOW - 14 * MIN }, broken: [] },
  { intent: 'work that is due in future', facts: { oldestDueAt: NOW + 60 * MIN }, broken: [] },
  {
    intent: 'work that nobody begins',
    facts: { oldestDueAt: NOW - 15 * MIN },
    broken: ['evaluation: rules are not evaluated: work that was due 15 min ago has not begun'],
  },
  {
    intent: 'work that is late because the server was stopped, or the clock has leapt',
    facts: { oldestDueAt: NOW - 600 * MIN, awakeSince: NOW - 14 * MIN },
    broken: [],
  },
  {
    intent: 'work that nobody has begun for long after a stop',
    facts: { oldestDueAt: NOW - 600 * MIN, awakeSince: NOW - 15 * MIN },
    broken: ['evaluation: rules are not evaluated: work that was due 15 min ago has not begun'],
  },
  {
    intent: 'a message that waited through a stop',
    facts: { channels: [waiting(600)], awakeSince: NOW - 2 * MIN },
    broken: [],
  },
  {
    intent: 'work that failed for good',
    facts: { deadJobs: { 'measure-window': 2, 'close-window': 0 } },
    broken: ['jobs: jobs failed for good in the last day: 2 of measure-window'],
  },
];

test.each(rows)('$intent', ({ facts, broken }) => {
  const found = decideBroken(
    { channels: [], awakeSince: Number.NEGATIVE_INFINITY, oldestDueAt: null, deadJobs: {}, ...facts },
    POLICY,
    NOW,
  );
  expect(found.map(({ about, summary }) => `${about}: ${summary}`)).toEqual(broken);
});
