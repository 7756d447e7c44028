// Houses of California in the order of the map: every month is another part of the state, performance falls, and what labels of
// elsewhere foresee is not to be believed.
import { join } from 'node:path';

/** AUC of the given probabilities, by scikit-learn 1.9.1 (roc_auc_score): the reference, then each month of the analysis. */
const REFERENCE_AUC = 0.9079415179034716;
const AUC = {
  '2021-06': 0.8841747899159664,
  '2021-07': 0.7600624192854067,
  '2021-08': 0.7043246137035327,
  '2021-09': 0.6697719688542827,
  '2021-10': 0.8335002825294088,
  '2021-11': 0.731548862603779,
  '2021-12': 0.9339171974522292,
  '2022-01': 0.8693530440311557,
  '2022-02': 0.933453170055799,
  '2022-03': 0.7048672500074915,
  '2022-04': 0.9753936688311688,
  '2022-05': 0.950922350922351,
};

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'nannyml-california-housing',
  title: 'California housing: performance falls, and estimates of it fail',

  async ask({ folder, readCsv, writeCsv, leeway, check, note }) {
    const labels = new Map(readCsv(join(folder, 'analysis_targets.csv')).map((row) => [row.id, row.clf_target]));
    const plain = ({ id: _id, timestamp: _at, ...row }) => row;
    const reference = writeCsv('reference.csv', readCsv(join(folder, 'reference.csv')).map(plain));
    const months = new Map();
    for (const row of readCsv(join(folder, 'analysis.csv'))) {
      const month = row.timestamp.slice(0, 7);
      if (!months.has(month)) months.set(month, []);
      months.get(month).push({ ...plain(row), clf_target: labels.get(row.id) });
    }
    let furthest = 0;
    const still = [];
    const fell = [];
    const accuracy = {};
    const believed = [];
    const inBand = { roc_auc: 0, accuracy: 0 };
    for (const [month, rows] of months) {
      const { document } = await leeway(
        ...['check', '--reference', reference, '--current', writeCsv('month.csv', rows), '--estimate'],
        ...['--label', 'clf_target', '--positive', '1', '--prediction', 'y_pred', '--score', 'y_pred_proba'],
      );
      const { drift, performance, estimated } = document;
      if (drift.verdict !== 'drift') still.push(month);
      const [before, now] = [performance.reference.metrics, performance.current.metrics];
      furthest = Math.max(
        furthest,
        Math.abs(before.roc_auc.value - REFERENCE_AUC),
        Math.abs(now.roc_auc.value - AUC[month]),
      );
      if (performance.worse.includes('roc_auc')) fell.push(month);
      accuracy[month] = now.accuracy.value;
      if (estimated.withdrawn)
        note(`${month}: AUC ${now.roc_auc.value.toFixed(3)}; withdrawn, ${estimated.withdrawn.reason}`);
      else {
        const { value, lower, upper } = estimated.metrics.roc_auc;
        believed.push(month);
        note(
          `${month}: AUC ${now.roc_auc.value.toFixed(3)}, foreseen ${value.toFixed(3)} (${lower.toFixed(3)} to ${upper.toFixed(3)}); ` +
            `accuracy ${now.accuracy.value.toFixed(3)}, foreseen ${estimated.metrics.accuracy.value.toFixed(3)}`,
        );
        for (const id of Object.keys(inBand)) {
          const { lower, upper, realized } = estimated.metrics[id];
          if (realized >= lower && realized <= upper) inBand[id] += 1;
        }
      }
    }
    check(
      'AUC of the reference and of 12 months is scikit-learn’s to 1e-12',
      furthest < 1e-12,
      furthest.toExponential(1),
    );
    check('every month is a drift of the whole', months.size === 12 && still.length === 0, still.join(', '));
    const low = Object.keys(AUC).filter((month) => AUC[month] < 0.8);
    check(
      'AUC is said to be worse in every month where it is below 0.8',
      low.every((month) => fell.includes(month)),
      fell.join(', '),
    );
    check(
      'accuracy falls from 0.85 in June to 0.28 in October',
      Math.abs(accuracy['2021-06'] - 0.847) < 0.0005 && Math.abs(accuracy['2021-10'] - 0.284) < 0.0005,
      accuracy['2021-10'],
    );
    for (const [id, right] of Object.entries(inBand)) {
      check(
        `where an estimate of ${id} is given, the truth lies in its band in at least four of five months`,
        right >= 0.8 * believed.length,
        `${right} of ${believed.length}; withdrawn in ${months.size - believed.length}`,
      );
    }

    // The second opinion looks at the features, too: they are of another place.
    const { document } = await leeway(
      ...['check', '--reference', reference, '--current', writeCsv('month.csv', months.get('2021-11'))],
      ...['--estimate', 'importance_weighted', '--multivariate', 'domain_classifier'],
      ...['--label', 'clf_target', '--positive', '1', '--prediction', 'y_pred', '--score', 'y_pred_proba'],
    );
    const { withdrawn } = document.estimated;
    check(
      'November: the weighted estimate is withdrawn, since rows are like none before',
      withdrawn?.code === 'strong_shift',
      withdrawn?.reason,
    );
    const [{ value, drifted }] = document.multivariate.methods;
    const [first] = document.multivariate.separating;
    check(
      'a classifier tells November from the reference by its place',
      drifted && /itude$/.test(first.column),
      `AUC ${value.toFixed(3)}, ${first.column}`,
    );
  },
};
