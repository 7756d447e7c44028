import { describe, expect, test } from 'vitest';
import { median, type ReviewedAlert, type ReviewFacts, reviewRules, shareOpen } from './review-rules.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY = Date.parse('2026-03-02T00:00:00Z');

const alert = (over: Partial<ReviewedAlert> = {}): ReviewedAlert => ({
  model: 'flights',
  rule: 'drift',
  firedAt: MONDAY + 10 * HOUR,
  resolvedAt: MONDAY + 34 * HOUR,
  acknowledgedAt: null,
  verdict: null,
  flapping: false,
  ...over,
});

const rule = (over: object = {}) => ({
  model: 'flights',
  rule: 'drift',
  owner: 'ops',
  severity: 'warning',
  known: true,
  windowMs: DAY,
  windows: 60,
  ...over,
});

const review = (over: Partial<ReviewFacts>) =>
  reviewRules({
    from: MONDAY,
    to: MONDAY + 60 * DAY,
    zone: 'UTC',
    rules: [rule()],
    alerts: [],
    messages: [],
    ...over,
  })[0]!;

describe('what is said of a rule', () => {
  test.each([
    { intent: 'it never fired in 60 windows', facts: {}, remarks: ['never_fired'] },
    { intent: 'never in a few windows says nothing', facts: { rules: [rule({ windows: 29 })] }, remarks: [] },
    { intent: 'a rule that is gone is not blamed', facts: { rules: [rule({ known: false })] }, remarks: [] },
    {
      intent: 'it was open nearly all the time',
      facts: { alerts: [alert({ firedAt: MONDAY - DAY, resolvedAt: null })] },
      remarks: ['always_fires'],
    },
    { intent: 'nobody has said anything', facts: { alerts: [alert(), alert(), alert()] }, remarks: ['no_verdicts'] },
    {
      intent: 'most of it was noise',
      facts: { alerts: [alert({ verdict: 'noise' }), alert({ verdict: 'duplicate' }), alert({ verdict: 'useful' })] },
      remarks: ['mostly_noise'],
    },
    {
      intent: 'half of it was noise',
      facts: {
        alerts: ['noise', 'noise', 'useful', 'expected'].map((verdict) => alert({ verdict: verdict as 'noise' })),
      },
      remarks: [],
    },
  ])('$intent', ({ facts, remarks }) => {
    expect(review(facts).remarks).toEqual(remarks);
  });

  test('counts and times', () => {
    const found = review({
      alerts: [
        alert({ verdict: 'noise' }), // over after one window, by itself
        alert({ verdict: 'useful', acknowledgedAt: MONDAY + 11 * HOUR, resolvedAt: MONDAY + 58 * HOUR }),
        alert({ acknowledgedAt: MONDAY + 13 * HOUR, resolvedAt: null, flapping: true }),
        alert({ firedAt: MONDAY - DAY, verdict: 'noise' }), // began before: open, and not counted again
        alert({ rule: 'other' }),
      ],
      messages: [
        { model: 'flights', rule: 'drift', at: MONDAY + 10 * HOUR },
        { model: 'flights', rule: 'drift', at: MONDAY + 3 * HOUR },
        { model: 'flights', rule: 'drift', at: MONDAY + 5 * DAY + 12 * HOUR }, // Saturday
        { model: 'flights', rule: 'other', at: MONDAY },
      ],
    });
    expect(found).toMatchObject({
      alerts: 3,
      messages: 3,
      afterHours: 2,
      verdicts: { useful: 1, noise: 1, expected: 0, duplicate: 0, none: 1 },
      noiseShare: 0.5,
      timeToAcknowledge: 2 * HOUR,
      timeToResolve: 36 * HOUR,
      resolvedByThemselves: 1,
      flapping: 1,
    });
  });

  test('it is after hours by the clock of the zone', () => {
    const messages = [{ model: 'flights', rule: 'drift', at: MONDAY + 8.5 * HOUR }];
    expect(review({ messages }).afterHours).toBe(1);
    expect(review({ messages, zone: 'Europe/Berlin' }).afterHours).toBe(0);
  });
});

test.each([
  { intent: 'none', spans: [], share: 0 },
  {
    intent: 'two that overlap count once',
    spans: [
      [10, 30],
      [20, 50],
    ],
    share: 0.4,
  },
  {
    intent: 'one within another',
    spans: [
      [10, 50],
      [20, 30],
    ],
    share: 0.4,
  },
  {
    intent: 'begun before and not over',
    spans: [
      [-5, 10],
      [90, null],
    ],
    share: 0.2,
  },
])('the share of time in alarm: $intent', ({ spans, share }) => {
  const alerts = spans.map(([firedAt, resolvedAt]) => ({ firedAt: firedAt as number, resolvedAt: resolvedAt ?? null }));
  expect(shareOpen(alerts, 0, 100)).toBeCloseTo(share, 12);
});

test.each([
  { values: [], middle: null },
  { values: [3], middle: 3 },
  { values: [5, 1, 3], middle: 3 },
  { values: [4, 1, 3, 2], middle: 2.5 },
])('the median of $values', ({ values, middle }) => {
  expect(median(values)).toBe(middle);
});
