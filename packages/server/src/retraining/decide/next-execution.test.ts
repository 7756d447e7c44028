import { describe, expect, it } from 'vitest';
import { type Change, type Heard, hasEnded, type Known, nextExecution, type Times } from './next-execution.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-10T12:00:00Z');
const known = (given: Partial<Known> = {}): Known => ({
  state: 'running',
  begun: true,
  attempts: 1,
  troubleSince: null,
  cancelAskedAt: null,
  ...given,
});
const look = (state: Change['state'], native: string | null = 'x'): Heard => ({ of: 'look', look: { state, native } });
const trouble = (what: 'transient' | 'auth' | 'refused' | 'gone', retryAfterMs: number | null = null): Heard => ({
  of: 'trouble',
  trouble: what,
  message: 'said so',
  retryAfterMs,
});
const unbegun = { state: 'queued', begun: false } as const;

describe('a training', () => {
  it.each<[string, Partial<Known>, Heard, Times['stop'], Partial<Change>]>([
    ['begins', unbegun, { of: 'start', started: { handle: {}, nativeId: '1', url: null } }, null, { state: 'queued' }],
    ['runs', {}, look('running'), null, { state: 'running', native: 'x' }],
    [
      'waits where nobody knows the word',
      {},
      look('unknown', 'bizarre'),
      null,
      { state: 'unknown', native: 'bizarre' },
    ],
    ['ends well', {}, look('succeeded'), null, { state: 'succeeded' }],
    [
      'is not stopped any more when it has ended well',
      { cancelAskedAt: NOW },
      look('succeeded'),
      'cancelled',
      { state: 'succeeded' },
    ],
    [
      'is cancelled where the executor says failed',
      { cancelAskedAt: NOW },
      look('failed'),
      'cancelled',
      { state: 'cancelled' },
    ],
    ['has had its time', { cancelAskedAt: NOW }, look('cancelled'), 'timed_out', { state: 'timed_out' }],
    ['fails though it was to end soon', {}, look('failed'), 'cancelled', { state: 'failed' }],
    ['is asked to end', {}, { of: 'cancel' }, 'cancelled', { state: 'cancelling', cancelAskedAt: NOW }],
    ['is asked again', { cancelAskedAt: NOW - 1 }, { of: 'cancel' }, 'cancelled', { cancelAskedAt: NOW - 1 }],
    [
      'ends, patience too',
      { cancelAskedAt: NOW - 6 * MINUTE },
      look('cancelling'),
      'cancelled',
      { state: 'cancelled', reason: expect.stringContaining('look whether it still runs') },
    ],
    [
      'never began',
      { ...unbegun, attempts: 0 },
      { of: 'nothing' },
      'cancelled',
      { state: 'cancelled', reason: 'it had not begun' },
    ],
    [
      'may have begun',
      unbegun,
      { of: 'nothing' },
      'timed_out',
      { state: 'timed_out', reason: expect.stringContaining('could not be found out') },
    ],
    [
      'waits for an executor out of reach',
      unbegun,
      trouble('transient'),
      null,
      { state: 'queued', trouble: 'said so', troubleSince: NOW },
    ],
    [
      'remembers since when',
      { ...unbegun, troubleSince: NOW - MINUTE },
      trouble('auth'),
      null,
      { state: 'queued', troubleSince: NOW - MINUTE },
    ],
    ['is given up', { ...unbegun, troubleSince: NOW - 31 * MINUTE }, trouble('transient'), null, { state: 'failed' }],
    ['cannot be begun as it is', unbegun, trouble('refused'), null, { state: 'failed', reason: 'said so' }],
    ['has no such workflow', unbegun, trouble('gone'), null, { state: 'failed', reason: 'said so' }],
    ['runs on out of reach', { troubleSince: NOW - 300 * MINUTE }, trouble('transient'), null, { state: 'running' }],
    ['is missing for a moment', { troubleSince: NOW - MINUTE }, trouble('gone'), null, { state: 'running' }],
    [
      'is lost',
      { troubleSince: NOW - 2 * MINUTE },
      trouble('gone'),
      null,
      { state: 'failed', reason: expect.stringContaining('does not know it any more') },
    ],
    [
      'has recovered',
      { troubleSince: NOW - 1 },
      look('running'),
      null,
      { state: 'running', trouble: null, troubleSince: null },
    ],
  ])('%s', (_, before, heard, stop, expected) => {
    expect(nextExecution(known(before), heard, { now: NOW, stop, pollMs: 5_000 }).change).toMatchObject(expected);
  });

  it.each<[string, Partial<Known>, Heard, number]>([
    ['as often as its executor wants', {}, look('running'), 5_000],
    ['at once when it has ended', {}, look('succeeded'), 0],
    ['as the executor asks', {}, trouble('transient', 20_000), 20_000],
    ['a minute at most', {}, trouble('transient', 900_000), MINUTE],
    ['soon when trouble begins', {}, trouble('transient'), 5_000],
    ['later when it lasts', { troubleSince: NOW - 20_000 }, trouble('transient'), 20_000],
  ])('is looked at again %s', (_, before, heard, waitMs) => {
    expect(nextExecution(known(before), heard, { now: NOW, stop: null, pollMs: 5_000 }).waitMs).toBe(waitMs);
  });

  it('ends in a stated way whatever its executor does', () => {
    // Out of reach for ever, from its begin on: its time is up, and nobody hears that it should end.
    let state = known({ state: 'running' });
    for (let minute = 0; minute < 10; minute++) {
      const { change } = nextExecution(state, trouble('transient'), {
        now: NOW + minute * MINUTE,
        stop: 'timed_out',
        pollMs: 0,
      });
      if (hasEnded(change.state)) return expect(change.state).toBe('timed_out');
      state = { ...state, ...change, cancelAskedAt: state.cancelAskedAt ?? NOW };
    }
    expect.unreachable('it never ended');
  });
});
