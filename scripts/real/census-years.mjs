// Four years of a census and a model that goes on as it was: nothing of consequence changes, so nothing is to be found; and what
// the estimator foresees without labels is what the labels show. The monitors of a server are asked in examples/census.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CATEGORICAL = [
  ...[
    'SCHL',
    'MAR',
    'RELP',
    'DIS',
    'ESP',
    'CIT',
    'MIG',
    'MIL',
    'ANC',
    'NATIVITY',
    'DEAR',
    'DEYE',
    'DREM',
    'SEX',
    'RAC1P',
  ],
];
const FEATURES = { AGEP: 'numeric', ...Object.fromEntries(CATEGORICAL.map((name) => [name, 'categorical'])) };
/** Shares employed and predicted of 2015, as its SOURCE.md has them. */
const KNOWN = {
  'SEX=1, RAC1P=1': [0.53, 0.554],
  'SEX=2, RAC1P=1': [0.487, 0.547],
  'SEX=1, RAC1P=2': [0.403, 0.427],
};
const SMALLEST_GROUP = 30;

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'nannyml-census-employment',
  title: 'Census by year, the control: nothing to find',

  async ask({ folder, path, readParquet, writeCsv, leeway, check, note }) {
    const years = await readYears(folder, readParquet);
    writeFileSync(
      path('columns.yaml'),
      `columns:\n${CATEGORICAL.map((name) => `  ${name}: categorical`).join('\n')}\n`,
    );
    const reference = writeCsv('2015.csv', years.get(2015));
    for (const [year, rows] of years) {
      if (year === 2015) continue;
      const { document } = await leeway(
        ...['check', '--reference', reference, '--current', writeCsv(`${year}.csv`, rows)],
        ...['--columns', path('columns.yaml'), '--label', 'employed', '--positive', '1'],
        ...['--prediction', 'prediction', '--score', 'predicted_probability'],
        ...['--estimate', '--multivariate', '--protected', 'SEX,RAC1P,SEX+RAC1P'],
      );
      const { drift, multivariate, quality, performance, estimated, fairness } = document;
      const certain = drift.columns.filter((column) => column.adjusted_p_value < 0.05).map(({ column }) => column);
      note(`${year}: other than in 2015 beyond chance, and too little to matter: ${certain.join(', ') || 'nothing'}`);
      const found = [
        ...drift.columns.filter((column) => column.drifted).map(({ column }) => column),
        ...multivariate.methods.filter((method) => method.drifted).map(({ method }) => method),
      ];
      check(
        `${year}: of 19 columns, alone and together, none drifts`,
        drift.judged === 19 && found.length === 0,
        found.join(', '),
      );
      const broken = quality.filter(({ severity }) => severity === 'finding').map(({ message }) => message);
      check(`${year}: nothing is wrong with the data`, broken.length === 0, broken.join('; '));
      const worse = performance.worse.map((id) => {
        const [before, now] = [performance.reference, performance.current].map(({ metrics }) =>
          metrics[id].value.toFixed(3),
        );
        return `${id} ${before} to ${now}`;
      });
      check(`${year}: no metric is said to be worse`, worse.length === 0, worse.join(', '));

      for (const id of ['roc_auc', 'accuracy']) {
        const { value, lower, upper, realized } = estimated.metrics[id];
        check(
          `${year}: ${id} was foreseen as ${value.toFixed(4)} (${lower.toFixed(4)} to ${upper.toFixed(4)})`,
          realized >= lower && realized <= upper,
          realized.toFixed(4),
        );
      }
      checkFairness(year, fairness, check, note);
    }
  },
};

function checkFairness(year, { attributes }, check, note) {
  const [bySex, , byBoth] = attributes;
  const apart = attributes.flatMap(({ column, worse }) => worse.map((id) => `${id} by ${column}`));
  check(`${year}: groups are treated as alike as in 2015`, apart.length === 0, apart.join('; '));
  check(`${year}: by sex, the four-fifths rule is kept`, bySex.four_fifths.kept === true, bySex.four_fifths.ratio);
  for (const { column, four_fifths: rule } of attributes) {
    const kept = rule.kept ? 'kept' : rule.certain ? 'broken beyond chance' : 'broken, which may be chance';
    note(`${year}, by ${column}: the four-fifths rule is ${kept}, with ${rule.ratio.toFixed(3)}`);
  }
  const small = byBoth.current.groups.filter(({ rows }) => rows < SMALLEST_GROUP).map(({ group }) => group);
  const named = byBoth.current.excluded.filter(({ measure }) => measure === 'selection_rate').map(({ group }) => group);
  check(
    `${year}: groups of fewer than ${SMALLEST_GROUP} are named, and no others`,
    small.length >= 4 && small.toSorted().join('; ') === named.toSorted().join('; '),
    named.join('; '),
  );
  if (year !== 2016) return;
  const off = Object.entries(KNOWN).filter(([name, shares]) => {
    const { measures } = byBoth.reference.groups.find(({ group }) => group === name);
    const found = [measures.prevalence.value, measures.selection_rate.value];
    return found.some((share, i) => Math.abs(share - shares[i]) > 0.0005);
  });
  check(
    '2015: shares employed and predicted are as they are known',
    off.length === 0,
    off.map(([name]) => name).join('; '),
  );
}

/** Rows by year, with what came of each person. */
async function readYears(folder, readParquet) {
  const columns = { ...FEATURES, year: 'numeric', prediction: 'numeric', predicted_probability: 'numeric' };
  const before = await readParquet(join(folder, 'reference.parquet'), { ...columns, employed: 'numeric' });
  const later = await readParquet(join(folder, 'analysis.parquet'), { ...columns, id: 'numeric' });
  const targets = await readParquet(join(folder, 'analysis_targets.parquet'), { id: 'numeric', employed: 'numeric' });
  const employed = new Map(targets.map((row) => [row.id, row.employed]));
  const known = later.map(({ id, ...row }) => ({ ...row, employed: employed.get(id) }));
  const years = new Map();
  for (const { year, ...row } of [...before, ...known]) {
    if (!years.has(year)) years.set(year, []);
    years.get(year).push(row);
  }
  return years;
}
