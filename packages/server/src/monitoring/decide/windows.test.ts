import { MonitorConfig } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../testing/models.ts';
import { closesAt, maturityOf, nextRevisionAt, revisionOf, windowAt } from './windows.ts';

const at = (text: string) => Date.parse(text);
const monitor = (maturity: object = {}, more: object = {}) => MonitorConfig.parse({ maturity, ...more });
const END = at('2026-03-03T00:00:00Z');

describe('the window of a time', () => {
  const cases: { name: string; time: string; length: number; start: string }[] = [
    { name: 'a day, at noon', time: '2026-03-02T12:00:00Z', length: DAY, start: '2026-03-02T00:00:00Z' },
    { name: 'a day, at its first moment', time: '2026-03-02T00:00:00Z', length: DAY, start: '2026-03-02T00:00:00Z' },
    { name: 'a day, at its last moment', time: '2026-03-02T23:59:59.999Z', length: DAY, start: '2026-03-02T00:00:00Z' },
    { name: 'an hour', time: '2026-03-02T12:34:56Z', length: HOUR, start: '2026-03-02T12:00:00Z' },
    { name: 'a quarter of an hour', time: '2026-03-02T12:34:56Z', length: 15 * MINUTE, start: '2026-03-02T12:30:00Z' },
    { name: 'a week begins on a Monday', time: '2026-03-08T23:00:00Z', length: 7 * DAY, start: '2026-03-02T00:00:00Z' },
    {
      name: 'two weeks begin on a Monday',
      time: '2026-03-08T23:00:00Z',
      length: 14 * DAY,
      start: '2026-03-02T00:00:00Z',
    },
    { name: 'three days', time: '1970-01-05T00:00:00Z', length: 3 * DAY, start: '1970-01-04T00:00:00Z' },
    { name: 'before 1970', time: '1969-12-31T12:00:00Z', length: DAY, start: '1969-12-31T00:00:00Z' },
  ];
  test.each(cases)('$name', ({ time, length, start }) => {
    expect(windowAt(at(time), length)).toEqual({ start: at(start), end: at(start) + length });
  });

  test('every time lies in one window, and windows lie end to end', () => {
    const length = fc.constantFrom(MINUTE, 15 * MINUTE, HOUR, DAY, 3 * DAY, 7 * DAY, 28 * DAY);
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 4e12 }), length, (time, ms) => {
        const { start, end } = windowAt(time, ms);
        expect(start <= time && time < end && end - start === ms).toBe(true);
        expect(windowAt(end, ms).start).toBe(end);
        expect(windowAt(start - 1, ms).end).toBe(start);
      }),
    );
  });
});

test('a window closes when its stragglers have had their time', () => {
  expect(closesAt(END, monitor({}, { grace: '10m' }))).toBe(END + 10 * MINUTE);
});

describe('maturity', () => {
  const maturity = { delay: '1d', coverage: 0.8, timeout: '3d' };
  const cases: { name: string; rows?: number; labelled: number; after: number; maturity?: object; expected: object }[] =
    [
      {
        name: 'waits for the delay, whatever is in',
        labelled: 100,
        after: DAY - 1,
        expected: { mature: false, nextAt: END + DAY },
      },
      { name: 'enough labels at the delay', labelled: 80, after: DAY, expected: { mature: true, why: 'coverage' } },
      {
        name: 'one label too few looks again a twelfth of the waiting time later',
        labelled: 79,
        after: DAY,
        expected: { mature: false, nextAt: END + DAY + 4 * HOUR },
      },
      {
        name: 'never looks beyond the end of its time',
        labelled: 0,
        after: 3 * DAY - HOUR,
        expected: { mature: false, nextAt: END + 3 * DAY },
      },
      {
        name: 'at the end of its time, with what is there',
        labelled: 0,
        after: 3 * DAY,
        expected: { mature: true, why: 'timeout' },
      },
      { name: 'no rows at all', rows: 0, labelled: 0, after: DAY, expected: { mature: true, why: 'no_rows' } },
      {
        name: 'no rows wait for the delay too: some may come late',
        rows: 0,
        labelled: 0,
        after: 0,
        expected: { mature: false, nextAt: END + DAY },
      },
      {
        name: 'a coverage of nothing is reached at once',
        labelled: 0,
        after: DAY,
        maturity: { coverage: 0 },
        expected: { mature: true, why: 'coverage' },
      },
      {
        name: 'a timeout shorter than the delay is the delay',
        labelled: 0,
        after: DAY,
        maturity: { timeout: '1h' },
        expected: { mature: true, why: 'timeout' },
      },
      {
        name: 'no delay at all',
        labelled: 100,
        after: 0,
        maturity: { delay: '0s' },
        expected: { mature: true, why: 'coverage' },
      },
    ];
  test.each(cases)('$name', ({ rows = 100, labelled, after, maturity: own, expected }) => {
    expect(maturityOf(END, { rows, labelled }, END + after, monitor({ ...maturity, ...own }))).toEqual(expected);
  });

  test('it always ends, at the timeout at the latest, and never looks back', () => {
    const duration = fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom('s', 'm', 'h', 'd'))
      .map(([n, unit]) => `${n}${unit}`);
    fc.assert(
      fc.property(duration, duration, fc.nat(100), fc.nat(100), (delay, timeout, rows, labelled) => {
        const own = monitor({ delay, timeout });
        let now = END;
        for (let looks = 0; ; looks++) {
          expect(looks).toBeLessThan(20);
          const answer = maturityOf(END, { rows, labelled: Math.min(rows, labelled) }, now, own);
          if (answer.mature) break;
          expect(answer.nextAt).toBeGreaterThan(now);
          now = answer.nextAt;
        }
      }),
    );
  });
});

describe('revision', () => {
  const own = monitor({ delay: '1d', revise: '14d' });
  const cases: { name: string; changed: number; after: number; measure: boolean; last?: boolean }[] = [
    { name: 'nothing came', changed: 0, after: 3 * DAY, measure: false },
    { name: 'too few came', changed: 4, after: 3 * DAY, measure: false },
    { name: 'enough came', changed: 5, after: 3 * DAY, measure: true },
    { name: 'at the end of its time one is enough', changed: 1, after: 14 * DAY, measure: true, last: true },
    { name: 'at the end of its time nothing came', changed: 0, after: 14 * DAY, measure: false, last: true },
    { name: 'long after the end of its time', changed: 0, after: 40 * DAY, measure: false, last: true },
  ];
  test.each(cases)('$name', ({ changed, after, measure, last = false }) => {
    const answer = revisionOf({ end: END, rows: 100 }, changed, END + after, own);
    expect(answer.measure).toBe(measure);
    expect(answer.nextAt === null).toBe(last);
  });

  test('looks become rarer, are few, and the last is at the end of its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 365 }), (delay, revise) => {
        const monitorOf = monitor({ delay: `${delay}h`, revise: `${revise}d` });
        let now = END + delay * HOUR;
        let looks = 0;
        for (
          let next = nextRevisionAt(END, now, monitorOf);
          next !== null;
          next = nextRevisionAt(END, now, monitorOf)
        ) {
          expect(next).toBeGreaterThan(now);
          now = next;
          expect(++looks).toBeLessThan(30);
        }
        if (looks > 0) expect(now).toBe(END + revise * DAY);
      }),
    );
  });
});
