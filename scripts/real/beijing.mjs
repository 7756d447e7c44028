// Five years of fine dust in Beijing. Labels are truly missing, written as NA: no number, no category, and counted. The winter of
// 2013 is another than those before it, which shows against the same months only.
import { join } from 'node:path';

/** Means of the first quarters, and how many hours of them have a value. */
const QUARTERS = { 2010: [93.96, 2033], 2011: [85.01, 1969], 2012: [99.8, 2100], 2013: [147.44, 2149] };
/** Rows of 2010 that lack a value, of 8,760. */
const MISSING_2010 = 669;

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'beijing-pm25',
  title: 'Beijing: missing labels, and the haze of 2013',

  async ask({ folder, readCsv, writeCsv, leeway, check, note }) {
    // What a forecaster without a model would say: as yesterday at this hour.
    const hours = readCsv(join(folder, 'pollution.csv.gz'));
    const rows = hours.map((row, i) => ({ ...row, yesterday: hours[i - 24]?.['pm2.5'] ?? 'NA' }));
    const of = (...years) => rows.filter(({ year }) => years.includes(Number(year)));
    const quarter = (...years) => of(...years).filter(({ month }) => Number(month) <= 3);
    const plain = ({ No: _no, year: _year, month: _month, day: _day, ...row }) => row;
    const compare = async (reference, current) => {
      const { document } = await leeway(
        ...['check', '--reference', writeCsv('before.csv', reference.map(plain))],
        ...['--current', writeCsv('now.csv', current.map(plain)), '--label', 'pm2.5', '--prediction', 'yesterday'],
      );
      const column = (name) => document.drift.columns.find((found) => found.column === name);
      return { ...document, column };
    };

    const haze = await compare(quarter(2010, 2011, 2012), quarter(2013));
    const dust = haze.column('pm2.5');
    check(
      'dust is a number, in spite of NA',
      dust.type === 'numeric' && haze.performance.task === 'regression',
      dust.type,
    );
    check(
      'the first quarter of 2013 is found against those before',
      dust.drifted === true && dust.score > 3,
      dust.effect,
    );
    const still = await compare(quarter(2010, 2011), quarter(2012));
    const quiet = still.column('pm2.5');
    check(
      'it stands out: that of 2012 is nearer to those before by a factor of three',
      quiet.effect < dust.effect / 3,
      quiet.effect,
    );
    note(`deviations from the quarters before: 2012 ${quiet.effect.toFixed(2)}, 2013 ${dust.effect.toFixed(2)}`);
    const { metrics } = haze.performance.current;
    const by = errors(quarter(2013));
    check(
      'mean absolute and squared error are those of all hours with both values',
      metrics.mae.n === by.n &&
        near(metrics.mae.value, by.mae) &&
        near(metrics.mse.value, by.mse) &&
        near(metrics.r2.value, by.r2),
      `${metrics.mae.n} hours, mae ${metrics.mae.value.toFixed(2)}, r2 ${metrics.r2.value.toFixed(3)}`,
    );
    check(
      'as yesterday is a worse forecast than before',
      haze.performance.worse.includes('mae'),
      haze.performance.worse.join(', '),
    );
    for (const [year, [mean, labelled]] of Object.entries(QUARTERS)) {
      const values = quarter(Number(year)).flatMap(({ 'pm2.5': text }) => (text === 'NA' ? [] : [Number(text)]));
      const own = values.reduce((sum, value) => sum + value, 0) / values.length;
      if (Math.abs(own - mean) > 0.005 || values.length !== labelled)
        throw new Error(`these are other data: ${year} has ${own}`);
    }

    // 2010 lacks eight times as many labels as 2013.
    const gaps = await compare(of(2013), of(2010));
    const missing = gaps.quality.find((found) => found.check === 'missing_share' && found.column === 'pm2.5');
    check(
      'missing labels are counted, and found',
      missing?.severity === 'finding' && Math.round(missing.current * 8760) === MISSING_2010,
      missing?.message,
    );
    const categories = gaps.quality.filter(
      (found) => found.check === 'new_categories' || found.check === 'type_changed',
    );
    check(
      'NA is no category and no other type',
      categories.length === 0,
      categories.map(({ message }) => message).join('; '),
    );
    const texts = gaps.drift.columns.filter(({ type }) => type !== 'numeric').map(({ column }) => column);
    check('only the direction of the wind is text', texts.join() === 'cbwd', texts.join(', '));
  },
};

const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b);

/** The same by hand, over the rows that have both a label and a prediction. */
function errors(rows) {
  const pairs = rows.flatMap(({ 'pm2.5': text, yesterday }) =>
    text === 'NA' || yesterday === 'NA' ? [] : [[Number(text), Number(yesterday)]],
  );
  const n = pairs.length;
  const mean = (of) => pairs.reduce((sum, pair) => sum + of(pair), 0) / n;
  const centre = mean(([label]) => label);
  const mse = mean(([label, said]) => (said - label) ** 2);
  return {
    n,
    mae: mean(([label, said]) => Math.abs(said - label)),
    mse,
    r2: 1 - mse / mean(([label]) => (label - centre) ** 2),
  };
}
