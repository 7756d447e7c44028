// Plays fifty years of daily weather for `npm run test:real`, and says what has to come of it.
import { join } from 'node:path';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** The file has no dates: rows are days in order, so that by the end the nominal date is off by about a hundred days. */
const START = '1949-01-01';
/** Six years are history: five to train on, and one held out. */
const HISTORY_DAYS = 2_190;
const STEP_DAYS = 28;
const date = (row) => new Date(Date.parse(START) + row * DAY_MS).toISOString().slice(0, 10);
const rowOf = (time) => Math.round((Date.parse(time) - Date.parse(START)) / DAY_MS);
const SEASONAL = ['temperature', 'dew_point', 'temperature_highest', 'temperature_lowest', 'pressure'];

/** @type {import('../../scripts/test-real.mjs').Replay} */
export default {
  data: 'noaa-weather',
  model: 'rain',
  start: START,
  live: date(HISTORY_DAYS),
  end: date(18_300),
  scenarios: [{ name: 'weather', title: 'Weather of fifty years, the built-in logistic regression' }],

  async play({ folder, readCsv, api, clock, settle, step }) {
    const days = readDays(readCsv(join(folder, 'weather.csv')));
    const start = Date.parse(START);
    const rows = (from, to) => days.slice(from, to).map(({ row }) => row);
    const labels = (from, to) => days.slice(from, to).map(({ row, rained }) => ({ day_id: row.day_id, rained }));

    clock.set(start + HISTORY_DAYS * DAY_MS);
    await api.ingest('rain', 'predictions', rows(0, HISTORY_DAYS));
    await api.ingest('rain', 'labels', labels(0, HISTORY_DAYS - 1));
    await api.post('/models/rain/retrain', { reason: 'the first version, from the history' });
    await settle();

    for (let from = HISTORY_DAYS; from < days.length; from += STEP_DAYS) {
      const to = Math.min(days.length, from + STEP_DAYS);
      clock.set(start + to * DAY_MS);
      await api.invoke('rain', { dataframe_records: rows(from, to) });
      // Whether it rained is known a day later.
      await api.ingest('rain', 'labels', labels(from - 1, to - 1));
      await settle();
      clock.set(start + to * DAY_MS + 12 * MINUTE_MS);
      await settle();
      step(date(to), to / days.length);
    }
  },

  async judge({ check, found, compare, note, measurements }) {
    const changed = found.alerts.filter((alert) => alert.rule === 'inputs-changed');
    for (const alert of changed) {
      const [from, to] = [rowOf(alert.windowStart), rowOf(alert.windowEnd)];
      note(`${alert.column} changed: last seen in rows ${from} to ${to - 1}, first alarm ${alert.firedAt.slice(0, 10)}, over ${alert.resolvedAt?.slice(0, 10) ?? '-'}`);
    }
    const scores = await measurements({ metric: 'drift.score', column: 'visibility', monitor: 'yearly' });
    const worst = scores.toSorted((a, b) => b.value - a.value)[0];
    const [from, to] = [rowOf(worst.windowStart), rowOf(worst.windowEnd)];
    note(`visibility is furthest from the five years before it in rows ${from} to ${to - 1}: score ${worst.value.toFixed(1)}`);
    const step = changed.find((alert) => alert.column === 'visibility' && rowOf(alert.firedAt) >= 7_700 && rowOf(alert.firedAt) <= 8_800);
    check('the step of the visibility near row 8,000 is found within two years', step !== undefined, step && rowOf(step.firedAt));
    check('its window holds rows near 8,000', from <= 8_400 && to >= 7_800, from);
    const season = changed.filter((alert) => SEASONAL.includes(alert.column) && alert.cause?.kind !== 'data_quality');
    check('no season is called a drift', season.length === 0, season.map((alert) => `${alert.column} ${alert.firedAt.slice(0, 10)}`).join(', '));

    const quarters = await measurements({ metric: 'drift.score', column: 'temperature', monitor: 'quarterly' });
    const alarms = quarters.filter((m) => m.value >= 1);
    note(`a rule on quarters would have called the temperature a drift in ${alarms.length} of ${quarters.length} quarters`);
    const years = await measurements({ metric: 'drift.score', column: 'temperature', monitor: 'yearly' });
    const strict = years.filter((m) => m.detail.statistic >= 0.1 && m.detail.adjusted_p_value < 0.05);
    note(`at the default threshold of 0.1, years would have done so in ${strict.length} of ${years.length}`);

    const broken = found.alerts.filter((alert) => alert.rule === 'broken-feed' && alert.column === 'pressure');
    check('the two impossible pressures are found', broken.some(({ windowStart, windowEnd }) => rowOf(windowStart) <= 3_595 && rowOf(windowEnd) >= 3_596), broken.length);
    for (const metric of ['roc_auc', 'log_loss']) {
      const gain = await compare(metric);
      note(`since ${gain.from}, ${gain.windows} years: served ${metric} ${gain.served.toFixed(4)}, frozen v1 ${gain.frozen.toFixed(4)}`);
      const better = metric === 'log_loss' ? gain.served < gain.frozen : gain.served > gain.frozen - 0.01;
      check(metric === 'log_loss' ? 'the served log loss is below the frozen' : 'the served AUC is not below the frozen', better, gain.served - gain.frozen);
    }
    check('no run failed', found.runs.every((run) => run.state !== 'failed'));
  },
};

function readDays(rows) {
  return rows.map((r, row) => ({
    row: {
      day_id: `d${row}`,
      day: date(row),
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
