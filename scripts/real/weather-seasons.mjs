// Fifty years of daily weather: the visibility steps up near row 8,000 for good, and everything else goes up and down with the
// seasons, which is no drift. Rows are days, and a year is 365 of them; see the SOURCE.md of the data.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const YEAR = 365;
const QUARTER = 91;
/** From this row on, quarters have means of 14 to 16 miles; the one before has 10.4. */
const STEP = 8_099;
const SEASONAL = ['feat_1', 'feat_2', 'feat_7', 'feat_8'];
/** Years that are looked at by quarters, well away from the step, each with five years before it. */
const YEARS = [6, 7];

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'noaa-weather',
  title: 'Weather: the visibility steps up, the seasons are no drift',

  async ask({ folder, path, readCsv, writeCsv, leeway, check, note }) {
    const days = readCsv(join(folder, 'weather.csv'));
    const drifted = async (reference, current, ...options) => {
      const files = ['--reference', writeCsv('before.csv', reference), '--current', writeCsv('now.csv', current)];
      const { document } = await leeway('check', ...files, ...options);
      return document.drift.columns.filter((column) => column.drifted);
    };
    const names = (columns) => columns.map(({ column, score }) => `${column} ${score.toFixed(1)}`).join(', ') || 'none';

    const years = await drifted(days.slice(STEP - 3 * YEAR, STEP), days.slice(STEP, STEP + 3 * YEAR));
    note(`three years after row ${STEP} against three before it: ${names(years)} (how far over its limit)`);
    check('the visibility drifts, and most of all', years[0]?.column === 'feat_4', years[0]?.column);
    check('no temperature does', !years.some(({ column }) => SEASONAL.includes(column)), names(years));

    // The file has two pressures that no weather has.
    writeFileSync(path('limits.yaml'), 'columns:\n  feat_3: { min: 900, max: 1100 }\n');
    const { document: faulty } = await leeway(
      ...['check', '--reference', writeCsv('before.csv', days.slice(0, 3_500)), '--columns', path('limits.yaml')],
      ...['--current', writeCsv('now.csv', days.slice(3_500, 3_700))],
    );
    const spikes = faulty.quality.find((found) => found.check === 'range' && found.column === 'feat_3');
    check(
      'an impossible pressure is found by the declared range',
      spikes?.severity === 'finding' && spikes.basis === 'declared' && spikes.message.includes('5504'),
      spikes?.message,
    );

    // Two miles are no change, and what is beyond them adds up to two hundred before it is one: in miles times days.
    const { lines } = await leeway(
      ...['detect', '--detector', 'page_hinkley', '--column', 'feat_4', join(folder, 'weather.csv')],
      ...['--set', 'mode=up', '--set', 'delta=2', '--set', 'threshold=200'],
    );
    const rises = lines.filter(({ level }) => level === 'drift').map(({ index }) => index);
    note(`page_hinkley, told to look for a rise of more than two miles, fires at ${rises.join(', ') || 'no row'}`);
    check(
      'it fires once in fifty years, within two months of the step',
      rises.length === 1 && rises[0] > STEP && rises[0] < STEP + 60,
      rises.join(', '),
    );

    // The days of a season are alike, so 91 of them say less than a test believes: a drift is half a standard deviation here.
    const half = SEASONAL.map((column) => `  ${column}: { test: wasserstein, threshold: 0.5 }`);
    writeFileSync(path('columns.yaml'), `columns:\n${half.join('\n')}\n`);
    // The same season of other years is the baseline of a season; the quarter before it is another season.
    const alarms = { trailing: [], seasonal: [] };
    for (const year of YEARS) {
      for (let quarter = 0; quarter < 4; quarter++) {
        const from = year * YEAR + quarter * QUARTER;
        const rows = (at) => days.slice(at, at + QUARTER);
        const others = [5, 4, 3, 2, 1].flatMap((back) => rows(from - back * YEAR));
        for (const [kind, reference] of Object.entries({ trailing: rows(from - QUARTER), seasonal: others })) {
          const found = await drifted(reference, rows(from), '--columns', path('columns.yaml'));
          alarms[kind].push(...found.filter(({ column }) => SEASONAL.includes(column)).map(({ column }) => column));
        }
      }
    }
    const judged = YEARS.length * 4 * SEASONAL.length;
    for (const [kind, found] of Object.entries(alarms))
      note(`${kind}: ${found.length} of ${judged} quarters of a temperature are called a drift`);
    check('against the quarter before, nearly all are', alarms.trailing.length > 0.9 * judged, alarms.trailing.length);
    check(
      'against the same quarter of the five years before, hardly any',
      alarms.seasonal.length < 0.1 * judged,
      alarms.seasonal.length,
    );
  },
};
