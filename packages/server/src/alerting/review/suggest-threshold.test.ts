import { Config, type Verdict } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { iso } from '../../platform/clock.ts';
import { toArrivals } from '../backtest/arrivals.ts';
import { measurement } from '../testdata/measurement.ts';
import { type JudgedAlert, type SuggestInput, suggestThreshold } from './suggest-threshold.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');

/** A model with one rule over daily windows of these values; the verdicts are those of the alerts, in their order. */
function input(values: number[], verdicts: (Verdict | null)[], rule: object = { above: 0.1 }): SuggestInput {
  const { models } = Config.parse({
    apiVersion: 'leeway/v1',
    models: [
      {
        name: 'flights',
        task: 'binary',
        columns: { features: {} },
        rules: [{ name: 'drift', metric: 'drift.share', ...rule }],
      },
    ],
  });
  const model = models[0]!;
  const measurements = values.map((value, day) =>
    measurement({
      metric: 'drift.share',
      value,
      windowStart: iso(START + day * DAY),
      windowEnd: iso(START + (day + 1) * DAY),
      computedAt: iso(START + (day + 1) * DAY + 600_000),
    }),
  );
  const firing = values.flatMap((value, day) => (value > 0.1 && !(values[day - 1]! > 0.1) ? [day] : []));
  const judged = firing.flatMap((day, i): JudgedAlert[] => {
    const verdict = verdicts[i];
    let end = day;
    while (values[end]! > 0.1) end++;
    const at = (window: number) => START + (window + 1) * DAY + 600_000;
    return verdict ? [{ column: '', slice: '', firedAt: at(day), resolvedAt: at(end), verdict }] : [];
  });
  const to = START + (values.length + 1) * DAY;
  return { model, rule: model.rules[0]!, arrivals: toArrivals(measurements), judged, from: START, to };
}

describe('a better threshold', () => {
  test('lies between what was noise and what was useful', () => {
    const values = [0.05, 0.12, 0.05, 0.14, 0.05, 0.5, 0.05, 0.13, 0.05, 0.6, 0.05];
    const suggested = suggestThreshold(input(values, ['noise', 'noise', 'useful', 'duplicate', 'useful']));
    expect(suggested).toMatchObject({
      before: { alerts: 5, useful: 2, noise: 3 },
      after: { alerts: 2, useful: 2, noise: 0 },
      delay: 0,
    });
    const { above } = (suggested as unknown as { change: { above: number } }).change;
    expect(above).toBeGreaterThan(0.14);
    expect(above).toBeLessThan(0.5);
  });

  test('or a longer wait, where noise is as high but short', () => {
    const values = [0.05, 0.5, 0.05, 0.3, 0.3, 0.3, 0.05, 0.5, 0.05, 0.3, 0.3, 0.05];
    const suggested = suggestThreshold(input(values, ['noise', 'useful', 'noise', 'useful']));
    expect(suggested).toMatchObject({ change: { for: 2 }, after: { alerts: 2, useful: 2, noise: 0 }, delay: DAY });
  });

  test('never at the price of something useful', () => {
    const values = [0.05, 0.3, 0.05, 0.12, 0.05, 0.3, 0.05];
    const suggested = suggestThreshold(input(values, ['noise', 'useful', 'noise']));
    expect(suggested).toBe('no threshold tells what was useful and less of what was noise');
  });

  test.each<{ intent: string; verdicts: (Verdict | null)[]; rule?: object; reason: RegExp }>([
    { intent: 'too little was said', verdicts: ['noise', 'useful', null], reason: /2 alerts were judged; at least 3/ },
    { intent: 'nothing was noise', verdicts: ['useful', 'useful', 'expected'], reason: /no alert was called noise/ },
    {
      intent: 'two limits',
      verdicts: ['noise', 'noise', 'noise'],
      rule: { outside: [0, 0.1] },
      reason: /only rules with one number/,
    },
  ])('none where $intent', ({ verdicts, rule, reason }) => {
    expect(suggestThreshold(input([0.05, 0.2, 0.05, 0.3, 0.05, 0.2, 0.05], verdicts, rule))).toMatch(reason);
  });

  test('the threshold to be well again does not lie beyond the one of the alarm', () => {
    const values = [0.05, 0.12, 0.05, 0.14, 0.05, 0.5, 0.05];
    const suggested = suggestThreshold(input(values, ['noise', 'noise', 'useful'], { above: 0.1, clear: 0.08 }));
    expect(suggested).toMatchObject({ after: { useful: 1, noise: 0 } });
  });
});
