// Backtests rules on inputs over elec2: three features are constant until row 17,424, where Victoria's market begins to be reported.
import { join } from 'node:path';
import { backtest } from '../backtested.mjs';

const ALIVE = 17_424;
const HALF_HOUR = 1_800_000;
/** The data begin on this Monday, as far as the count of half hours goes; the zone makes no difference here. */
const START = Date.parse('1996-05-06');
const DAY = 48;
/** Eight weeks after the change. */
const ROWS = ALIVE + 56 * DAY;
const at = (row) => new Date(START + row * HALF_HOUR).toISOString();
const FEATURES = ['nswprice', 'nswdemand', 'vicprice', 'vicdemand', 'transfer'];

const CONFIG = {
  apiVersion: 'leeway/v1',
  models: [
    {
      name: 'elec2',
      task: 'binary',
      columns: {
        features: Object.fromEntries(FEATURES.map((name) => [name, { type: 'numeric' }])),
        ...{ id: 'row', time: 'at', prediction: 'yesterday', label: 'class', positive: 'UP' },
      },
      reference: { kind: 'period', start: '1996-05-06', end: '1996-11-03' },
      monitors: [{ name: 'weekly', window: '1w', maturity: { delay: '2d', timeout: '3d', revise: '7d' } }],
      rules: [
        { name: 'broken-feed', metric: 'quality.range_share', column: '*', above: 0.2 },
        { name: 'most-drifted', metric: 'drift.share', above: 0.5 },
      ],
    },
  ],
};

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'elec2',
  title: 'Backtest on elec2: three features come alive',

  async ask(stage) {
    const { folder, readCsv, writeCsv, check } = stage;
    const rows = readCsv(join(folder, 'elec2.csv.gz')).slice(0, ROWS);
    const predictions = rows.map((row, i) => ({
      ...{ row: i, at: at(i), yesterday: rows[i - DAY]?.class ?? row.class },
      ...Object.fromEntries(FEATURES.map((name) => [name, row[name]])),
    }));
    const found = await backtest(stage, {
      config: CONFIG,
      predictions: writeCsv('predictions.csv', predictions),
      labels: writeCsv(
        'labels.csv',
        rows.map((row, i) => ({ row: i, class: row.class, known: at(i + DAY) })),
      ),
      labelTime: 'known',
      incidents: [{ start: at(ALIVE), note: "Victoria's market begins to be reported" }],
      options: ['--from', '1996-11-04'],
    });
    for (const { rule, score } of found.rules) {
      const { recall, medianDelayMs, falseAlarms } = score;
      const days = medianDelayMs === null ? null : medianDelayMs / 86_400_000;
      check(`${rule} finds it`, recall.count === 1, `${recall.count} of ${recall.of}`);
      check(
        `${rule} tells of it when the window of a week is closed, or the next one`,
        days !== null && days <= 15,
        days,
      );
      check(`${rule}: one false alarm in ten weeks at most`, falseAlarms.perWeek <= 0.1, falseAlarms.perWeek);
    }
    const columns = found.episodes.filter(({ rule, incident }) => rule === 'broken-feed' && incident === 0);
    check(
      'broken-feed names the three features',
      ['vicprice', 'vicdemand', 'transfer'].every((name) => columns.some(({ column }) => column === name)),
      columns.map(({ column }) => column).join(', '),
    );
    check('people are told once a month at most', found.total.pages.perWeek <= 0.25, found.total.pages.perWeek);
  },
};
