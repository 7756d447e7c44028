// Plays four years of census interviews for `npm run test:real`: the control, which has to stay quiet.
import { join } from 'node:path';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MINUTE_MS = 60_000;
const START = '2015-01-01';
const LABEL_DELAY_WEEKS = 4;
const CATEGORICAL = [
  'SCHL',
  'MAR',
  'RELP',
  'DIS',
  'ESP',
  'CIT',
  'MIG',
  'MIL',
  'ANC',
  'NATIVITY',
  'DEAR',
  'DEYE',
  'DREM',
  'SEX',
  'RAC1P',
];

/** @type {import('../../scripts/test-real.mjs').Replay} */
export default {
  data: 'nannyml-census-employment',
  model: 'employment',
  start: START,
  live: START,
  end: '2019-04-01',
  scenarios: [{ name: 'census', title: 'Census employment, the control that has to stay quiet' }],

  async play({ folder, readParquet, api, clock, settle, step }) {
    const weeks = await readWeeks(folder, readParquet);
    let week = 0;
    for (let at = Date.parse(START); week < weeks.length + LABEL_DELAY_WEEKS + 2; at += WEEK_MS, week++) {
      clock.set(at + WEEK_MS);
      const rows = weeks[week] ?? [];
      if (rows.length > 0)
        await api.ingest(
          'employment',
          'predictions',
          rows.map(({ employed: _later, ...known }) => known),
        );
      const due = weeks[week - LABEL_DELAY_WEEKS] ?? [];
      if (due.length > 0)
        await api.ingest(
          'employment',
          'labels',
          due.map(({ id, employed }) => ({ id, employed })),
        );
      clock.set(at + WEEK_MS + 12 * MINUTE_MS);
      await settle();
      step(new Date(at).toISOString().slice(0, 10), week / weeks.length);
    }
  },

  async judge({ check, found, note, measurements }) {
    const scores = {};
    for (const monitor of ['weekly', 'four-weekly']) {
      const all = await measurements({ metric: 'drift.score', column: '*', monitor });
      scores[monitor] = all;
      const drifts = all.filter((m) => m.detail.drifted);
      const highest = all.toSorted((a, b) => b.value - a.value)[0];
      const significant = all.filter((m) => m.detail.p_value < 0.05);
      note(
        `${monitor}: ${all.length} judgements of a column, ${drifts.length} drifts, nearest to it or furthest ${highest.column} with ${highest.value.toFixed(2)} of 1; ` +
          `by significance alone, uncorrected, there would have been ${significant.length}`,
      );
    }
    const drift = found.alerts.filter((alert) => alert.metric.startsWith('drift.'));
    check(
      'not one drift alert',
      drift.length === 0,
      drift.map((a) => `${a.rule} ${a.column} ${a.windowStart.slice(0, 10)}`).join(', '),
    );
    check(
      'every column of every full week was judged',
      scores.weekly.filter((m) => m.value !== null).length >= 207 * 17,
      scores.weekly.length,
    );
    check('no column drifted over four weeks', !scores['four-weekly'].some((m) => m.detail.drifted));
    const single = scores.weekly.filter((m) => m.detail.drifted).length / scores.weekly.length;
    check('of single weeks of a column less than one in two hundred is called a drift', single < 0.005, single);

    const auc = await measurements({ metric: 'roc_auc', monitor: 'four-weekly' });
    const values = auc.filter((m) => m.status === 'ok').map((m) => m.value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    check('at least 50 windows have an AUC', values.length >= 50, values.length);
    check('AUC stays within 0.89 and 0.92', low > 0.89 && high < 0.92, `${low.toFixed(4)} to ${high.toFixed(4)}`);
    check('no alert on performance', !found.alerts.some((alert) => alert.rule === 'worse'));

    // One window a month may alarm by chance, of both monitors together.
    const months = (52 * 4 * 7) / 30.4;
    const windows = new Set(
      Object.values(scores).flatMap((all) =>
        all.filter((m) => m.detail.drifted).map((m) => `${m.monitor} ${m.windowStart}`),
      ),
    );
    check(
      `the windows that alarm are within the budget of ${Math.floor(months)}`,
      windows.size <= months,
      windows.size,
    );

    await judgeEstimates({ auc, check, note, measurements });
    await judgeFairness({ check, found, note, measurements });
  },
};

/** What was foreseen at the end of a window, against what the labels of a month later show. */
async function judgeEstimates({ auc, check, note, measurements }) {
  const estimated = await measurements({ metric: 'estimated.roc_auc', monitor: 'four-weekly' });
  const realised = new Map(auc.filter((m) => m.status === 'ok').map((m) => [m.windowStart, m.value]));
  const pairs = estimated.filter((m) => m.value !== null && realised.has(m.windowStart));
  const right = pairs.filter((m) => {
    const truth = realised.get(m.windowStart);
    return truth >= m.lower && truth <= m.upper;
  });
  const off = pairs.map((m) => Math.abs(m.value - realised.get(m.windowStart)));
  note(
    `AUC was foreseen in ${pairs.length} windows, with a mean error of ${mean(off).toFixed(4)}; ` +
      `the truth lay in the interval in ${right.length}`,
  );
  check('of at least 35 windows AUC is foreseen', pairs.length >= 35, pairs.length);
  check('the truth lies in the interval in nine of ten', right.length >= 0.9 * pairs.length, right.length);
}

async function judgeFairness({ check, found, note, measurements }) {
  for (const column of ['SEX', 'RAC1P', 'SEX, RAC1P']) {
    const ratios = await measurements({ metric: 'fairness.demographic_parity_ratio', column, monitor: 'four-weekly' });
    const values = ratios.filter((m) => m.value !== null).map((m) => m.value);
    note(
      `selection rates by ${column}: the lowest is ${mean(values).toFixed(3)} of the highest on average, ` +
        `at least ${Math.min(...values).toFixed(3)}, in ${values.length} windows`,
    );
    if (column === 'SEX') {
      check('by sex, the four-fifths rule is kept in every window', values.length >= 50 && Math.min(...values) >= 0.8);
      continue;
    }
    const small = ratios.filter((m) => m.reason.includes('left out as too small') && m.reason.includes('RAC1P=4'));
    check(`by ${column}: the smallest group is named wherever it is`, small.length > 0, small.length);
  }
  const unfair = found.alerts.filter((alert) => alert.rule === 'unfair');
  check('no alert on fairness', unfair.length === 0, unfair.map((a) => `${a.column} ${a.windowStart}`).join(', '));
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Rows by week. The data know the year only: the rows of a year are dealt out to its days in turn. */
async function readWeeks(folder, readParquet) {
  const kinds = {
    id: 'numeric',
    AGEP: 'numeric',
    year: 'numeric',
    prediction: 'numeric',
    predicted_probability: 'numeric',
  };
  const columns = { ...kinds, ...Object.fromEntries(CATEGORICAL.map((name) => [name, 'categorical'])) };
  const before = await readParquet(join(folder, 'reference.parquet'), { ...columns, employed: 'numeric' });
  const later = await readParquet(join(folder, 'analysis.parquet'), columns);
  const targets = await readParquet(join(folder, 'analysis_targets.parquet'), { id: 'numeric', employed: 'numeric' });
  const employed = new Map(targets.map((row) => [row.id, row.employed]));
  for (const row of later) row.employed = employed.get(row.id);

  const start = Date.parse(START);
  const weeks = [];
  const seen = new Map();
  for (const { year, ...row } of [...before, ...later]) {
    const place = seen.get(year) ?? 0;
    seen.set(year, place + 1);
    const at = Date.UTC(year, 0, 1) + (place % 365) * DAY_MS;
    const week = Math.floor((at - start) / WEEK_MS);
    weeks[week] ??= [];
    weeks[week].push({ ...row, interviewed: at });
  }
  return Array.from(weeks, (rows) => rows ?? []);
}
