// Plays fifty years of daily weather for `npm run test:real`, and says what has to come of it.
import { join } from 'node:path';
import { always } from '../../scripts/retraining-table.mjs';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** A year of the data is 365 rows, and a row is an hour of the clock. Windows lie end to end from 1970: this begins one. */
const YEAR = 365;
const START = 720 * YEAR * HOUR_MS;
/** Six years are history: five to train on, and one held out. */
const HISTORY = 6 * YEAR;
const LOGISTIC = 'logistic regression (built-in)';
const iso = (row) => new Date(START + row * HOUR_MS).toISOString();
const rowOf = (time) => Math.floor((Date.parse(time) - START) / HOUR_MS);
const year = (row) => `${1949 + Math.floor(row / YEAR)}`;
const SEASONAL = ['temperature', 'dew_point', 'temperature_highest', 'temperature_lowest', 'pressure'];

/** @type {import('../../scripts/test-real.mjs').Replay} */
export default {
  data: 'noaa-weather',
  model: 'rain',
  start: iso(0),
  live: iso(HISTORY),
  end: iso(51 * YEAR),
  scenarios: [
    {
      name: 'weather',
      title: 'Weather of fifty years, the built-in logistic regression',
      row: { trainer: LOGISTIC, way: 'policy' },
    },
    {
      name: 'weather-always',
      title: 'Weather of fifty years, retrained every year',
      row: { trainer: LOGISTIC, way: 'always' },
      configure: (model) => always(model, { on: 'labels', atLeast: YEAR }, 'log_loss'),
      async judge({ check, outcome }) {
        check('no run failed', outcome.failed === 0, outcome.failed);
        check('a version of every year was taken', outcome.accepted >= 40, outcome.accepted);
      },
    },
  ],
  table: { data: 'noaa-weather', metric: 'log_loss', monitor: 'yearly', against: 'log loss' },

  async play({ folder, readCsv, api, clock, settle, train, step }) {
    const days = readDays(readCsv(join(folder, 'weather.csv')));
    const rows = (from, to) => days.slice(from, to).map(({ row }) => row);
    const labels = (from, to) => days.slice(from, to).map(({ row, rained }) => ({ day_id: row.day_id, rained }));

    clock.set(START + HISTORY * HOUR_MS);
    await api.ingest('rain', 'predictions', rows(0, HISTORY));
    await api.ingest('rain', 'labels', labels(0, HISTORY - 1));
    await train('the first version, from the history');

    // What a year says is known an hour after it, when its last label is in; what serves changes then.
    for (let from = HISTORY; from < days.length; from += YEAR) {
      const to = Math.min(days.length, from + YEAR);
      clock.set(START + to * HOUR_MS);
      await api.invoke('rain', { dataframe_records: rows(from, to) });
      clock.set(START + (to + 1) * HOUR_MS + 12 * MINUTE_MS);
      await api.ingest('rain', 'labels', labels(from - 1, to));
      await settle();
      step(year(to), to / days.length);
    }
  },

  across([row], check) {
    check('the policy has less of an error than the frozen version', row.policy < 0.95 * row.never, row.policy);
    check('more than half of what asked was refused or inconclusive', row.accepted < row.refused + row.inconclusive);
    check('a version a year is not better by much than the policy', row.always > 0.93 * row.policy, row.always);
  },

  reading([row]) {
    const runs = row.asked.reduce((sum, [, n]) => sum + n, 0);
    const share = Math.round((100 * (row.never - row.policy)) / (row.never - row.always));
    return `${row.accepted} of ${runs} challengers were taken, and they bring ${share} % of what ${row.runsAlways} do, a version a year. What asked was instruments that
changed, and a rule on calibration; never the season. Most were inconclusive: a year has too few days to show a small gain.`;
  },

  async judge({ check, found, compare, note, measurements }) {
    const changed = found.alerts.filter((alert) => alert.rule === 'inputs-changed');
    for (const alert of changed) {
      const fired = rowOf(alert.firedAt);
      const over = alert.resolvedAt === null ? 'to the end' : `until row ${rowOf(alert.resolvedAt)}`;
      note(`${alert.column} changed: told at row ${fired} (about ${year(fired)}), ${over}`);
    }
    const scores = await measurements({ metric: 'drift.score', column: 'visibility', monitor: 'yearly' });
    const worst = scores.toSorted((a, b) => b.value - a.value)[0];
    const [from, to] = [rowOf(worst.windowStart), rowOf(worst.windowEnd)];
    note(
      `visibility is furthest from the five years before it in rows ${from} to ${to - 1}: score ${worst.value.toFixed(1)}`,
    );
    const step = changed.find(
      (alert) => alert.column === 'visibility' && rowOf(alert.firedAt) >= 7_700 && rowOf(alert.firedAt) <= 8_800,
    );
    check(
      'the step of the visibility near row 8,000 is found within two years',
      step !== undefined,
      step && rowOf(step.firedAt),
    );
    check('its window holds rows near 8,000', from <= 8_400 && to >= 7_800, from);
    const season = changed.filter((alert) => SEASONAL.includes(alert.column) && alert.cause?.kind !== 'data_quality');
    check(
      'no season is called a drift',
      season.length === 0,
      season.map((alert) => `${alert.column} ${rowOf(alert.firedAt)}`).join(', '),
    );

    const quarters = await measurements({ metric: 'drift.score', column: 'temperature', monitor: 'quarterly' });
    const alarms = quarters.filter((m) => m.value >= 1);
    note(
      `a rule on quarters would have called the temperature a drift in ${alarms.length} of ${quarters.length} quarters`,
    );
    const years = await measurements({ metric: 'drift.score', column: 'temperature', monitor: 'yearly' });
    const strict = years.filter((m) => m.detail.statistic >= 0.1 && m.detail.adjusted_p_value < 0.05);
    note(`at the default threshold of 0.1, years would have done so in ${strict.length} of ${years.length}`);

    const broken = found.alerts.filter((alert) => alert.rule === 'broken-feed' && alert.column === 'pressure');
    check(
      'the two impossible pressures are found',
      broken.some(({ windowStart, windowEnd }) => rowOf(windowStart) <= 3_595 && rowOf(windowEnd) >= 3_596),
      broken.length,
    );
    for (const metric of ['roc_auc', 'log_loss']) {
      const gain = await compare(metric);
      note(
        `over ${gain.windows} years since the first retraining: served ${metric} ${gain.served.toFixed(4)}, frozen v1 ${gain.frozen.toFixed(4)}`,
      );
      const better = metric === 'log_loss' ? gain.served < gain.frozen : gain.served > gain.frozen - 0.01;
      check(
        metric === 'log_loss' ? 'the served log loss is below the frozen' : 'the served AUC is not below the frozen',
        better,
        gain.served - gain.frozen,
      );
    }
    check(
      'no run failed',
      found.runs.every((run) => run.state !== 'failed'),
    );
  },
};

function readDays(rows) {
  return rows.map((r, row) => ({
    row: {
      day_id: `d${row}`,
      day: iso(row),
      temperature: Number(r.feat_1),
      dew_point: Number(r.feat_2),
      pressure: Number(r.feat_3),
      visibility: Number(r.feat_4),
      wind: Number(r.feat_5),
      wind_highest: Number(r.feat_6),
      temperature_highest: Number(r.feat_7),
      temperature_lowest: Number(r.feat_8),
    },
    rained: r.target,
  }));
}
