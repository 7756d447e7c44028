import { CostConfig, type Measurement } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { measurement } from '../testdata/measurement.ts';
import { severityOf, windowCost } from './window-cost.ts';

const cost = CostConfig.parse({ falsePositive: 2, falseNegative: 50, perMistake: 3, perUnitOfError: 0.5 });
const measured = (values: Record<string, number | null>, over: Partial<Measurement> = {}) =>
  Object.entries(values).map(([metric, value]) =>
    measurement({ metric, value, n: 800, coverage: 0.8, status: value === null ? 'no_data' : 'ok', ...over }),
  );
const binary = { prevalence: 0.1, false_positive_rate: 0.05, false_negative_rate: 0.4 };

describe('what a window cost', () => {
  test.each<
    [intent: string, task: 'binary' | 'multiclass' | 'regression', given: Measurement[], expected: number | null]
  >([
    // 1,000 predictions, of which 800 have a label: 900 negatives, 45 of them taken for positive; 100 positives, 40 missed.
    ['both kinds of mistakes', 'binary', measured(binary), 45 * 2 + 40 * 50],
    [
      'no positive came, so none was missed',
      'binary',
      measured({ ...binary, prevalence: 0, false_negative_rate: null }),
      100,
    ],
    ['a rate is not known', 'binary', measured({ ...binary, false_negative_rate: null }), null],
    ['too few rows', 'binary', measured(binary, { status: 'insufficient' }), null],
    ['of a slice alone', 'binary', measured(binary, { slice: 'plan=pro' }), null],
    ['wrong classes', 'multiclass', measured({ accuracy: 0.9 }), 300],
    ['how far it is off', 'regression', measured({ mae: 4 }), 2_000],
    ['nothing was measured', 'regression', [], null],
  ])('%s', (_, task, given, expected) => {
    const found = windowCost({ task, cost }, given);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(expected, 9);
  });

  test('without prices there is none', () => {
    expect(windowCost({ task: 'binary' }, measured(binary))).toBeNull();
  });
});

describe('severity', () => {
  const by = { cost: { warning: 100, critical: 1_000, currency: 'EUR' } };
  test.each<
    [
      intent: string,
      severity: Parameters<typeof severityOf>[0],
      cost: number | null,
      before: 'info' | 'warning' | 'critical' | null,
      expected: string,
    ]
  >([
    ['as written', 'critical', 1, null, 'critical'],
    ['as written, whatever it was before', 'info', null, 'critical', 'info'],
    ['below the lowest floor', by, 99, null, 'info'],
    ['at a floor', by, 100, null, 'warning'],
    ['above both', by, 5_000, 'info', 'critical'],
    ['it does not fall while the alert is open', by, 99, 'critical', 'critical'],
    ['one floor only', { cost: { critical: 10, currency: '' } }, 9, null, 'info'],
    ['not known: it must not hide', by, null, null, 'warning'],
    ['not known any more: as it was', by, null, 'critical', 'critical'],
  ])('%s', (_, severity, cost, before, expected) => {
    expect(severityOf(severity, cost, before)).toBe(expected);
  });
});
