import { Backtest, type BacktestVariant, RulesReview, Suggestion } from '@leeway/contract';
import { at } from './fixture-flights.ts';

const HOUR_MS = 3_600_000;
const none = { useful: 0, noise: 0, expected: 0, duplicate: 0, none: 0 };

const rule = (given: object) => ({
  ...{ model: 'flights-late', owner: 'ops-forecasting', severity: 'warning', known: true, windows: 120, alerts: 0 },
  ...{ messages: 0, afterHours: 0, verdicts: none, noiseShare: null, timeToAcknowledge: null, timeToResolve: null },
  ...{ resolvedByThemselves: 0, flapping: 0, timeInAlarm: 0, remarks: [] },
  ...given,
});

export const rulesReview: RulesReview = RulesReview.parse({
  from: at(92),
  to: at(120),
  zone: 'Europe/Berlin',
  rules: [
    rule({
      ...{ rule: 'drift', severity: 'info', alerts: 14, messages: 31, afterHours: 12, noiseShare: 0.82 },
      ...{ verdicts: { useful: 1, noise: 8, expected: 1, duplicate: 1, none: 3 }, timeToAcknowledge: 5.2 * HOUR_MS },
      ...{
        timeToResolve: 30 * HOUR_MS,
        resolvedByThemselves: 9,
        flapping: 3,
        timeInAlarm: 0.61,
        remarks: ['mostly_noise'],
      },
    }),
    rule({
      ...{ rule: 'new-categories', alerts: 1, messages: 9, afterHours: 3, noiseShare: 0, timeInAlarm: 0.97 },
      ...{ verdicts: { ...none, expected: 1 }, remarks: ['always_fires'] },
    }),
    rule({
      ...{ rule: 'out-of-range', alerts: 4, messages: 6, verdicts: { ...none, none: 4 }, timeToResolve: 26 * HOUR_MS },
      ...{ timeInAlarm: 0.09, remarks: ['no_verdicts'] },
    }),
    rule({
      ...{ rule: 'calibration', severity: 'critical', alerts: 2, messages: 5, afterHours: 1, noiseShare: 0 },
      ...{
        verdicts: { ...none, useful: 2 },
        timeToAcknowledge: 0.4 * HOUR_MS,
        timeToResolve: 22 * 24 * HOUR_MS,
        timeInAlarm: 0.19,
      },
    }),
    rule({ rule: 'slow', remarks: ['never_fired'] }),
    rule({ rule: 'auc-drop', model: 'churn-b2c', owner: 'crm', remarks: ['never_fired'] }),
    rule({ rule: 'old-rule', known: false, severity: null, owner: null, alerts: 1, verdicts: { ...none, none: 1 } }),
  ],
});

export const suggestions: Suggestion[] = [
  Suggestion.parse({
    ...{ id: 'suggestion-2', model: 'flights-late', rule: 'drift', madeAt: at(120), from: at(92), to: at(120) },
    change: { above: 0.38 },
    yaml: 'rules:\n  - name: drift\n    above: 0.38',
    before: { alerts: 14, useful: 1, noise: 9, timeInAlarm: 0.61 },
    after: { alerts: 3, useful: 1, noise: 1, timeInAlarm: 0.14 },
    ...{ delay: 24 * HOUR_MS, warnings: ['It is scored on the alerts by which it was chosen: expect a little less.'] },
    ...{ appliedAt: null, appliedBy: null },
  }),
  Suggestion.parse({
    ...{ id: 'suggestion-1', model: 'flights-late', rule: 'calibration', madeAt: at(60), from: at(30), to: at(60) },
    change: { for: 3 },
    yaml: 'rules:\n  - name: calibration\n    for: 3',
    before: { alerts: 5, useful: 2, noise: 3, timeInAlarm: 0.2 },
    after: { alerts: 2, useful: 2, noise: 0, timeInAlarm: 0.12 },
    ...{ delay: 0, warnings: [], appliedAt: at(61), appliedBy: 'mira' },
  }),
];

const WEEKS = 17.1;
const rate = (count: number) => ({
  count,
  perWeek: count / WEEKS,
  lower: Math.max(0, count - 1.6 * Math.sqrt(count)) / WEEKS,
  upper: (count + 1.9 * Math.sqrt(count + 1)) / WEEKS,
});
const share = (count: number, of: number) =>
  of === 0
    ? { count, of, value: null, lower: null, upper: null }
    : { count, of, value: count / of, lower: Math.max(0, count / of - 0.3), upper: Math.min(1, count / of + 0.2) };

const score = (found: number, wrong: number, days: number) => ({
  ...{
    from: at(0),
    to: at(120),
    weeks: WEEKS,
    episodes: found + wrong,
    transitions: 4 * (found + wrong),
    retracted: 1,
  },
  ...{ alarmShare: 0.05 * found + 0.012 * wrong, pages: rate(found + wrong), messages: 3 * (found + wrong) },
  ...{ incidents: 4, recall: share(found, 4), precision: share(found, found + wrong), f1: 0.7 },
  ...{ medianDelayMs: days * 24 * HOUR_MS, alreadyFiring: 0, falseAlarms: rate(wrong), quietAlarmShare: 0.01 * wrong },
});

const variants = [0.025, 0.035, 0.0425, 0.05, 0.0575, 0.07].flatMap((above, i) =>
  [1, 2, 3].map((windows): unknown => {
    const found = Math.max(1, 4 - Math.floor((i * windows) / 4));
    const wrong = Math.max(0, 14 - 3 * i - 3 * windows);
    const chosen = i === 2 && windows === 2;
    return {
      ...{ values: { above, for: windows }, score: score(found, wrong, windows), held: null },
      ...{ chosen, pareto: chosen || (i + windows) % 4 === 0 },
    };
  }),
) as BacktestVariant[];

export const backtest: Backtest = Backtest.parse({
  model: 'flights-late',
  rules: [{ rule: 'calibration', judged: 231, withoutData: 3, score: score(2, 2, 3) }],
  total: score(2, 2, 3),
  episodes: [
    {
      ...{ firedAt: at(52, 2), resolvedAt: at(55, 2), aboutFrom: at(49), aboutTo: at(52), incident: null },
      value: 0.061,
    },
    {
      ...{ firedAt: at(82, 2), resolvedAt: at(104, 2), aboutFrom: at(78), aboutTo: at(101), incident: 0 },
      value: 0.079,
    },
    {
      ...{ firedAt: at(110, 2), resolvedAt: null, aboutFrom: at(107), aboutTo: at(118), incident: null },
      value: 0.052,
    },
  ].map((one) => ({
    ...{
      rule: 'calibration',
      column: '',
      slice: '',
      severity: 'critical',
      threshold: 0.05,
      retracted: one.value < 0.06,
    },
    ...{ why: `calibration_error is ${one.value}, above 0.05, in 3 windows` },
    ...one,
  })),
  missed: [1],
  variants,
  warnings: ['Tuned and scored on the same time: expect less of it. Hold out a part to see how much less.'],
});
