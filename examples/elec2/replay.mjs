// Plays two and a half years of electricity prices for `npm run test:real`, and says what has to come of it.
import { join } from 'node:path';
import { always } from '../../scripts/retraining-table.mjs';

const SLOT_MS = 1_800_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MINUTE_MS = 60_000;
const START = '1996-05-07';
/** Thirteen weeks are history; from this Monday on there are predictions. */
const LIVE = '1996-08-12';
const END = '1998-12-07';
/** From this row on, Victoria's market is reported. */
const ALIVE = 17_424;
const VICTORIA = ['vicprice', 'vicdemand', 'transfer'];
const FEATURES = ['period', 'nswprice', 'nswdemand', ...VICTORIA];
const TRAINER = 'logistic regression (built-in)';
const timeOf = (row) => Date.parse(START) + row * SLOT_MS;

/** @type {import('../../scripts/test-real.mjs').Replay} */
export default {
  data: 'elec2',
  model: 'price-up',
  start: START,
  live: LIVE,
  end: END,
  scenarios: [
    {
      name: 'elec2-policy',
      title: 'Electricity prices, the built-in logistic regression',
      row: { trainer: TRAINER, way: 'policy' },
    },
    {
      name: 'elec2-always',
      title: 'Electricity prices, retrained every fortnight',
      row: { trainer: TRAINER, way: 'always' },
      configure: (model) => always(model, { on: 'labels', atLeast: 2 * 336 }, 'log_loss'),
      async judge({ check, outcome }) {
        check('no run failed', outcome.failed === 0, outcome.failed);
        check('a version of every fortnight was taken', outcome.accepted >= 50, outcome.accepted);
      },
    },
  ],
  table: { data: 'elec2', metric: 'log_loss', monitor: 'weekly', against: 'log loss' },

  async play({ folder, readCsv, api, clock, settle, train, step }) {
    const slots = readSlots(readCsv(join(folder, 'elec2.csv.gz')));
    const [live, end] = [LIVE, END].map((date) => Date.parse(date));
    const send = async (from, to, how) => {
      const part = slots.filter(({ at }) => at >= from && at < to);
      await how(part.map(({ row }) => row));
      await api.ingest(
        'price-up',
        'labels',
        part.map(({ row, direction }) => ({ slot_id: row.slot_id, direction })),
      );
    };
    clock.set(live);
    await send(0, live, (rows) => api.ingest('price-up', 'predictions', rows));
    await train('the first version, from the history');
    for (let monday = live; monday < end; monday += WEEK_MS) {
      clock.set(monday + WEEK_MS);
      await send(monday, monday + WEEK_MS, (rows) => api.invoke('price-up', { dataframe_records: rows }));
      // What is judged in the night to Tuesday may begin a run.
      clock.set(monday + WEEK_MS + DAY_MS + 12 * MINUTE_MS);
      await settle();
      step(new Date(monday).toISOString().slice(0, 10), (monday - live) / (end - live));
    }
  },

  across([row], check) {
    check('the policy has less of an error than the frozen version', row.policy < 0.9 * row.never, row.policy);
    check('it takes half as many versions as always retraining', row.accepted < 0.5 * row.runsAlways, row.accepted);
    check('which is not better by more than a tenth', row.always > 0.9 * row.policy, row.always);
  },

  reading([row]) {
    const runs = row.asked.reduce((sum, [, n]) => sum + n, 0);
    return `${row.accepted} of ${runs} challengers were taken and bring the log loss from ${row.never.toFixed(3)} to ${row.policy.toFixed(3)}; ${row.runsAlways} versions, taken whatever they were, bring it to
${row.always.toFixed(3)}. When Victoria comes alive, drift asks in the week after, and its challengers, which have hardly any rows to learn it from, are inconclusive.
Five weeks later the error has grown, and the challenger of the seventh is taken. Drift asked more often than it paid.`;
  },

  async judge({ check, found, outcome, measurements, note }) {
    check('no run failed', outcome.failed === 0, outcome.failed);
    const alive = timeOf(ALIVE);
    const after = found.runs.filter((run) => Date.parse(run.createdAt) >= alive);
    const began = after[0];
    note(
      `Victoria comes alive on ${new Date(alive).toISOString().slice(0, 10)}; the next run is of ${began?.createdAt.slice(0, 10)}, by ${began?.trigger}: ${began?.state}`,
    );
    for (const run of after.slice(0, 6))
      note(`${run.createdAt.slice(0, 10)} ${run.trigger} ${run.state}: ${run.decision}`);
    for (const column of VICTORIA) {
      const scores = await measurements({ metric: 'drift.score', column, monitor: 'weekly', version: '' });
      const before = scores.filter((m) => m.value >= 1 && Date.parse(m.windowStart) < alive);
      const first = scores.find((m) => m.value >= 1 && Date.parse(m.windowStart) >= alive);
      note(
        `${column}: ${before.length} drifted weeks before, first after it ${first?.windowStart.slice(0, 10) ?? 'never'}`,
      );
      check(`${column} is no drift as long as it is one value`, before.length === 0, before.length);
    }
    check(
      'a run begins within two weeks of it',
      began !== undefined && Date.parse(began.createdAt) <= alive + 16 * DAY_MS,
      began?.createdAt,
    );
    check('drift begins it, before the error has grown', began?.trigger === 'victoria-changed', began?.trigger);
    check('versions were taken', outcome.accepted >= 2, outcome.accepted);
  },
};

function readSlots(rows) {
  return rows.map((r, i) => ({
    at: timeOf(i),
    row: {
      slot_id: `s${i}`,
      begins: new Date(timeOf(i)).toISOString(),
      ...Object.fromEntries(FEATURES.map((name) => [name, Number(r[name])])),
    },
    direction: r.class,
  }));
}
