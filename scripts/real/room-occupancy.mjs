// How many people are in a room, by day: whole days hold one class only, 10 January lacks one, and 386 cells are blank.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIGHTS = ['S1_Light', 'S2_Light', 'S3_Light', 'S4_Light'];
const EMPTY = ['2017-12-24', '2017-12-25', '2017-12-26', '2018-01-11'];
const NEEDS_MORE = ['matthews_corrcoef', 'roc_auc_ovr'];

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'room-occupancy',
  title: 'Room occupancy: four classes, one of them absent, and blanks',

  async ask({ folder, path, readCsv, writeCsv, leeway, check, note }) {
    const days = new Map();
    for (const { Date: day, Time: _time, ...row } of readCsv(join(folder, 'occupancy_estimation.csv'))) {
      // As many people as lamps that are lit, three at most. A blank is no light.
      const lit = LIGHTS.filter((name) => Number(row[name]) > 60).length;
      if (!days.has(day)) days.set(day, []);
      days.get(day).push({ ...row, predicted: Math.min(3, lit) });
    }
    writeFileSync(path('columns.yaml'), 'columns:\n  Room_Occupancy_Count: categorical\n  predicted: categorical\n');
    const compare = async (reference, current) => {
      const { document } = await leeway(
        ...['check', '--reference', writeCsv('before.csv', reference), '--current', writeCsv('now.csv', current)],
        ...['--columns', path('columns.yaml'), '--label', 'Room_Occupancy_Count', '--prediction', 'predicted'],
        ...['--task', 'multiclass'],
      );
      return document;
    };
    const first = days.get('2017-12-22');
    const january = days.get('2018-01-10');
    const { performance, quality } = await compare(first, january);
    const lost = quality.find((found) => found.check === 'lost_categories' && found.column === 'Room_Occupancy_Count');
    check('10 January: that class 1 is absent is told', lost?.message.endsWith('"1" (205)'), lost?.message);

    const { classes } = performance.current.detail;
    const wrong = classes.flatMap(({ label, precision, recall }) => {
      const own = byHand(january, label);
      return [
        [precision, own.precision],
        [recall, own.recall],
      ].some(([found, expected]) => Math.abs(found.value - expected) > 1e-12)
        ? [label]
        : [];
    });
    check(
      'precision and recall of each class are those by hand',
      classes.length === 3 && wrong.length === 0,
      wrong.join(', '),
    );
    for (const { label, precision, recall } of classes)
      note(`10 January, ${label} people: precision ${precision.value.toFixed(3)}, recall ${recall.value.toFixed(3)}`);
    const right = january.filter((row) => Number(row.Room_Occupancy_Count) === row.predicted).length / january.length;
    const { accuracy } = performance.current.metrics;
    check('so is accuracy', Math.abs(accuracy.value - right) < 1e-12, accuracy.value);

    const numbers = [];
    const silent = [];
    for (const day of EMPTY) {
      const { metrics } = (await compare(first, days.get(day))).performance.current;
      for (const id of NEEDS_MORE) {
        if (metrics[id].value !== null) numbers.push(`${day} ${id} ${metrics[id].value}`);
        else if (!metrics[id].reason) silent.push(`${day} ${id}`);
      }
    }
    check(
      'on four empty days, no metric that needs more classes has a value',
      numbers.length === 0,
      numbers.join('; '),
    );
    check('each says why', silent.length === 0, silent.join('; '));

    // Blanks are missing: no number 0, no category, no row lost.
    const rows = [...days.values()].flat();
    const names = Object.keys(rows[0]);
    const blanks = names.reduce((sum, name) => sum + rows.filter((row) => row[name] === '').length, 0);
    const filled = rows.filter((row) => !names.some((name) => row[name] === ''));
    const gaps = await compare(filled, rows);
    const drifted = gaps.drift.columns.filter((column) => column.drifted).map(({ column }) => column);
    check(
      '386 blank cells: with the rows that have them, no column drifts',
      blanks === 386 && drifted.length === 0,
      drifted.join(', '),
    );
    const missing = gaps.quality.filter((found) => found.check === 'missing_share');
    const counted = missing.reduce((sum, found) => sum + Math.round(found.current * rows.length), 0);
    check('each of them is counted as missing', counted === blanks, `${counted} in ${missing.length} columns`);
    check(
      'every row counts',
      gaps.current.rows === rows.length && gaps.performance.current.metrics.accuracy.n === rows.length,
    );
  },
};

function byHand(rows, label) {
  const count = (of) => rows.filter(of).length;
  const is = (row) => row.Room_Occupancy_Count === label;
  const said = (row) => `${row.predicted}` === label;
  const both = count((row) => is(row) && said(row));
  return { precision: both / count(said), recall: both / count(is) };
}
