// An office by day: at weekends nobody is there, so that a window has one class only. What needs two classes has no value then,
// and a reason; nothing crashes, and no number stands where there is none.
import { join } from 'node:path';

const EMPTY = ['2015-02-07', '2015-02-08', '2015-02-14', '2015-02-15'];
/** What is not defined, or says nothing, where nobody is there. */
const NEEDS_BOTH = [
  'roc_auc',
  'average_precision',
  'balanced_accuracy',
  'matthews_corrcoef',
  'recall',
  'false_negative_rate',
];

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'occupancy-detection',
  title: 'Office occupancy: days with one class, and a sign that stays good',

  async ask({ folder, readCsv, writeCsv, leeway, check, note }) {
    const days = new Map();
    for (const { date, split, ...row } of readCsv(join(folder, 'occupancy.csv'))) {
      // The lamp is the sign.
      const light = Number(row.Light);
      const said = { ...row, predicted: light > 300 ? 1 : 0, score: Math.min(1, light / 600).toFixed(4) };
      const day = date.slice(0, 10);
      if (!days.has(day)) days.set(day, []);
      days.get(day).push({ split, ...said });
    }
    const plain = (rows) => rows.map(({ split: _split, ...row }) => row);
    const all = [...days.values()].flat();
    const compare = async (reference, current, ...options) => {
      const { document } = await leeway(
        ...[
          'check',
          '--reference',
          writeCsv('before.csv', plain(reference)),
          '--current',
          writeCsv('now.csv', plain(current)),
        ],
        ...['--label', 'Occupancy', '--positive', '1', '--prediction', 'predicted', '--score', 'score', ...options],
      );
      return document;
    };
    const train = all.filter(({ split }) => split === 'train');
    const open = await compare(
      train,
      all.filter(({ split }) => split === 'test2'),
    );
    const drifted = open.drift.columns.filter((column) => column.drifted).map(({ column }) => column);
    check(
      'with the door open, carbon dioxide and humidity drift',
      ['CO2', 'Humidity'].every((name) => drifted.includes(name)),
      drifted.join(', '),
    );
    const { accuracy } = open.performance.current.metrics;
    check('and the lamp stays a near-perfect sign', accuracy.value > 0.95, accuracy.value);

    const numbers = [];
    const silent = [];
    for (const day of EMPTY) {
      const { performance, estimated } = await compare(train, days.get(day), '--estimate');
      const { metrics } = performance.current;
      for (const id of NEEDS_BOTH) {
        if (metrics[id].value !== null) numbers.push(`${day} ${id} ${metrics[id].value}`);
        else if (!metrics[id].reason) silent.push(`${day} ${id}`);
      }
      const invented = Object.entries(estimated.metrics).filter(
        ([id, found]) => NEEDS_BOTH.includes(id) && found.realized !== null,
      );
      numbers.push(...invented.map(([id]) => `${day} realised ${id}`));
      note(`${day}: accuracy ${metrics.accuracy.value.toFixed(3)}; AUC has no value, ${metrics.roc_auc.reason}`);
    }
    check(
      'on four empty days, no metric that needs both classes has a value',
      numbers.length === 0,
      numbers.join('; '),
    );
    check('each says why', silent.length === 0, silent.join('; '));

    const [first, second] = ['2015-02-14', '2015-02-15'].map((day) => days.get(day));
    const both = await compare(first, second, '--estimate');
    check(
      'nothing is estimated from labels of one class',
      both.estimated.withdrawn?.code === 'one_class',
      both.estimated.withdrawn?.reason,
    );
    const label = both.drift.columns.find(({ column }) => column === 'Occupancy');
    check(
      'a label of one class on both sides does not drift',
      label.drifted === false && label.effect === 0,
      label.effect,
    );
    const few = await compare(train, first.slice(0, 5));
    check(
      'five rows are too few to tell',
      few.verdict !== 'ok' && few.drift.verdict === 'insufficient',
      few.drift.verdict,
    );
  },
};
