// What retraining was worth on real data, as a table: one row for a way of retraining, beside never and always retraining.
// A replay hands in what came of each scenario that has an `outcome`; see test-real.mjs.
import { table } from './markdown.mjs';

/**
 * @typedef {object} Outcome What came of one scenario.
 * @property {string} data Name of the data set.
 * @property {string} title Of the scenario.
 * @property {string} trainer
 * @property {string} way `policy` or `always`, or another name of a policy.
 * @property {string} against What the errors are, such as MAE.
 * @property {{ start: string, n: number, served: number, never: number }[]} windows Their errors, by what served and by v1.
 * @property {[trigger: string, runs: number][]} asked Runs by what asked for them, but the first.
 * @property {number} vetoed
 * @property {number} accepted
 * @property {number} refused Runs of which a gate failed.
 * @property {number} inconclusive Runs of which no gate failed, and not all passed.
 * @property {number} failed
 */

/** Retrains at every occasion, and asks for nothing but that there is a model. No rules, no drift, nothing in the shadow. */
export function always(model, trigger, metric) {
  const [monitor] = model.monitors;
  model.monitors = [{ ...monitor, checks: ['performance'] }];
  model.rules = [];
  model.rollout = {};
  Object.assign(model.retrain, {
    triggers: [trigger],
    ...{ cooldown: '0s', backoff: '0s', veto: { quality: false } },
    gates: [{ type: 'threshold', metric, above: -1 }],
  });
  model.retrain.data = { ...model.retrain.data, onFindings: 'warn' };
}

/** @returns {Omit<Outcome, 'data' | 'trainer' | 'way' | 'against' | 'windows'>} */
export function outcomeOf(runs) {
  const later = runs.filter((run) => !run.firstPromotion);
  const asked = new Map();
  for (const { trigger } of later) asked.set(trigger, (asked.get(trigger) ?? 0) + 1);
  const count = (told) => later.filter(told).length;
  const rejected = ({ state, gates }, failing) =>
    state === 'rejected' && gates.some(({ verdict }) => verdict === 'fail') === failing;
  return {
    asked: [...asked].sort((a, b) => b[1] - a[1]),
    vetoed: count(({ state }) => state === 'vetoed'),
    accepted: count(({ state }) => state === 'promoted'),
    refused: count((run) => rejected(run, true)),
    inconclusive: count((run) => rejected(run, false)),
    failed: count(({ state }) => state === 'failed'),
  };
}

/**
 * The error of each window since the first that was predicted. Before v1 is replaced it serves, and so what served is what
 * never retraining would have given; after that it goes on in the shadow, where the policy has it there.
 */
export function windowsOf(served, frozen, from) {
  const shadow = new Map(frozen.flatMap((m) => (m.value === null ? [] : [[m.windowStart, m.value]])));
  return served
    .filter((m) => m.value !== null && m.windowStart >= from)
    .map(({ windowStart: start, n, value }) => ({ start, n, served: value, never: shadow.get(start) ?? value }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
}

/**
 * Rows of the table: every outcome but `always` is one, and `policy` has the `always` of the same data and trainer beside it.
 * Errors are means over the rows of the windows that both have.
 */
export function rowsOf(outcomes) {
  return outcomes
    .filter(({ way }) => way !== 'always')
    .map((outcome) => {
      const { data, trainer, windows } = outcome;
      const same = (o) => o.way === 'always' && o.data === data && o.trainer === trainer;
      const beside = outcome.way === 'policy' ? outcomes.find(same) : undefined;
      const others = new Map(beside?.windows.map((w) => [w.start, w.served]));
      const both = beside ? windows.filter(({ start }) => others.has(start)) : windows;
      const mean = (value) => both.reduce((sum, w) => sum + value(w) * w.n, 0) / both.reduce((sum, w) => sum + w.n, 0);
      return {
        ...outcome,
        count: both.length,
        never: mean((w) => w.never),
        policy: mean((w) => w.served),
        always: beside ? mean((w) => others.get(w.start)) : null,
        runsAlways: beside?.accepted ?? null,
      };
    });
}

const number = (value) => (value === null ? '-' : value >= 10 ? value.toFixed(1) : value.toFixed(4));

const HEAD = [
  ...['data', 'trainer', 'policy', 'windows', 'asked by (runs)', 'vetoed', 'accepted', 'refused', 'inconclusive'],
  ...['error', 'never', 'policy', 'always', 'runs of always'],
];

const cells = (row) => [
  ...[row.data, row.trainer, row.way, row.count],
  row.asked.map(([trigger, n]) => `${trigger} (${n})`).join(', ') || 'nothing',
  ...[row.vetoed, row.accepted, row.refused, row.inconclusive, row.against],
  ...[number(row.never), number(row.policy), number(row.always), row.runsAlways ?? '-'],
];

export const tableOf = (rows) => table(HEAD, rows.map(cells));

/** docs/reference/retraining-results.md */
export const pageOf = (rows, readings) => `<!-- Made by \`npm run test:real -- --write-table\`; not to be edited. -->

# Retraining on real data

What \`npm run test:real\` sees when it plays public data sets through the server, under a clock turned by hand: the configuration of
\`examples/\`, its triggers, its gates. What comes of each is checked; the figures are of one run.

- **never**: the first version, frozen. Where another serves, it goes on scoring the same rows in the shadow.
- **policy**: what served, by the triggers and the gates of the example.
- **always**: retrained at every period (fortnight, year or night), and taken whatever the gates would have said.

Errors are means over all rows of the windows, from the first that was predicted live; smaller is better. A run that is inconclusive is not
taken either.

${tableOf(rows)}

${readings.map(({ title, text }) => `**${title}.** ${text}`).join('\n\n')}
`;
