import { expect, test } from 'vitest';
import { inOrderOfNearness, lookBack, relativeTo } from './nearness.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
const T = Date.parse('2026-03-10T00:00:00Z');
const day = { start: T, end: T + DAY };

test.each([
  { intent: 'three windows', length: DAY, back: 3 * DAY },
  { intent: 'at least a day', length: HOUR, back: DAY },
  { intent: 'at most two weeks', length: 28 * DAY, back: 14 * DAY },
])('looks back $intent', ({ length, back }) => expect(lookBack({ start: T, end: T + length })).toBe(T - back));

test.each([
  { at: T - 3 * HOUR, text: '3 h before the first bad window' },
  { at: T - 1, text: '0 s before the first bad window' },
  { at: T, text: 'in the first bad window' },
  { at: T + DAY - 1, text: 'in the first bad window' },
  { at: T + DAY, text: 'as the first bad window ended' },
  { at: T + DAY + 90 * MIN, text: '1 h 30 min after the first bad window' },
])('$at is $text', ({ at, text }) => expect(relativeTo(at, day)).toBe(text));

test('what came before the trouble or within it stands before what came after, the nearest first', () => {
  const at = (ms: number) => ({ at: new Date(T + ms).toISOString() });
  const events = [at(2 * DAY), at(-2 * DAY), at(HOUR), at(-HOUR / 2), at(DAY)];
  expect(inOrderOfNearness(events, day)).toEqual([at(-HOUR / 2), at(HOUR), at(-2 * DAY), at(DAY), at(2 * DAY)]);
});
