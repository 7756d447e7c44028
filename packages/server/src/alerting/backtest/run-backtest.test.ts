import { BacktestRequest, type Measurement } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { iso } from '../../platform/clock.ts';
import { BINARY, modelConfig } from '../../testing/models.ts';
import { measurement } from '../testdata/measurement.ts';
import { toArrivals } from './arrivals.ts';
import { type BacktestInput, runBacktest } from './run-backtest.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2001-01-01');

const MODEL = modelConfig({
  ...BINARY,
  monitors: [...BINARY.monitors, { name: 'half-days', window: '12h' }],
  rules: [
    { name: 'auc-low', metric: 'roc_auc', below: 0.75 },
    { name: 'drifted', metric: 'drift.share', above: 0.5 },
  ],
});

const day = (n: number, metric: string, value: number): Measurement =>
  measurement({
    ...{ monitor: 'daily', metric, value, windowStart: iso(START + n * DAY), windowEnd: iso(START + (n + 1) * DAY) },
    computedAt: iso(START + (n + 1) * DAY + HOUR),
  });
const on = (n: number): string => iso(START + n * DAY);

/** Sixty days: bad ones from the 20th and from the 50th on, three each, and one that only looks a little worse on the 35th. */
const HISTORY = Array.from({ length: 60 }, (_, n) => [
  day(n, 'roc_auc', [20, 21, 22, 50, 51, 52].includes(n) ? 0.6 : n === 35 ? 0.73 : 0.8),
  day(n, 'drift.share', 0),
]).flat();
const INCIDENTS = [
  { start: on(20), end: on(23) },
  { start: on(50), end: on(53) },
];

const input = (over: Partial<BacktestInput> = {}): BacktestInput => ({
  ...{ model: MODEL, arrivals: toArrivals(HISTORY), referenceWindows: new Map() },
  routing: { routes: { channels: ['hook'] }, channels: [{ name: 'hook', type: 'console', sendResolved: true }] },
  ...over,
});
const run = (request: object, over: Partial<BacktestInput> = {}) =>
  runBacktest(input(over), BacktestRequest.parse(request));

describe('runBacktest', () => {
  it('scores each rule, and all together', async () => {
    const { rules, total, episodes, missed } = await run({ incidents: INCIDENTS });
    expect(rules.map(({ rule, score }) => [rule, score.episodes, score.recall?.count])).toEqual([
      ['auc-low', 3, 2],
      ['drifted', 0, 0],
    ]);
    expect(total).toMatchObject({
      ...{ recall: { count: 2, of: 2 }, precision: { count: 2, of: 3 }, medianDelayMs: DAY + HOUR },
      pages: { count: 3 },
    });
    expect(episodes.map(({ incident }) => incident)).toEqual([0, null, 1]);
    expect(missed).toEqual([]);
  });

  it('changes rules where asked, and names what is missed then', async () => {
    const { total, missed } = await run({ rules: ['auc-low'], set: { 'auc-low': { for: 4 } }, incidents: INCIDENTS });
    expect(total.episodes).toBe(0);
    expect(missed).toEqual([0, 1]);
  });

  it('leaves an incident of another rule or model alone', async () => {
    const incidents = [
      { ...INCIDENTS[0], rule: 'drifted' },
      { ...INCIDENTS[1], model: 'houses' },
    ];
    const { total, missed } = await run({ rules: ['auc-low'], incidents });
    expect(total).toMatchObject({ incidents: 0, falseAlarms: { count: 3 } });
    expect(missed).toEqual([]);
  });

  it('tries every combination, marks what is worth it, and warns where it was chosen and scored on the same span', async () => {
    const sweep = { rule: 'auc-low', values: { below: [0.5, 0.7, 0.75], for: [1, 3] } };
    const { variants, warnings } = await run({ incidents: INCIDENTS, sweep });
    expect(variants.map(({ values, pareto, chosen, score }) => [values, score.f1, pareto, chosen])).toEqual([
      [{ below: 0.5, for: 1 }, null, false, false],
      [{ below: 0.5, for: 3 }, null, false, false],
      [{ below: 0.7, for: 1 }, 1, true, true],
      [{ below: 0.7, for: 3 }, 1, false, false],
      [{ below: 0.75, for: 1 }, 0.8, false, false],
      [{ below: 0.75, for: 3 }, 1, false, false],
    ]);
    expect(warnings.join()).toContain('tuned and scored on the same span');
  });

  it('chooses on the first part of the time, and scores on the rest', async () => {
    const sweep = { rule: 'auc-low', values: { below: [0.7, 0.75] } };
    const { variants, warnings } = await run({ incidents: INCIDENTS, sweep, holdout: 0.5 });
    expect(variants).toMatchObject([
      {
        chosen: true,
        score: { incidents: 1, recall: { count: 1 } },
        held: { incidents: 1, falseAlarms: { count: 0 } },
      },
      { chosen: false, score: { falseAlarms: { count: 0 } }, held: { falseAlarms: { count: 1 } } },
    ]);
    expect(warnings.join()).not.toContain('same span');
  });

  it.each([
    [{ rules: ['auc'] }, 'has no rule "auc"; it has auc-low, drifted'],
    [{ set: { 'auc-low': { belov: 1 } } }, 'belov'],
    [{ holdout: 0.3 }, 'without a sweep'],
    [{ holdout: 0.3, sweep: { rule: 'auc-low', values: { for: [1] } } }, 'without incidents'],
    [{ sweep: { rule: 'auc-low', values: { window: ['6h'] } } }, 'stored are those of 1d, 12h'],
    [{ incidents: [{ start: '2001-02-02', end: '2001-02-01' }] }, 'before it begins'],
    [{ from: '2002-01-01', to: '2001-01-01' }, 'lies after'],
  ])('says what cannot be done: %j', async (request, message) => {
    await expect(run(request)).rejects.toThrow(message);
  });

  it('looks at windows of another length where such were measured', async () => {
    const half = HISTORY.map((m) => ({ ...m, monitor: 'half-days', value: 0.9 }));
    const sweep = { rule: 'auc-low', values: { window: ['1d', '12h'] } };
    const { variants } = await run({ sweep }, { arrivals: toArrivals([...HISTORY, ...half]) });
    expect(variants.map(({ score }) => score.episodes)).toEqual([3, 0]);
  });

  it('warns of what makes the figures worth less than they look', async () => {
    const { warnings } = await run(
      { to: on(14), set: { drifted: { metric: 'roc_aucs' } }, incidents: [{ start: '2010-01-01' }] },
      { routing: { routes: {}, channels: [] } },
    );
    expect(warnings).toEqual([
      'drifted: nothing was measured that it is about (roc_aucs)',
      'left out, since they lie outside of what was replayed: 1 of 1 incidents',
      '1.9 weeks are short for rates a week',
      'no route has a channel: pages are those that one would get',
    ]);
  });
});
