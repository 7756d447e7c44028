// Backtests a rule on performance over Beijing's fine dust, forecast as yesterday at this hour: the haze of January 2013 is a
// known incident, and the labels come a day late.
import { join } from 'node:path';
import { backtest } from '../backtested.mjs';

const HOUR = 3_600_000;

const CONFIG = {
  apiVersion: 'leeway/v1',
  models: [
    {
      name: 'dust',
      task: 'regression',
      columns: {
        features: { temperature: { type: 'numeric' }, wind: { type: 'numeric' } },
        ...{ id: 'hour', time: 'at', prediction: 'yesterday', label: 'dust' },
      },
      reference: { kind: 'period', start: '2011-07-01', end: '2011-07-28' },
      monitors: [{ name: 'weekly', window: '1w', maturity: { delay: '2d', timeout: '3d', revise: '7d' } }],
      rules: [
        // Twice in a row, since a single week of still air is weather.
        { name: 'error-high', metric: 'mae', above: 95, for: 2 },
        { name: 'error-unusual', metric: 'mae', threshold: { side: 'above', windows: 26, k: 3 } },
      ],
    },
  ],
};

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'beijing-pm25',
  title: 'Backtest on Beijing: the haze of January 2013',

  async ask(stage) {
    const { folder, readCsv, writeCsv, check } = stage;
    const hours = readCsv(join(folder, 'pollution.csv.gz')).map((row) => ({
      ...row,
      at: Date.UTC(Number(row.year), Number(row.month) - 1, Number(row.day), Number(row.hour)),
    }));
    const rows = hours.filter(({ at }) => at >= Date.UTC(2011, 6, 1) && at < Date.UTC(2013, 6, 1));
    const before = new Map(hours.map((row) => [row.at, row['pm2.5']]));
    const said = rows.flatMap((row) => {
      const yesterday = before.get(row.at - 24 * HOUR);
      if (yesterday === undefined || yesterday === 'NA') return [];
      const at = new Date(row.at).toISOString();
      return [{ hour: row.at, at, temperature: row.TEMP, wind: row.Iws, yesterday, dust: row['pm2.5'] }];
    });
    const found = await backtest(stage, {
      config: CONFIG,
      predictions: writeCsv(
        'predictions.csv',
        said.map(({ dust: _, ...row }) => row),
      ),
      labels: writeCsv(
        'labels.csv',
        said.flatMap(({ hour, dust }) =>
          dust === 'NA' ? [] : [{ hour, dust, known: new Date(hour + 24 * HOUR).toISOString() }],
        ),
      ),
      labelTime: 'known',
      incidents: [{ start: '2013-01-07', end: '2013-02-04', note: 'the haze of January 2013' }],
      options: ['--from', '2012-01-01'],
    });
    for (const { rule, score } of found.rules) {
      const { recall, falseAlarms, pages } = score;
      check(`${rule} finds the haze`, recall.count === 1, `${recall.count} of ${recall.of}`);
      check(`${rule}: one false alarm in ten weeks at most`, falseAlarms.perWeek <= 0.1, falseAlarms.perWeek);
      check(`${rule}: people are told once a month at most`, pages.perWeek <= 0.25, pages.perWeek);
    }
  },
};
