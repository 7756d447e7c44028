import { TimeIntervalConfig } from '@leeway/contract';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { inInterval, isOpen, opensAt } from './time-interval.ts';

const BERLIN = 'Europe/Berlin';
const interval = (over: object) => TimeIntervalConfig.parse({ name: 'hours', ...over });
/** Milliseconds of a time as a clock on the wall shows it. */
const at = (text: string, zone = 'UTC') => DateTime.fromISO(text, { zone }).toMillis();

const office = { times: ['09:00-17:00'], weekdays: ['monday:friday'] };

test.each([
  { intent: 'the start is in it', over: office, time: '2026-03-02T09:00', expected: true },
  { intent: 'the minute before is not', over: office, time: '2026-03-02T08:59:59', expected: false },
  { intent: 'the last second is in it', over: office, time: '2026-03-02T16:59:59', expected: true },
  { intent: 'the end is not', over: office, time: '2026-03-02T17:00', expected: false },
  { intent: 'all keys must hold: the hour, not the day', over: office, time: '2026-03-01T10:00', expected: false },
  {
    intent: 'of a list any',
    over: { times: ['01:00-02:00', '10:00-11:00'] },
    time: '2026-03-01T10:30',
    expected: true,
  },
  { intent: 'until the end of the day', over: { times: ['18:00-24:00'] }, time: '2026-03-01T23:59:59', expected: true },
  { intent: 'nothing given: always', over: {}, time: '2026-03-01T10:00', expected: true },
  {
    intent: 'the week begins on sunday',
    over: { weekdays: ['sunday:tuesday'] },
    time: '2026-03-01T00:00',
    expected: true,
  },
  { intent: 'the last day of february', over: { daysOfMonth: [-1] }, time: '2026-02-28T12:00', expected: true },
  { intent: 'the last day of a leap february', over: { daysOfMonth: [-1] }, time: '2028-02-28T12:00', expected: false },
  { intent: 'the last three days', over: { daysOfMonth: ['-3:-1'] }, time: '2026-04-28T12:00', expected: true },
  { intent: 'one too early for them', over: { daysOfMonth: ['-3:-1'] }, time: '2026-04-27T12:00', expected: false },
  { intent: 'a 31st is in no april', over: { daysOfMonth: [31] }, time: '2026-04-30T12:00', expected: false },
  {
    intent: 'a range that runs past the month',
    over: { daysOfMonth: ['29:31'] },
    time: '2026-04-30T12:00',
    expected: true,
  },
  { intent: 'months by name', over: { months: ['march:may'] }, time: '2026-05-31T23:59', expected: true },
  { intent: 'months by number', over: { months: [1, '6:7'] }, time: '2026-05-31T23:59', expected: false },
  { intent: 'years', over: { years: ['2026:2027'] }, time: '2028-01-01T00:00', expected: false },
])('$intent', ({ over, time, expected }) => expect(inInterval(interval(over), at(time))).toBe(expected));

describe('on days on which the clock changes in Berlin', () => {
  const night = interval({ times: ['02:00-03:00'], zone: BERLIN });
  const half = interval({ times: ['02:30-03:30'], zone: BERLIN });
  test.each([
    // 29 March 2026, 02:00 to 03:00 is left out: at 01:00 UTC it is 03:00 at once.
    { intent: 'the hour that is left out never comes', of: night, time: '2026-03-29T01:00:00Z', expected: false },
    { intent: 'before it', of: night, time: '2026-03-29T00:59:59Z', expected: false },
    { intent: 'what reaches beyond it begins after it', of: half, time: '2026-03-29T01:00:00Z', expected: true },
    // 25 October 2026, 02:00 to 03:00 comes twice: 00:00 and 01:00 UTC.
    { intent: 'the hour that is repeated, first time', of: night, time: '2026-10-25T00:30:00Z', expected: true },
    { intent: 'the hour that is repeated, second time', of: night, time: '2026-10-25T01:30:00Z', expected: true },
    { intent: 'and is over', of: night, time: '2026-10-25T02:00:00Z', expected: false },
  ])('$intent', ({ of, time, expected }) => expect(inInterval(of, at(time))).toBe(expected));
});

describe('when a route tells again', () => {
  const hours = { activeTimes: ['hours'], muteTimes: [] };
  test.each([
    { intent: 'in the morning', over: office, now: '2026-03-02T20:00Z', expected: '2026-03-03T09:00:00.000Z' },
    { intent: 'after the weekend', over: office, now: '2026-03-06T17:00Z', expected: '2026-03-09T09:00:00.000Z' },
    {
      intent: 'in Berlin, on the day on which the clock goes forward',
      over: { times: ['09:00-17:00'], zone: BERLIN },
      now: '2026-03-28T20:00Z',
      expected: '2026-03-29T07:00:00.000Z',
    },
    {
      intent: 'in Berlin, on the day on which it goes back',
      over: { times: ['09:00-17:00'], zone: BERLIN },
      now: '2026-10-24T20:00Z',
      expected: '2026-10-25T08:00:00.000Z',
    },
    {
      intent: 'at the jump, where its beginning is left out',
      over: { times: ['02:30-03:30'], zone: BERLIN },
      now: '2026-03-28T23:30Z',
      expected: '2026-03-29T01:00:00.000Z',
    },
    {
      intent: 'twice, where its hour is repeated',
      over: { times: ['02:30-03:00'], zone: BERLIN },
      now: '2026-10-25T01:00Z',
      expected: '2026-10-25T01:30:00.000Z',
    },
    {
      intent: 'at the end of the month',
      over: { daysOfMonth: [-1] },
      now: '2026-02-01T00:00Z',
      expected: '2026-02-28T00:00:00.000Z',
    },
    {
      intent: 'in another month',
      over: { months: ['december'] },
      now: '2026-02-01T00:00Z',
      expected: '2026-12-01T00:00:00.000Z',
    },
    { intent: 'never again', over: { years: [2020] }, now: '2026-02-01T00:00Z', expected: null },
  ])('$intent', ({ over, now, expected }) => {
    const found = opensAt(hours, [interval(over)], at(now));
    expect(found === null ? null : new Date(found).toISOString()).toBe(expected);
  });

  test('mute times are left out of active ones', () => {
    const lunch = TimeIntervalConfig.parse({ name: 'lunch', times: ['12:00-13:00'] });
    const both = { activeTimes: ['hours'], muteTimes: ['lunch'] };
    const all = [interval(office), lunch];
    expect([11, 12, 13].map((hour) => isOpen(both, all, at(`2026-03-02T${hour}:30`)))).toEqual([true, false, true]);
    expect(opensAt(both, all, at('2026-03-02T12:00'))).toBe(at('2026-03-02T13:00'));
  });

  test('a route without hours always tells', () => {
    expect(isOpen({ activeTimes: null, muteTimes: [] }, [], 0)).toBe(true);
  });
});

test.each([
  { times: ['17:00-09:00'] },
  { times: ['9:00-17:00'] },
  { times: ['00:00-24:30'] },
  { weekdays: ['friday:monday'] },
  { weekdays: ['someday'] },
  { daysOfMonth: ['-3:2'] },
  { daysOfMonth: [0] },
  { daysOfMonth: [32] },
  { months: ['march:january'] },
  { zone: 'Europe/Nowhere' },
])('refuses %j', (over) => expect(TimeIntervalConfig.safeParse({ name: 'hours', ...over }).success).toBe(false));
