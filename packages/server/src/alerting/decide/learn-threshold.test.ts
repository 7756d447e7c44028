import { AdaptiveThreshold } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { learnThreshold, type PastWindow, windowsBefore } from './learn-threshold.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY = Date.parse('2026-03-30T00:00:00Z');
const threshold = (over: object) => AdaptiveThreshold.parse(over);
const day = (i: number) => ({ start: MONDAY + i * DAY, end: MONDAY + (i + 1) * DAY });
const hour = (i: number) => ({ start: MONDAY + i * HOUR, end: MONDAY + (i + 1) * HOUR });
const past = (windows: { start: number; end: number }[], value: (i: number) => number | null): PastWindow[] =>
  windows.map((window, i) => ({ column: '', slice: '', ...window, value: value(i) }));

describe('windows that are looked back on', () => {
  test.each([
    ['the last ones', { windows: 6 }, day(0), [-1, -2, -3, -4, -5, -6].map((i) => day(i).start)],
    ['the same weekday', { windows: 6, season: 'weekday' }, day(0), [1, 2, 3, 4, 5, 6].map((i) => day(-7 * i).start)],
    [
      'the same hour of the week',
      { windows: 6, season: 'hour_of_week' },
      hour(9),
      [1, 2, 3, 4, 5, 6].map((i) => hour(9 - 168 * i).start),
    ],
    ['the same hour', { windows: 6, season: 'hour' }, hour(9), [1, 2, 3, 4, 5, 6].map((i) => hour(9 - 24 * i).start)],
    [
      'every hour of the same weekday',
      { windows: 6, season: 'weekday' },
      hour(2),
      [1, 0, -168 + 23, -168 + 22, -168 + 21, -168 + 20].map((i) => hour(i).start),
    ],
    [
      'all, where the season is taken out',
      { windows: 6, season: 'weekday', adjust: 'stl' },
      day(0),
      [-1, -2, -3, -4, -5, -6].map((i) => day(i).start),
    ],
    ['none, where windows never meet again', { windows: 6, season: 'hour' }, { start: 0, end: 5.3 * DAY }, []],
  ])('%s', (_, options, window, expected) => {
    expect(windowsBefore(threshold(options), window)).toEqual(expected);
  });
});

describe('learnThreshold', () => {
  const ten = Array.from({ length: 10 }, (_, i) => day(i - 10));
  const quantile = { method: 'quantile', quantiles: [0, 1], windows: 10 };
  const learn = (options: object, values: PastWindow[], bad: number[] = [], window = day(0)) =>
    learnThreshold(threshold(options), { window, past: values, bad });

  test('from all windows before it', () => {
    expect(
      learn(
        quantile,
        past(ten, (i) => i),
      ),
    ).toEqual({ lower: 0, upper: 9, n: 10 });
  });

  test('one side only', () => {
    expect(
      learn(
        { ...quantile, side: 'above' },
        past(ten, (i) => i),
      ),
    ).toEqual({ lower: null, upper: 9, n: 10 });
    expect(
      learn(
        { ...quantile, side: 'below' },
        past(ten, (i) => i),
      ),
    ).toEqual({ lower: 0, upper: null, n: 10 });
  });

  test('not from windows that were bad, nor from those without a value', () => {
    const values = past(ten, (i) => (i === 3 ? null : i));
    expect(learn(quantile, values, [day(-1).end, day(-2).end])).toEqual({ lower: 0, upper: 7, n: 7 });
    expect(
      learn(
        quantile,
        values,
        ten.slice(5).map(({ end }) => end),
      ),
    ).toMatchObject({ n: 4, reason: 'insufficient' });
  });

  test('never from the window itself', () => {
    const values = past([...ten, day(0)], (i) => (i === 10 ? 1_000 : i));
    for (const from of ['history', 'reference']) {
      expect(learn({ ...quantile, from }, values)).toEqual({ lower: 0, upper: 9, n: 10 });
    }
  });

  test('from the windows at the same place of the season', () => {
    const weeks = Array.from({ length: 70 }, (_, i) => day(i - 70));
    const values = past(weeks, (i) => (i % 7 === 0 ? 100 + i / 70 : i % 7));
    const { lower, upper, n } = learn({ ...quantile, season: 'weekday' }, values);
    expect(n).toBe(10);
    expect(lower).toBeGreaterThanOrEqual(100);
    expect(upper).toBeLessThan(101);
  });

  test('with trend and season taken out, gaps and all', () => {
    const weeks = Array.from({ length: 42 }, (_, i) => day(i - 42));
    const values = past(weeks, (i) => (i === 20 ? null : 50 + 0.5 * i + (i % 7 === 0 ? 30 : 0) + ((i * 7) % 5) / 10));
    const options = { windows: 42, season: 'weekday', adjust: 'stl' };
    const { lower, upper, n } = learn(options, values, [day(-3).end]);
    expect(n).toBe(40);
    expect(lower!).toBeGreaterThan(93);
    expect(upper!).toBeLessThan(108);
    const tuesday = learn(options, values, [], day(1));
    expect(tuesday.upper!).toBeLessThan(80);
  });
});
