import type { BacktestVariant } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { palettes } from './palette.ts';
import { correlationInWords, lagInWords, lagOption, pairsOption } from './relation.ts';
import { describeScore, isScored, tradeOf, tradeoffOption, valuesInWords } from './tradeoff.ts';

const rate = (perWeek: number) => ({ count: 3, perWeek, lower: 0, upper: 1 });
const share = (count: number, of: number) => ({
  count,
  of,
  value: of === 0 ? null : count / of,
  lower: null,
  upper: null,
});

function variant(above: number, given: Partial<BacktestVariant['score']> = {}, pareto = true): BacktestVariant {
  const score: BacktestVariant['score'] = {
    ...{ from: '', to: '', weeks: 10, episodes: 4, transitions: 8, retracted: 0, alarmShare: 0.2, pages: rate(0.4) },
    ...{ messages: 9, incidents: 0, recall: null, precision: null, f1: null, medianDelayMs: null, alreadyFiring: 0 },
    ...{ falseAlarms: null, quietAlarmShare: null },
    ...given,
  };
  return { values: { above, for: 2 }, score, held: null, pareto, chosen: false };
}
const scored = (above: number, found: number, wrong: number, pareto = true) =>
  variant(above, { recall: share(found, 4), precision: share(found, 4), falseAlarms: rate(wrong) }, pareto);

describe('the trade-off', () => {
  it('is recall against false alarms with incidents, time in alarm against pages without', () => {
    expect([isScored([scored(1, 2, 0.5)]), tradeOf(scored(1, 2, 0.5), true)]).toEqual([true, [0.5, 0.5]]);
    expect([isScored([variant(1)]), tradeOf(variant(1), false)]).toEqual([false, [0.4, 0.2]]);
  });

  it('has no dot for a variant of which nothing can be told', () => {
    const none = variant(1, { recall: share(0, 0), falseAlarms: rate(1) });
    expect(isScored([none])).toBe(false);
    expect(tradeOf(none, true)).toBeNull();
  });

  it('joins those that no other beats, from few false alarms to many', () => {
    const option = tradeoffOption([scored(1, 4, 2), scored(2, 1, 0), scored(3, 1, 1, false)], palettes.light);
    const [frontier, dots] = option['series'] as { data: unknown[] }[];
    expect(frontier!.data).toEqual([
      [0, 0.25],
      [2, 1],
    ]);
    expect(dots!.data).toHaveLength(3);
  });

  it('is told in words, in short without intervals', () => {
    expect(valuesInWords(variant(0.05))).toBe('above 0.050, for 2');
    expect(describeScore(scored(1, 3, 0.5).score).slice(0, 3)).toEqual([
      ['Incidents found', '75.0 % (3 of 4)'],
      ['Alerts about one', '75.0 % (3 of 4)'],
      ['False alarms a week', '0.500 (0 to 1)'],
    ]);
    expect(describeScore(variant(1).score, true)).toEqual([
      ['Pages a week', '0.400'],
      ['Time in alarm', '20.0 %'],
    ]);
  });
});

describe('a relation', () => {
  const none = { value: null, lower: null, upper: null, n: 2, reason: 'fewer than 5 pairs' };

  it('is told in words', () => {
    expect(correlationInWords({ value: -0.5, lower: -0.7, upper: -0.2, n: 40, reason: '' })).toBe(
      '-0.500 (-0.700 to -0.200)',
    );
    expect(correlationInWords(none)).toBe('no answer: fewer than 5 pairs');
    expect([0, 1, -3].map(lagInWords)).toEqual([
      'in the same window',
      'with the KPI 1 window later',
      'with the KPI 3 windows earlier',
    ]);
  });

  it('is pale where the interval holds zero, and empty where there is no answer', () => {
    const lags = [
      { lag: -1, value: 0.1, lower: -0.2, upper: 0.4, n: 40 },
      { lag: 0, value: 0.5, lower: 0.2, upper: 0.7, n: 40 },
      { lag: 1, ...none },
    ];
    const [bars] = lagOption(lags, palettes.light)['series'] as {
      data: { value: number | null; itemStyle: { opacity: number } }[];
    }[];
    expect(bars!.data.map(({ value, itemStyle }) => [value, itemStyle.opacity])).toEqual([
      [0.1, 0.35],
      [0.5, 0.9],
      [null, 0.35],
    ]);
  });

  it('shows windows that have both numbers', () => {
    const points = [
      { windowStart: 'a', metric: 1, kpi: 2 },
      { windowStart: 'b', metric: null, kpi: 2 },
      { windowStart: 'c', metric: 1, kpi: null },
    ];
    const [dots] = pairsOption({ metric: 'f1', kpi: 'kpi.calls', points }, palettes.light)['series'] as {
      data: unknown[];
    }[];
    expect(dots!.data).toEqual([{ name: 'a', value: [1, 2] }]);
  });
});
