import { type Measurement, RuleConfig } from '@leeway/contract';
import type { LearnedThreshold } from '@leeway/stats';
import { expect, test } from 'vitest';
import { measurement } from '../testdata/measurement.ts';
import { type Judgement, judgeMeasurement } from './judge-measurement.ts';

const rule = (over: object) => RuleConfig.parse({ name: 'r', metric: 'roc_auc', ...over });

interface Row {
  intent: string;
  rule: object;
  measurement?: Partial<Measurement>;
  previous?: number;
  learned?: LearnedThreshold;
  expected: Partial<Judgement>;
}

const rows: Row[] = [
  { intent: 'below the threshold', rule: { below: 0.85 }, expected: { verdict: 'breach', threshold: 0.85 } },
  { intent: 'the threshold itself is not below it', rule: { below: 0.8 }, expected: { verdict: 'clear' } },
  { intent: 'above the threshold', rule: { above: 0.7 }, expected: { verdict: 'breach', threshold: 0.7 } },
  { intent: 'inside of a range', rule: { outside: [0.7, 0.95] }, expected: { verdict: 'clear', threshold: 0.7 } },
  { intent: 'below a range', rule: { outside: [0.9, 0.95] }, expected: { verdict: 'breach', threshold: 0.9 } },
  { intent: 'above a range', rule: { outside: [0.1, 0.5] }, expected: { verdict: 'breach', threshold: 0.5 } },
  {
    intent: 'an absolute drop against the reference',
    rule: { below: -0.05, against: 'reference' },
    measurement: { reference: 0.9 },
    expected: { verdict: 'breach', threshold: 0.85, why: 'roc_auc is 0.8, below 0.85 (reference 0.9)' },
  },
  {
    intent: 'a relative rise against the reference',
    rule: { above: 0.5, against: 'reference', relative: true },
    measurement: { value: 3.1, reference: 2 },
    expected: { verdict: 'breach', threshold: 3 },
  },
  {
    intent: 'a relative rise of a negative number goes up, too',
    rule: { above: 0.5, against: 'reference', relative: true },
    measurement: { value: -0.9, reference: -2 },
    expected: { verdict: 'breach', threshold: -1 },
  },
  {
    intent: 'without a reference there is nothing to say',
    rule: { below: -0.05, against: 'reference' },
    expected: { verdict: 'no_data', why: 'roc_auc: there is no reference' },
  },
  {
    intent: 'a share of zero has no meaning',
    rule: { above: 0.5, against: 'reference', relative: true },
    measurement: { reference: 0 },
    expected: { verdict: 'no_data' },
  },
  {
    intent: 'a drop against the window before',
    rule: { below: -0.05, against: 'previous' },
    previous: 0.9,
    expected: { verdict: 'breach', threshold: 0.85 },
  },
  {
    intent: 'the first window has none before it',
    rule: { below: 0, against: 'previous' },
    expected: { verdict: 'between' },
  },
  {
    intent: 'the interval reaches over the threshold',
    rule: { below: 0.85, significant: true },
    measurement: { lower: 0.7, upper: 0.9 },
    expected: { verdict: 'between', why: 'roc_auc is 0.8, below 0.85, but it may be chance' },
  },
  {
    intent: 'the interval lies beyond',
    rule: { below: 0.85, significant: true },
    measurement: { lower: 0.7, upper: 0.84 },
    expected: { verdict: 'breach' },
  },
  {
    intent: 'a drift test decides on significance itself',
    rule: { above: 1, significant: true },
    measurement: { value: 3, detail: { drifted: false } },
    expected: { verdict: 'between' },
  },
  {
    intent: 'no interval: the value decides',
    rule: { below: 0.85, significant: true },
    expected: { verdict: 'breach' },
  },
  { intent: 'not over it, not yet well', rule: { below: 0.75, clear: 0.85 }, expected: { verdict: 'between' } },
  { intent: 'well again', rule: { below: 0.75, clear: 0.8 }, expected: { verdict: 'clear' } },
  { intent: 'a clear on the wrong side is none', rule: { below: 0.75, clear: 0.7 }, expected: { verdict: 'clear' } },
  {
    intent: 'a clear moves with the reference',
    rule: { below: -0.1, clear: -0.02, against: 'reference' },
    measurement: { value: 0.86, reference: 0.9 },
    expected: { verdict: 'between' },
  },
  {
    intent: 'too few rows for the rule',
    rule: { below: 0.9, minimumRows: 1001 },
    expected: { verdict: 'no_data', why: 'roc_auc: 1,000 rows, and the rule wants 1,001' },
  },
  {
    intent: 'too few rows for the monitor',
    rule: { below: 0.9 },
    measurement: { status: 'insufficient', reason: '12 rows, and the monitor wants 100' },
    expected: { verdict: 'no_data', value: null, why: 'roc_auc: 12 rows, and the monitor wants 100' },
  },
  { intent: 'no value', rule: { below: 0.9 }, measurement: { value: null }, expected: { verdict: 'no_data' } },
  {
    intent: 'below what was learned',
    rule: { threshold: {} },
    learned: { lower: 0.85, upper: 0.95, n: 30 },
    expected: { verdict: 'breach', threshold: 0.85, why: 'roc_auc is 0.8, below 0.85 (learned from 30 windows)' },
  },
  {
    intent: 'within what was learned',
    rule: { threshold: { side: 'above' } },
    learned: { lower: null, upper: 0.95, n: 30 },
    expected: { verdict: 'clear', threshold: 0.95 },
  },
  {
    intent: 'too few windows to learn from',
    rule: { threshold: {} },
    learned: { lower: null, upper: null, n: 3, reason: 'insufficient' },
    expected: {
      verdict: 'between',
      threshold: null,
      why: 'roc_auc: 3 windows to learn a threshold from, and it wants 6',
    },
  },
  { intent: 'a rule that only waits for data', rule: {}, expected: { verdict: 'clear', threshold: null } },
  {
    intent: 'names column and slice, and writes shares in percent',
    rule: { above: 0.05 },
    measurement: { metric: 'quality.range_share', column: 'distance', slice: 'origin=JFK', value: 0.124 },
    expected: { verdict: 'breach', why: 'quality.range_share of distance where origin=JFK is 12.4 %, above 5 %' },
  },
];

test.each(rows)('$intent', (row) => {
  const got = judgeMeasurement(rule(row.rule), measurement(row.measurement ?? {}), row.previous ?? null, row.learned);
  const { threshold, ...rest } = row.expected;
  expect(got).toMatchObject(rest);
  if (typeof threshold === 'number') expect(got.threshold).toBeCloseTo(threshold, 12);
  else if (threshold === null) expect(got.threshold).toBeNull();
});
