// Plays two weeks of an office for `npm run test:real`: retraining brings nothing, and the gate has to say so.
import { join } from 'node:path';
import { always } from '../../scripts/retraining-table.mjs';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const START = '2015-02-02';
/** Of what was before, five days are held out: the first version is trained on 2 to 4 February. */
const LIVE = '2015-02-10';
const END = '2015-02-19';
const TRAINER = 'logistic regression (built-in)';
const METRIC = 'log_loss';

/** @type {import('../../scripts/test-real.mjs').Replay} */
export default {
  data: 'occupancy-detection',
  model: 'occupied',
  start: START,
  live: LIVE,
  end: END,
  scenarios: [
    {
      name: 'occupancy-policy',
      title: 'Office occupancy, from the light: a model that needs no retraining',
      row: { trainer: TRAINER, way: 'policy' },
    },
    {
      name: 'occupancy-always',
      title: 'Office occupancy, retrained every night',
      row: { trainer: TRAINER, way: 'always' },
      configure: (model) => always(model, { on: 'schedule', cron: '0 2 * * *' }, METRIC),
      async judge({ check, outcome }) {
        check('no run failed', outcome.failed === 0, outcome.failed);
        check('a version of every night was taken', outcome.accepted >= 8, outcome.accepted);
      },
    },
  ],
  table: { data: 'occupancy-detection', metric: METRIC, monitor: 'daily', against: 'log loss' },

  async play({ folder, readCsv, api, clock, settle, train, step }) {
    const minutes = readMinutes(readCsv(join(folder, 'occupancy.csv')));
    const [live, end] = [LIVE, END].map((date) => Date.parse(date));
    const send = async (from, to, how) => {
      const part = minutes.filter(({ at }) => at >= from && at < to);
      await how(part.map(({ row }) => row));
      await api.ingest(
        'occupied',
        'labels',
        part.map(({ row, occupied }) => ({ minute_id: row.minute_id, occupied })),
      );
    };
    clock.set(live);
    await send(0, live, (rows) => api.ingest('occupied', 'predictions', rows));
    await train('the first version, from the history');
    for (let day = live; day < end; day += DAY_MS) {
      clock.set(day + DAY_MS);
      await send(day, day + DAY_MS, (rows) => api.invoke('occupied', { dataframe_records: rows }));
      clock.set(day + DAY_MS + 3 * HOUR_MS);
      await settle();
      step(new Date(day).toISOString().slice(0, 10), (day - live) / (end - live));
    }
  },

  across([row], check) {
    const gain = 1 - row.always / row.never;
    check('a version every night is worth nothing: the error is within a tenth', Math.abs(gain) < 0.1, gain);
  },

  reading([row]) {
    return `The lamp says whether anybody is in, and goes on saying it when the door is left open. ${row.asked.reduce((sum, [, n]) => sum + n, 0)} challengers were trained, and none was taken. The
${row.runsAlways} versions of always retraining bring the log loss from ${row.never.toFixed(4)} to ${row.always.toFixed(4)}. The gate asks for one more of a hundred minutes
to be right, and that was never shown. Retraining does not pay here.`;
  },

  async judge({ check, found, outcome, note }) {
    for (const run of found.runs)
      note(`${run.createdAt.slice(0, 16)} ${run.state}: ${run.decision ?? run.error?.detail}`);
    check('no run failed', outcome.failed === 0, outcome.failed);
    check('a challenger was trained every night', found.runs.length >= 9, found.runs.length);
    check('none was taken', outcome.accepted === 0, outcome.accepted);
    check('of one at least it was shown that it is not better', outcome.refused >= 1, outcome.refused);
  },
};

function readMinutes(rows) {
  return rows.map((r, i) => {
    const at = Date.parse(`${r.date.replace(' ', 'T')}Z`);
    return {
      at,
      row: { minute_id: `m${i}`, minute: new Date(at).toISOString(), light: Number(r.Light) },
      occupied: r.Occupancy,
    };
  });
}
