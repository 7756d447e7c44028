import { ScheduleConfig } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onCallAt, shiftsBetween } from './rotation.ts';

const schedule = (over: object = {}, rotation: object = {}) =>
  ScheduleConfig.parse({
    zone: 'Europe/Berlin',
    rotation: { every: 'week', at: 'Mon 09:00', people: ['ann', 'ben'], ...rotation },
    ...over,
  });

const iso = (ms: number) => new Date(ms).toISOString();

describe('who is on call', () => {
  test.each([
    // 2024-01-01 was a Monday: ann has the first week, ben the second.
    { intent: 'at the first hand-over', at: '2024-01-01T09:00:00+01:00', person: 'ann' },
    { intent: 'just before the second', at: '2024-01-08T08:59:59+01:00', person: 'ann' },
    { intent: 'at the second', at: '2024-01-08T09:00:00+01:00', person: 'ben' },
    { intent: 'before the first: turns go back in the same order', at: '2024-01-01T08:59:59+01:00', person: 'ben' },
    { intent: 'two weeks later', at: '2024-01-15T12:00:00+01:00', person: 'ann' },
    // The clock went forward on 2026-03-29 (a Sunday): Monday at nine is 07:00 UTC then, not 08:00.
    { intent: 'before the Monday after the spring change', at: '2026-03-30T06:59:59Z', person: 'ann' },
    { intent: 'on the Monday after the spring change', at: '2026-03-30T07:00:00Z', person: 'ben' },
    // And back on 2026-10-25.
    { intent: 'before the Monday after the autumn change', at: '2026-10-26T07:59:59Z', person: 'ann' },
    { intent: 'on the Monday after the autumn change', at: '2026-10-26T08:00:00Z', person: 'ben' },
  ])('$intent: $person', ({ at, person }) => {
    expect(onCallAt(schedule(), Date.parse(at)).person).toBe(person);
  });

  test('a week with a change of the clock lasts an hour less, or one more', () => {
    const hours = (at: string) => {
      const { from, to } = onCallAt(schedule(), Date.parse(at));
      return (to - from) / 3_600_000;
    };
    expect(hours('2026-03-25T12:00:00Z')).toBe(167);
    expect(hours('2026-10-21T12:00:00Z')).toBe(169);
    expect(hours('2026-06-10T12:00:00Z')).toBe(168);
  });

  test.each([
    // 02:30 is skipped on that day: the hand-over is at 03:30 summer time.
    { intent: 'a time that is skipped', at: 'Sun 02:30', near: '2026-03-29T00:00:00Z', to: '2026-03-29T01:30:00.000Z' },
    // 02:30 comes twice: the first of them, in summer time.
    {
      intent: 'a time that comes twice',
      at: 'Sun 02:30',
      near: '2026-10-24T23:00:00Z',
      to: '2026-10-25T00:30:00.000Z',
    },
  ])('$intent', ({ at, near, to }) => {
    expect(iso(onCallAt(schedule({}, { at }), Date.parse(near)).to)).toBe(to);
  });

  test('turns of a day', () => {
    const daily = schedule({}, { every: 'day', at: '22:00', people: ['ann', 'ben', 'cem'] });
    const people = shiftsBetween(daily, Date.parse('2026-03-27T21:00:00Z'), Date.parse('2026-03-31T00:00:00Z'));
    expect(people.map(({ person, from }) => `${person} ${iso(from)}`)).toEqual([
      'ann 2026-03-27T21:00:00.000Z',
      'ben 2026-03-28T21:00:00.000Z',
      'cem 2026-03-29T20:00:00.000Z',
      'ann 2026-03-30T20:00:00.000Z',
    ]);
  });

  test('exceptions: the later in the list counts, and the turn goes on after them', () => {
    const overrides = [
      { from: '2026-03-28 18:00', to: '2026-03-30 09:00', person: 'cem' },
      { from: '2026-03-29 00:00', to: '2026-03-29 06:00', person: 'dee' },
    ];
    const shifts = shiftsBetween(
      schedule({ overrides }),
      Date.parse('2026-03-28T00:00:00Z'),
      Date.parse('2026-04-01T00:00:00Z'),
    );
    expect(shifts.map(({ person, by, from, to }) => `${person} ${by} ${iso(from)} ${iso(to)}`)).toEqual([
      'ann rotation 2026-03-23T08:00:00.000Z 2026-03-28T17:00:00.000Z',
      'cem override 2026-03-28T17:00:00.000Z 2026-03-28T23:00:00.000Z',
      'dee override 2026-03-28T23:00:00.000Z 2026-03-29T04:00:00.000Z',
      'cem override 2026-03-29T04:00:00.000Z 2026-03-30T07:00:00.000Z',
      'ben rotation 2026-03-30T07:00:00.000Z 2026-04-06T07:00:00.000Z',
    ]);
  });

  test('somebody is on call at every instant, and a shift holds from its begin to its end', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom('day', 'week'),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }),
        (zone, every, hour, seconds) => {
          const at = `${every === 'week' ? 'Sun ' : ''}${String(hour).padStart(2, '0')}:30`;
          const one = schedule({ zone }, { every, at, people: ['ann', 'ben', 'cem'] });
          const shift = onCallAt(one, seconds * 1000);
          expect(shift.from).toBeLessThanOrEqual(seconds * 1000);
          expect(shift.to).toBeGreaterThan(seconds * 1000);
          expect(onCallAt(one, shift.from)).toEqual(shift);
          expect(onCallAt(one, shift.to - 1)).toEqual(shift);
          expect(onCallAt(one, shift.to).person).not.toBe(shift.person);
          expect(onCallAt(one, shift.to).from).toBe(shift.to);
        },
      ),
      { numRuns: 300 },
    );
  });
});
