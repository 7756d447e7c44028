// Three features of elec2 are constant until row 17,424, where Victoria's market begins to be reported; see its SOURCE.md.
import { join } from 'node:path';

const ALIVE = 17_424;
const FEATURES = ['vicprice', 'vicdemand', 'transfer'];
const WEEK = 7 * 48;

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'elec2',
  title: 'elec2: three features come alive at row 17,424',

  async ask({ folder, readCsv, writeCsv, leeway, check, note }) {
    const rows = readCsv(join(folder, 'elec2.csv.gz')).map(({ date: _scaled, ...row }) => row);
    const drifted = async (reference, current) => {
      const { document } = await leeway('check', '--reference', reference, '--current', current);
      return document.drift.columns.filter((column) => column.drifted).map(({ column }) => column);
    };

    // The reference ends a quarter before the change; weeks before and after it are looked at.
    const reference = writeCsv('reference.csv', rows.slice(0, ALIVE - 13 * WEEK));
    const before = [];
    for (let at = ALIVE - 4 * WEEK; at < ALIVE; at += WEEK) {
      before.push(...(await drifted(reference, writeCsv('before.csv', rows.slice(at, at + WEEK)))));
    }
    check(
      'in none of the four weeks before, one of the three is said to drift',
      !before.some((column) => FEATURES.includes(column)),
      before.join(', '),
    );
    const after = await drifted(reference, writeCsv('after.csv', rows.slice(ALIVE, ALIVE + WEEK)));
    check(
      'in the first week after, all three are',
      FEATURES.every((column) => after.includes(column)),
      after.join(', '),
    );

    // Detectors date it, without being told where to look. vicprice and vicdemand are constant at the mean of what they are later:
    // a detector of means (adwin) sees the first day of vicdemand and nothing in vicprice, one of distributions (kswin) does.
    const firings = async (detector, column) => {
      const file = join(folder, 'elec2.csv.gz');
      const { lines } = await leeway('detect', '--detector', detector, '--column', column, file);
      return lines.filter(({ level }) => level === 'drift').map(({ index }) => index);
    };
    for (const [detector, rowsLate, columns] of [
      ['shewhart', 1, FEATURES],
      ['kswin', 30, ['vicprice']],
      ['adwin', 96, ['vicdemand', 'transfer']],
    ]) {
      for (const column of columns) {
        const drifts = await firings(detector, column);
        check(
          rowsLate === 1
            ? `${detector} on ${column}: quiet before, and fires at the very row`
            : `${detector} on ${column}: quiet before, and fires within ${rowsLate} half hours of the change`,
          drifts[0] >= ALIVE && drifts[0] < ALIVE + rowsLate,
          drifts[0],
        );
        note(`${column}: ${detector} fires first at row ${drifts[0]}, ${drifts.length} times in all`);
      }
    }
  },
};
