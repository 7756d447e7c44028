import type { Backtest, BacktestScore } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { renderBacktestReport } from './render-report.ts';
import { renderBacktest } from './render-text.ts';

const share = (count: number, of: number) => ({ count, of, value: of ? count / of : null, lower: 0.1, upper: 0.9 });
const rate = (count: number, perWeek: number) => ({ count, perWeek, lower: perWeek / 2, upper: perWeek * 2 });
const SCORE: BacktestScore = {
  ...{
    from: '2001-01-01T00:00:00.000Z',
    to: '2001-03-12T00:00:00.000Z',
    weeks: 10,
    episodes: 2,
    transitions: 4,
    retracted: 1,
  },
  ...{
    alarmShare: 0.1,
    pages: rate(2, 0.2),
    messages: 4,
    incidents: 2,
    recall: share(1, 2),
    precision: share(1, 2),
    f1: 0.5,
  },
  ...{ medianDelayMs: 129_600_000, alreadyFiring: 0, falseAlarms: rate(1, 0.1), quietAlarmShare: 0.05 },
};
const episode = (over: Partial<Backtest['episodes'][number]>): Backtest['episodes'][number] => ({
  ...{ rule: 'auc-low', column: '', slice: '', severity: 'warning', value: 0.7, threshold: 0.75, retracted: false },
  ...{ aboutFrom: '2001-01-10T00:00:00.000Z', aboutTo: '2001-01-12T00:00:00.000Z', why: 'roc_auc is 0.7, below 0.75' },
  ...{ firedAt: '2001-01-13T01:00:00.000Z', resolvedAt: '2001-01-15T01:00:00.000Z', incident: 0 },
  ...over,
});
const variant = (below: number, chosen: boolean): Backtest['variants'][number] => ({
  ...{ values: { below, for: 1 }, score: SCORE, held: { ...SCORE, recall: share(1, 1) }, pareto: chosen, chosen },
});
const RESULT: Backtest = {
  model: 'flights',
  rules: [
    { rule: 'auc-low', judged: 70, withoutData: 0, score: SCORE },
    { rule: 'drifted', judged: 70, withoutData: 3, score: { ...SCORE, episodes: 0, precision: share(0, 0) } },
  ],
  total: SCORE,
  episodes: [
    episode({}),
    episode({
      slice: 'origin=<b>',
      incident: null,
      retracted: true,
      resolvedAt: null,
      firedAt: '2001-02-02T01:00:00.000Z',
    }),
  ],
  missed: [1],
  variants: [variant(0.7, true), variant(0.75, false)],
  warnings: ['2 incidents are few: heed the interval of the recall'],
};
const INCIDENTS = [
  { start: '2001-01-10', end: '2001-01-12' },
  { start: '2001-03-01', note: 'the feed sent kilometres' },
];

describe('a backtest for people', () => {
  it('is a text for the terminal', async () => {
    await expect(renderBacktest(RESULT, INCIDENTS, { color: false })).toMatchFileSnapshot('golden/backtest.txt');
  });

  it('says less where no incidents are known', () => {
    const quiet = { ...SCORE, recall: null, precision: null, f1: null, falseAlarms: null, medianDelayMs: null };
    const text = renderBacktest({ ...RESULT, total: quiet, rules: [], missed: [], variants: [] }, null, {
      color: false,
    });
    expect(text).not.toContain('false alarm');
    expect(text).not.toContain('incidents,');
  });

  it('is a report that needs nothing else, and lets no text of the data become HTML', async () => {
    const html = await renderBacktestReport(RESULT, INCIDENTS);
    expect(html).toContain('the feed sent kilometres');
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html).toContain('origin=&lt;b&gt;');
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|<b>/);
  });
});
