// Plays two years of bicycle rentals for `npm run test:real`, and says what has to come of it.
import { join } from 'node:path';
import { line } from '../../scripts/backtested.mjs';
import { always } from '../../scripts/retraining-table.mjs';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MINUTE_MS = 60_000;
const START = '2011-01-01';
/** Thirteen weeks are history; from this Monday on rentals are predicted. */
const LIVE = '2011-04-04';
const END = '2013-01-01';
const LINEAR = 'linear regression (built-in)';

/** @type {import('../../scripts/test-real.mjs').Replay} */
export default {
  data: 'bike-sharing',
  model: 'bike-rentals',
  start: START,
  live: LIVE,
  end: END,
  scenarios: [
    {
      name: 'bike-sharing',
      title: 'Bike sharing, the built-in linear regression',
      row: { trainer: LINEAR, way: 'policy' },
    },
    {
      name: 'bike-sharing-growing',
      title: 'Bike sharing, trained on all of history',
      row: { trainer: LINEAR, way: 'policy, growing window' },
      configure(model) {
        model.retrain.data.window = { kind: 'growing' };
      },
      judge: judgeOther,
    },
    {
      name: 'bike-sharing-always',
      title: 'Bike sharing, retrained every fortnight',
      row: { trainer: LINEAR, way: 'always' },
      configure: (model) => always(model, { on: 'labels', atLeast: 13 * 24 }, 'mae'),
      judge: judgeOther,
    },
    {
      name: 'bike-sharing-boosting',
      title: 'Bike sharing, gradient boosting by a program under the training contract',
      row: { trainer: 'gradient boosting (scikit-learn)', way: 'policy' },
      python: true,
      configure(model, { python, folder }) {
        // Two trainers' threads on two cores would only stand in each other's way.
        const env = { OMP_NUM_THREADS: '1' };
        model.retrain.executor = { type: 'command', command: [python, join(folder, 'train.py')], env };
      },
    },
  ],

  table: { data: 'bike-sharing', metric: 'mae', monitor: 'weekly', against: 'mean absolute error, rentals an hour' },

  async play({ folder, readCsv, api, clock, settle, train, step }) {
    const hours = readHours(readCsv(join(folder, 'hour.csv')));
    const [live, end] = [LIVE, END].map((date) => Date.parse(date));
    const rowsOf = (from, to) => hours.flatMap(({ at, row }) => (at >= from && at < to ? [row] : []));
    const labelsOf = (from, to) =>
      hours.flatMap(({ at, row, rentals }) => (at >= from && at < to ? [{ hour_id: row.hour_id, rentals }] : []));

    clock.set(live);
    await api.ingest('bike-rentals', 'predictions', rowsOf(0, live));
    await api.ingest('bike-rentals', 'labels', labelsOf(0, live - DAY_MS));
    await train('the first version, from the history');
    // What was counted on a day is exported in the night after the next one. So a week is judged in the night to Tuesday, and
    // what serves changes then.
    let last = live;
    for (let night = live + DAY_MS; night <= end; night += WEEK_MS) {
      clock.set(night);
      await api.invoke('bike-rentals', { dataframe_records: rowsOf(last, night) });
      await api.ingest('bike-rentals', 'labels', labelsOf(last - DAY_MS, night - DAY_MS));
      clock.set(night + 12 * MINUTE_MS);
      await settle();
      step(new Date(night).toISOString().slice(0, 10), (night - live) / (end - live));
      last = night;
    }
  },

  across([sliding, growing, boosting], check) {
    for (const row of [sliding, boosting]) {
      const cut = 1 - row.policy / row.never;
      check(`${row.trainer}: the error is 30 % lower than without retraining, at least`, cut >= 0.3, cut);
    }
    check('a growing window is worth less than a sliding one', growing.policy > 1.1 * sliding.policy, growing.policy);
    check('retraining every fortnight takes twice as many versions', sliding.runsAlways >= 2 * sliding.accepted);
    const lost = sliding.policy / sliding.always - 1;
    check('and is not more than a quarter better than the policy', lost < 0.25, lost);
  },

  reading([sliding, growing, boosting]) {
    const cut = ({ policy, never }) => `${Math.round(100 * (1 - policy / never))} %`;
    return `The service grows, so what is old is wrong. ${sliding.accepted} versions trained on the last thirteen weeks cut the error of the
frozen one by ${cut(sliding)}, with gradient boosting by ${cut(boosting)}; trained on all of history it is ${cut(growing)}. Retraining every fortnight takes
${sliding.runsAlways} versions to have ${sliding.always.toFixed(1)} in place of ${sliding.policy.toFixed(1)}.`;
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

async function judgeOther({ check, found, outcome }) {
  check('no run failed', outcome.failed === 0, outcome.failed);
  check('versions were taken', outcome.accepted >= 3, outcome.accepted);
  check('every week is measured, with its labels', found.windows.filter((w) => w.labelled > 0).length >= 89);
}

/** A row as a service sends it, and the count that comes later. The file has CRLF line ends. */
function readHours(rows) {
  return rows.map((r) => {
    const hour = r.hr.padStart(2, '0');
    const begins = `${r.dteday}T${hour}:00:00Z`;
    return {
      at: Date.parse(begins),
      row: {
        hour_id: `h${r.instant}`,
        hour_begins: begins,
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
