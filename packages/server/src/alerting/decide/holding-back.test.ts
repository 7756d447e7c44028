import { DigestConfig, MaintenanceConfig } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextDigestAt } from './digest.ts';
import { changesWithin, flapPolicy, isFlapping, steadyAt } from './flapping.ts';
import { maintenanceSpans } from './maintenance.ts';
import { freeAt } from './rate-limit.ts';
import { KEPT_MS, nextTurn } from './silence-turn.ts';

const HOUR = 3_600_000;
const MIN = 60_000;
const at = (text: string) => Date.parse(text);
const isoOf = (time: number) => new Date(time).toISOString();

describe('flapping', () => {
  const policy = { windows: 20, high: 0.5, low: 0.25 };
  /** So many changes, one in each window of an hour, the last of them now. */
  const changes = (n: number, now: number) => ({
    at: Array.from({ length: n }, (_, i) => now - i * HOUR),
    windowMs: HOUR,
  });

  test.each([
    { intent: 'as many as high is not more than it', was: false, n: 10, expected: false },
    { intent: 'one more is', was: false, n: 11, expected: true },
    { intent: 'between the two it stays as it was: steady', was: false, n: 6, expected: false },
    { intent: 'between the two it stays as it was: flapping', was: true, n: 6, expected: true },
    { intent: 'as few as low end it', was: true, n: 5, expected: false },
  ])('$intent', ({ was, n, expected }) => {
    expect(isFlapping(was, changes(n, 100 * HOUR), policy, 100 * HOUR)).toBe(expected);
  });

  test('a change of as many windows ago no longer counts', () => {
    const one = { at: [0], windowMs: HOUR };
    expect(changesWithin(one, policy, 20 * HOUR - 1)).toBe(1);
    expect(changesWithin(one, policy, 20 * HOUR)).toBe(0);
  });

  test('it is steady when it was said to be, if nothing changes, and not before', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 20 * 60 }), { minLength: 6, maxLength: 30 }), (minutes) => {
        const one = { at: minutes.map((minute) => minute * MIN), windowMs: HOUR };
        const when = steadyAt(one, policy);
        if (when === null) return;
        expect(isFlapping(true, one, policy, when)).toBe(false);
        expect(isFlapping(true, one, policy, when - 1)).toBe(true);
      }),
    );
  });

  test('can be turned off', () => {
    expect(flapPolicy(false)).toBeNull();
    expect(flapPolicy(undefined)).toEqual(policy);
  });
});

describe('the next digest', () => {
  const digest = (over: object = {}) => DigestConfig.parse({ zone: 'Europe/Berlin', ...over });
  test.each([
    { intent: 'today', over: {}, now: '2026-03-02T07:59:59Z', expected: '2026-03-02T08:00:00.000Z' },
    {
      intent: 'at the time itself it is the next one',
      over: {},
      now: '2026-03-02T08:00:00Z',
      expected: '2026-03-03T08:00:00.000Z',
    },
    {
      intent: 'after the clock went forward',
      over: {},
      now: '2026-03-28T09:00:00Z',
      expected: '2026-03-29T07:00:00.000Z',
    },
    { intent: 'after it went back', over: {}, now: '2026-10-24T09:00:00Z', expected: '2026-10-25T08:00:00.000Z' },
    {
      intent: 'at a time that is left out',
      over: { at: '02:30' },
      now: '2026-03-28T09:00:00Z',
      expected: '2026-03-29T01:30:00.000Z',
    },
    { intent: 'on monday', over: { every: 'week' }, now: '2026-03-03T00:00:00Z', expected: '2026-03-09T08:00:00.000Z' },
    {
      intent: 'on sunday',
      over: { every: 'week', weekday: 'sunday' },
      now: '2026-03-03T00:00:00Z',
      expected: '2026-03-08T08:00:00.000Z',
    },
    {
      intent: 'every hour',
      over: { every: 'hour', at: '00:15' },
      now: '2026-03-02T08:15:00Z',
      expected: '2026-03-02T09:15:00.000Z',
    },
    {
      intent: 'every hour where zones are half hours',
      over: { every: 'hour', at: '00:00', zone: 'Asia/Kolkata' },
      now: '2026-03-02T08:00:00Z',
      expected: '2026-03-02T08:30:00.000Z',
    },
  ])('$intent', ({ over, now, expected }) => expect(isoOf(nextDigestAt(digest(over), at(now)))).toBe(expected));
});

describe('maintenance', () => {
  const spans = (over: object, now: string) =>
    maintenanceSpans([MaintenanceConfig.parse({ name: 'm', match: { model: 'a' }, ...over })], at(now)).map(
      ({ startsAt, endsAt }) => [isoOf(startsAt), isoOf(endsAt)],
    );
  const once = { from: '2026-03-01T22:00', to: '2026-03-02T02:00', zone: 'Europe/Berlin' };
  const weekly = { schedule: '0 2 * * 6', duration: '4h', zone: 'Europe/Berlin' };
  const night = ['2026-03-01T21:00:00.000Z', '2026-03-02T01:00:00.000Z'];
  test.each([
    { intent: 'the start is in it', over: once, now: '2026-03-01T21:00:00Z', expected: [night] },
    { intent: 'the end is not', over: once, now: '2026-03-02T01:00:00Z', expected: [] },
    { intent: 'before', over: once, now: '2026-03-01T20:59:59Z', expected: [] },
    {
      intent: 'a schedule, at its beginning',
      over: weekly,
      now: '2026-03-07T01:00:00Z',
      expected: [['2026-03-07T01:00:00.000Z', '2026-03-07T05:00:00.000Z']],
    },
    { intent: 'a schedule, at its end', over: weekly, now: '2026-03-07T05:00:00Z', expected: [] },
    {
      intent: 'a schedule, in summer',
      over: weekly,
      now: '2026-07-04T03:59:59Z',
      expected: [['2026-07-04T00:00:00.000Z', '2026-07-04T04:00:00.000Z']],
    },
  ])('$intent', ({ over, now, expected }) => expect(spans(over, now)).toEqual(expected));

  test.each([{}, { from: once.from }, { ...once, duration: '1h' }, { schedule: '0 2 * * 6' }])('refuses %j', (over) =>
    expect(MaintenanceConfig.safeParse({ name: 'm', match: { model: 'a' }, ...over }).success).toBe(false),
  );
});

describe('a rate limit', () => {
  const limit = { most: 3, per: '1h' };
  test.each([
    { intent: 'nothing was sent', sent: [], expected: 100 * MIN },
    { intent: 'fewer than the most', sent: [99, 98], expected: 100 * MIN },
    { intent: 'the most: when the first of them is an hour ago', sent: [50, 99, 98], expected: 110 * MIN },
    { intent: 'one of them is just an hour ago', sent: [40, 99, 98], expected: 100 * MIN },
    { intent: 'more than the most, since critical ones passed', sent: [97, 96, 50, 99, 98], expected: 157 * MIN },
  ])('$intent', ({ sent, expected }) => {
    expect(
      freeAt(
        limit,
        sent.map((minute) => minute * MIN),
        100 * MIN,
      ),
    ).toBe(expected);
  });

  test('no stretch of its length ever has more than the most', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }), (waits) => {
        const sent: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait * MIN;
          const free = freeAt(limit, sent, now);
          if (free === now) sent.push(now);
          else expect(freeAt(limit, sent, free)).toBe(free);
        }
        for (const time of sent)
          expect(sent.filter((other) => other > time - HOUR && other <= time).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('what is to be done about a silence', () => {
  const silence = { startsAt: 10, endsAt: 100, idleMs: null as number | null, matchedAt: null as number | null };
  test.each([
    { intent: 'to come', over: {}, now: 5, expected: { does: 'nothing', at: 10 } },
    { intent: 'in force', over: {}, now: 10, expected: { does: 'nothing', at: 100 } },
    { intent: 'over', over: {}, now: 100, expected: { does: 'nothing', at: 100 + KEPT_MS } },
    { intent: 'long over', over: {}, now: 100 + KEPT_MS, expected: { does: 'forget', at: 100 + KEPT_MS } },
    { intent: 'not idle yet', over: { idleMs: 20 }, now: 29, expected: { does: 'nothing', at: 30 } },
    { intent: 'idle', over: { idleMs: 20 }, now: 30, expected: { does: 'expire', at: 30 } },
    { intent: 'matched since', over: { idleMs: 20, matchedAt: 25 }, now: 30, expected: { does: 'nothing', at: 45 } },
    { intent: 'the end comes first', over: { idleMs: 200 }, now: 30, expected: { does: 'nothing', at: 100 } },
  ])('$intent', ({ over, now, expected }) => expect(nextTurn({ ...silence, ...over }, now)).toEqual(expected));
});
