import { type Measurement, RuleConfig } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { iso } from '../../platform/clock.ts';
import { BINARY, modelConfig } from '../../testing/models.ts';
import { measurement } from '../testdata/measurement.ts';
import { toArrivals } from './arrivals.ts';
import { backtestRule } from './backtest-rule.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2001-01-01');
const MODEL = modelConfig(BINARY);
const LOW = RuleConfig.parse({ name: 'auc-low', metric: 'roc_auc', below: 0.75 });

/** The value of a day, known an hour after its end, or later, at a revision. */
const day = (n: number, value: number | null, over: Partial<Measurement> & { at?: number } = {}): Measurement => {
  const { at = 0, ...rest } = over;
  return measurement({
    monitor: 'daily',
    value,
    status: value === null ? 'no_data' : 'ok',
    windowStart: iso(START + n * DAY),
    windowEnd: iso(START + (n + 1) * DAY),
    computedAt: iso(START + (n + 1) * DAY + HOUR + at),
    ...rest,
  });
};
const days = (...values: (number | null)[]) => values.map((value, n) => day(n, value));
const known = (n: number): number => START + (n + 1) * DAY + HOUR;

describe('backtestRule', () => {
  it('finds an episode from the alarm to its end, by when things were known', () => {
    const { episodes, transitions, alarmMs, judged } = backtestRule(MODEL, LOW, days(0.8, 0.7, 0.7, 0.8, 0.8));
    expect(episodes).toMatchObject([
      {
        ...{ firedAt: known(1), resolvedAt: known(3), aboutFrom: START + DAY, aboutTo: START + 3 * DAY },
        ...{ retracted: false, value: 0.7, labels: { model: 'loans.eu-1', rule: 'auc-low', owner: 'credit' } },
      },
    ]);
    expect(transitions.map(({ from, to }) => `${from} > ${to}`)).toEqual(['inactive > firing', 'firing > inactive']);
    expect(alarmMs).toBe(2 * DAY);
    expect(judged).toBe(5);
  });

  it('waits for as many windows as the rule says, and dates the episode from the first of them', () => {
    const { episodes } = backtestRule(MODEL, { ...LOW, for: 3 }, days(0.8, 0.7, 0.7, 0.7, 0.7));
    expect(episodes).toMatchObject([{ firedAt: known(3), resolvedAt: null, aboutFrom: START + DAY }]);
  });

  it('knows no label before it came: a revision that mends the window takes back an alarm that was given', () => {
    const late = day(1, 0.86, { revision: 1, at: 3 * HOUR });
    const { episodes, alarmMs } = backtestRule(MODEL, LOW, [...days(0.8, 0.7), late]);
    expect(episodes).toMatchObject([
      { firedAt: known(1), resolvedAt: known(1) + 3 * HOUR, retracted: true, value: 0.7 },
    ]);
    expect(alarmMs).toBe(3 * HOUR);
  });

  it('does not care in which order measurements lie in the store', () => {
    const given = [...days(0.8, 0.7, null, 0.7, 0.9, 0.6), day(3, 0.9, { revision: 1, at: 2 * HOUR })];
    expect(backtestRule(MODEL, LOW, given.toReversed())).toEqual(backtestRule(MODEL, LOW, given));
  });

  it('takes in what was before, and reports what lies in the span', () => {
    const options = { from: START + 3 * DAY, to: START + 5 * DAY };
    const { episodes, transitions, from, to, judged } = backtestRule(
      MODEL,
      LOW,
      days(0.7, 0.7, 0.7, 0.8, 0.7),
      options,
    );
    expect(episodes).toMatchObject([{ firedAt: known(0), resolvedAt: known(3) }]);
    expect(transitions).toHaveLength(1);
    expect([from, to, judged]).toEqual([options.from, options.to, 2]);
  });

  it('tells instances apart, and counts the time of alarm once', () => {
    const rule = RuleConfig.parse({ name: 'range', metric: 'quality.range_share', column: '*', above: 0.1 });
    const of = (column: string, n: number, value: number) => day(n, value, { metric: rule.metric, column });
    const given = [of('a', 0, 0.2), of('b', 0, 0.3), of('a', 1, 0), of('b', 1, 0.3), of('a', 2, 0), of('b', 2, 0)];
    const { episodes, alarmMs } = backtestRule(MODEL, rule, given);
    expect(episodes.map(({ column, resolvedAt }) => [column, resolvedAt])).toEqual([
      ['a', known(1)],
      ['b', known(2)],
    ]);
    expect(alarmMs).toBe(2 * DAY);
  });

  it('learns a threshold from what was known before the window only', () => {
    const rule = RuleConfig.parse({
      name: 'learned',
      metric: 'roc_auc',
      threshold: { side: 'below', windows: 10, k: 3 },
    });
    const steady = Array.from({ length: 12 }, (_, i) => 0.8 + (i % 2 ? 0.01 : -0.01));
    const { episodes } = backtestRule(MODEL, rule, days(...steady, 0.6, 0.8));
    expect(episodes).toMatchObject([{ firedAt: known(12), resolvedAt: known(13) }]);
  });

  it('skips only what changes nothing', () => {
    const threshold = fc.double({ min: 0.6, max: 0.9, noNaN: true });
    const rules = fc.record(
      {
        ...{ below: threshold, above: threshold, clear: threshold },
        against: fc.constantFrom('absolute', 'reference'),
        relative: fc.boolean(),
        significant: fc.boolean(),
        for: fc.integer({ min: 1, max: 3 }),
        of: fc.integer({ min: 1, max: 4 }),
        keepFiring: fc.integer({ min: 0, max: 2 }),
        noData: fc.constantFrom('ok', 'alert', 'keep', 'separate'),
        noDataFor: fc.integer({ min: 1, max: 2 }),
        minimumRows: fc.constantFrom(0, 50),
        minimumCoverage: fc.constantFrom(0, 0.5),
        column: fc.constantFrom('*', 'a'),
      },
      { requiredKeys: [] },
    );
    const windows = fc.array(
      fc.record({
        value: fc.oneof(fc.double({ min: 0.5, max: 1, noNaN: true }), fc.constant(null)),
        late: fc.option(fc.double({ min: 0.5, max: 1, noNaN: true })),
        n: fc.constantFrom(10, 100),
        coverage: fc.constantFrom(null, 0.3, 0.9),
        column: fc.constantFrom('', 'a', 'b'),
        reference: fc.constantFrom(null, 0, 0.8),
        swapped: fc.boolean(),
      }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(rules, windows, fc.boolean(), (keys, given, ordered) => {
        const reference = keys.against === 'reference';
        // Against a reference a threshold is a change.
        const shift = (x: number | undefined) => (x === undefined ? {} : reference ? x - 0.8 : x);
        const shifted = Object.fromEntries(
          (['below', 'above', 'clear'] as const).flatMap((key) =>
            keys[key] === undefined ? [] : [[key, shift(keys[key])]],
          ),
        );
        const rule = RuleConfig.parse({ name: 'any', metric: 'roc_auc', ...keys, ...shifted });
        const measured = given.flatMap(({ value, late, swapped, ...over }, n) => [
          day(n, value, { ...over, lower: 0.7, upper: 0.8, at: ordered || !swapped ? 0 : 3 * DAY }),
          ...(late === null ? [] : [day(n, late, { ...over, revision: 1, at: 4 * DAY })]),
        ]);
        expect(backtestRule(MODEL, rule, measured)).toEqual(backtestRule(MODEL, rule, measured, { skim: false }));
      }),
      { numRuns: 1_000, seed: 4 },
    );
  });

  it('replays a year of hours for ten variants in a moment', () => {
    const hours = Array.from({ length: 8_760 }, (_, n) =>
      measurement({
        ...{ monitor: 'daily', value: 0.8 + 0.1 * Math.sin(n / 50), lower: 0.7, upper: 0.9, reference: 0.8 },
        ...{ windowStart: iso(START + n * HOUR), windowEnd: iso(START + (n + 1) * HOUR) },
        computedAt: iso(START + (n + 1) * HOUR + 60_000),
      }),
    );
    const arrivals = toArrivals(hours);
    const began = performance.now();
    for (let i = 0; i < 10; i++) backtestRule(MODEL, { ...LOW, below: 0.6 + i / 50, for: 1 + (i % 5) }, { arrivals });
    // It takes a second; the bound is for machines that have other work.
    expect(performance.now() - began).toBeLessThan(20_000);
  }, 30_000);
});
