// Plays two years of bicycle rentals for `npm run test:real`, and says what has to come of it.
import { join } from 'node:path';
import { line } from '../../scripts/backtested.mjs';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const START = '2011-01-01';
/** Thirteen weeks are history; from this Monday on rentals are predicted. */
const LIVE = '2011-04-04';
const END = '2013-01-01';

/** @type {import('../../scripts/test-real.mjs').Replay} */
export default {
  data: 'bike-sharing',
  model: 'bike-rentals',
  start: START,
  live: LIVE,
  end: END,
  scenarios: [
    { name: 'bike-sharing', title: 'Bike sharing, the built-in linear regression' },
    {
      name: 'bike-sharing-boosting',
      title: 'Bike sharing, gradient boosting by a program under the training contract',
      python: true,
      configure(model, { python, folder }) {
        // Two trainers' threads on two cores would only stand in each other's way.
        const env = { OMP_NUM_THREADS: '1' };
        model.retrain.executor = { type: 'command', command: [python, join(folder, 'train.py')], env };
      },
    },
  ],

  async play({ folder, readCsv, api, clock, settle, train, step }) {
    const days = byDay(readHours(readCsv(join(folder, 'hour.csv'))));
    const [start, live, end] = [START, LIVE, END].map((date) => Date.parse(date));
    let exported = [];
    for (let day = start; day < end; day += DAY_MS) {
      const date = new Date(day).toISOString().slice(0, 10);
      const hours = days.get(date) ?? [];
      clock.set(day + DAY_MS);
      if (day === live) await train('the first version, from the history');
      if (hours.length > 0) {
        if (day < live)
          await api.ingest(
            'bike-rentals',
            'predictions',
            hours.map(({ row }) => row),
          );
        else await api.invoke('bike-rentals', { dataframe_records: hours.map(({ row }) => row) });
      }
      // What was counted on a day is exported in the night after the next one.
      if (exported.length > 0) await api.ingest('bike-rentals', 'labels', exported);
      exported = hours.map(({ row, rentals }) => ({ hour_id: row.hour_id, rentals }));
      clock.set(day + DAY_MS + 12 * MINUTE_MS);
      await settle();
      step(date, (day - start) / (end - start));
    }
  },

  async judge({ check, found, compare, backtest, note, boosting }) {
    const all = await compare('mae');
    const last = await compare('mae', '2012-01-01');
    note(
      `since ${all.from}, ${all.windows} weeks: served MAE ${all.served.toFixed(1)}, frozen v1 ${all.frozen.toFixed(1)}`,
    );
    note(
      `in 2012 alone, ${last.windows} weeks: served MAE ${last.served.toFixed(1)}, frozen v1 ${last.frozen.toFixed(1)}`,
    );
    const firstYear = found.versions.find(({ version }) => version === 'v1').metrics.mae;
    note(`v1 had ${firstYear.toFixed(1)} on the rows held out from its training`);

    const retrained = found.runs.filter((run) => run.trigger === 'alert:error-grown');
    const promoted = retrained.filter((run) => run.state === 'promoted');
    check('the error of the frozen version at least doubles', all.frozen > 2 * firstYear, all.frozen / firstYear);
    check('a rule on performance fired and began runs', retrained.length >= 4, retrained.length);
    check('at least three of them were promoted by their gates', promoted.length >= 3, promoted.length);
    check(
      'no run failed',
      found.runs.every((run) => run.state !== 'failed'),
    );
    check(
      'retraining cuts the served error by a quarter at least',
      all.served < 0.75 * all.frozen,
      1 - all.served / all.frozen,
    );
    if (boosting) check('the served error is 55 at most', all.served <= 55, all.served);
    // What is replayed over the stored weeks has to be what happened, to the alert and to the minute.
    const { episodes, rules } = await backtest({});
    const name = ({ rule, column, firedAt }) => `${rule} ${column} ${firedAt}`;
    const [replayed, happened] = [episodes.map(name).sort(), found.alerts.map(name).sort()];
    check(
      'a backtest over what was stored finds the very alerts that there were',
      replayed.join() === happened.join(),
      `${replayed.length} of ${happened.length}`,
    );
    for (const { rule, score } of rules) note(line(rule, score));
    check('every week is measured, with its labels', found.windows.filter((w) => w.labelled > 0).length >= 89);
  },
};

function byDay(hours) {
  const days = new Map();
  for (const hour of hours) {
    const date = hour.row.hour_begins.slice(0, 10);
    days.set(date, [...(days.get(date) ?? []), hour]);
  }
  return days;
}

/** A row as a service sends it, and the count that comes later. The file has CRLF line ends. */
function readHours(rows) {
  return rows.map((r) => {
    const hour = r.hr.padStart(2, '0');
    return {
      row: {
        hour_id: `h${r.instant}`,
        hour_begins: `${r.dteday}T${hour}:00:00Z`,
        slot: `${r.workingday === '1' ? 'workday' : 'free'} ${hour}`,
        weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][Number(r.weekday)],
        hour: Number(r.hr),
        sky: ['clear', 'mist', 'light rain or snow', 'heavy rain or snow'][Number(r.weathersit) - 1],
        temperature: Number(r.temp),
        humidity: Number(r.hum),
        wind: Number(r.windspeed),
      },
      rentals: Number(r.cnt),
    };
  });
}
