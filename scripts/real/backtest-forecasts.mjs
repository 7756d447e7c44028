// Backtests a rule on calibration over FiveThirtyEight's forecasts of the MLB, which stay calibrated: a control, in which every
// alert is a false alarm.
import { join } from 'node:path';
import { backtest } from '../backtested.mjs';

const CONFIG = {
  apiVersion: 'leeway/v1',
  models: [
    {
      name: 'mlb',
      task: 'binary',
      columns: {
        features: { season: { type: 'categorical', drift: false } },
        ...{ id: 'game', time: 'day', prediction: 'said', score: 'prob1', label: 'won' },
      },
      reference: { kind: 'period', start: '2019-04-01', end: '2019-06-30' },
      monitors: [
        { name: 'weekly', window: '1w', minimumRows: 50, maturity: { delay: '1d', timeout: '2d', revise: '7d' } },
      ],
      rules: [
        { name: 'miscalibrated', metric: 'calibration_bias', outside: [-0.05, 0.05], significant: true, for: 2 },
        { name: 'log-loss-unusual', metric: 'log_loss', threshold: { side: 'above', windows: 30, k: 3 } },
      ],
    },
  ],
};

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'fivethirtyeight-forecasts',
  title: 'Backtest on the MLB: a control that must stay quiet',

  async ask(stage) {
    const { folder, readCsv, writeCsv, check } = stage;
    const games = readCsv(join(folder, 'mlb_games.csv'))
      .filter(({ prob1_outcome: won, date }) => (won === '0' || won === '1') && date >= '2019')
      .map(({ date: day, season, prob1, prob1_outcome: won }, game) => ({
        game,
        day,
        season,
        prob1,
        won,
        said: Number(prob1) > 0.5 ? 1 : 0,
      }));
    const found = await backtest(stage, {
      config: CONFIG,
      predictions: writeCsv(
        'predictions.csv',
        games.map(({ won: _, ...row }) => row),
      ),
      labels: writeCsv(
        'labels.csv',
        games.map(({ game, won }) => ({ game, won })),
      ),
      incidents: [],
      options: ['--label-delay', '1d'],
    });
    for (const { rule, score } of found.rules) {
      check(
        `${rule}: one false alarm in twenty weeks at most`,
        score.falseAlarms.perWeek <= 0.05,
        score.falseAlarms.perWeek,
      );
    }
    const judged = found.rules.map((rule) => `${rule.rule} ${rule.judged - rule.withoutData}`).join(', ');
    check(
      'there was something to be wrong about',
      found.rules.every((rule) => rule.judged - rule.withoutData >= 50),
      judged,
    );
  },
};
