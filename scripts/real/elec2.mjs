// Three features of elec2 are constant until row 17,424, where Victoria's market begins to be reported; see its SOURCE.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ALIVE = 17_424;
const FEATURES = ['vicprice', 'vicdemand', 'transfer'];
const WEEK = 7 * 48;

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'elec2',
  title: 'elec2: three features come alive at row 17,424',

  async ask({ folder, path, readCsv, leeway, check, note }) {
    const rows = readCsv(join(folder, 'elec2.csv.gz'));
    const columns = Object.keys(rows[0]).filter((name) => name !== 'date');
    const write = (name, part) => {
      const lines = part.map((row) => columns.map((column) => row[column]).join(','));
      writeFileSync(path(name), `${[columns.join(','), ...lines].join('\n')}\n`);
      return path(name);
    };
    const drifted = async (reference, current) => {
      const { document } = await leeway('check', '--reference', reference, '--current', current);
      return document.drift.columns.filter((column) => column.drifted).map(({ column }) => column);
    };

    // The reference ends a quarter before the change; weeks before and after it are looked at.
    const reference = write('reference.csv', rows.slice(0, ALIVE - 13 * WEEK));
    const before = [];
    for (let at = ALIVE - 4 * WEEK; at < ALIVE; at += WEEK) {
      before.push(...(await drifted(reference, write('before.csv', rows.slice(at, at + WEEK)))));
    }
    check(
      'in none of the four weeks before, one of the three is said to drift',
      !before.some((column) => FEATURES.includes(column)),
      before.join(', '),
    );
    const after = await drifted(reference, write('after.csv', rows.slice(ALIVE, ALIVE + WEEK)));
    check(
      'in the first week after, all three are',
      FEATURES.every((column) => after.includes(column)),
      after.join(', '),
    );

    // A detector dates it, without being told where to look.
    for (const column of FEATURES) {
      const { lines } = await leeway('detect', '--detector', 'adwin', '--column', column, join(folder, 'elec2.csv.gz'));
      const drifts = lines.filter(({ level }) => level === 'drift').map(({ index }) => index);
      check(
        `adwin on ${column}: quiet before, and fires within four days of the change`,
        drifts[0] >= ALIVE && drifts[0] < ALIVE + 4 * 48,
        drifts[0],
      );
      note(`${column}: adwin fires first at row ${drifts[0]}, ${drifts.length} times in all`);
    }
  },
};
