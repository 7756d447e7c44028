/** Metrics of a few rows, computed in the plainest way there is, to hold the engine's against. */

export interface Scored {
  label: string;
  prediction: string;
  score: number;
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: number[]): number => mean(values.map((x) => (x - mean(values)) ** 2));
const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};
const ratio = (a: number, b: number): number | null => (b === 0 ? null : a / b);

export function binaryMetrics(rows: Scored[]): Record<string, number | null> {
  const positive = rows.filter(({ label }) => label === '1');
  const negative = rows.filter(({ label }) => label !== '1');
  let wins = 0;
  for (const a of positive) for (const b of negative) wins += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
  const y = ({ label }: Scored) => (label === '1' ? 1 : 0);
  const count = (label: boolean, prediction: boolean) =>
    rows.filter((row) => (row.label === '1') === label && (row.prediction === '1') === prediction).length;
  const [tp, fp, tn, fn] = [count(true, true), count(false, true), count(false, false), count(true, false)];
  // Of ranks and thresholds, one row or one threshold at a time.
  const precisionAt = (score: number) => {
    const above = rows.filter((row) => row.score >= score);
    return above.filter((row) => row.label === '1').length / above.length;
  };
  const rates = [ratio(tp, tp + fn), ratio(tn, tn + fp)];
  const product = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  let ece = 0;
  for (let bin = 0; bin < 15; bin++) {
    const own = rows.filter(({ score }) => Math.min(14, Math.floor(score * 15)) === bin);
    if (own.length > 0)
      ece += (own.length / rows.length) * Math.abs(mean(own.map((row) => row.score)) - mean(own.map(y)));
  }
  return {
    roc_auc: ratio(wins, positive.length * negative.length),
    average_precision:
      negative.length > 0 && positive.length > 0 ? mean(positive.map((row) => precisionAt(row.score))) : null,
    balanced_accuracy: rates.some((rate) => rate === null) ? null : mean(rates as number[]),
    matthews_corrcoef: ratio(tp * tn - fp * fn, product),
    f05: ratio(1.25 * tp, 1.25 * tp + 0.25 * fn + fp),
    f2: ratio(5 * tp, 5 * tp + 4 * fn + fp),
    negative_predictive_value: ratio(tn, tn + fn),
    false_positive_rate: ratio(fp, fp + tn),
    false_negative_rate: ratio(fn, fn + tp),
    false_discovery_rate: ratio(fp, fp + tp),
    false_omission_rate: ratio(fn, fn + tn),
    log_loss: mean(rows.map((row) => -Math.log(y(row) === 1 ? row.score : 1 - row.score))),
    brier_score: mean(rows.map((row) => (row.score - y(row)) ** 2)),
    calibration_error: ece,
    calibration_bias: mean(rows.map((row) => row.score - y(row))),
    accuracy: (tp + tn) / rows.length,
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    specificity: ratio(tn, tn + fp),
    prevalence: positive.length / rows.length,
    selection_rate: (tp + fp) / rows.length,
  };
}

export function regressionMetrics(rows: { label: number; prediction: number }[]): Record<string, number | null> {
  const errors = rows.map(({ label, prediction }) => prediction - label);
  const centre = mean(rows.map(({ label }) => label));
  const squares = errors.map((e) => e * e);
  return {
    mae: mean(errors.map(Math.abs)),
    mse: mean(squares),
    rmse: Math.sqrt(mean(squares)),
    mape: mean(
      rows.filter(({ label }) => label !== 0).map(({ label, prediction }) => Math.abs((prediction - label) / label)),
    ),
    r2: 1 - squares.reduce((a, b) => a + b, 0) / rows.reduce((sum, { label }) => sum + (label - centre) ** 2, 0),
    bias: mean(errors),
    median_absolute_error: median(errors.map(Math.abs)),
    max_error: Math.max(...errors.map(Math.abs)),
    wape: mean(errors.map(Math.abs)) / mean(rows.map(({ label }) => Math.abs(label))),
    smape: mean(
      rows.map(({ label, prediction }, i) => (2 * Math.abs(errors[i]!)) / (Math.abs(label) + Math.abs(prediction))),
    ),
    explained_variance: 1 - variance(errors) / variance(rows.map(({ label }) => label)),
  };
}

interface Classified {
  label: string;
  prediction: string;
  /** Probability of each class. */
  chances: Record<string, number>;
}

export function multiclassMetrics(rows: Classified[]): Record<string, number | null> {
  const classes = [...new Set(rows.flatMap(({ label, prediction }) => [label, prediction]))];
  const of = (name: string) => {
    const tp = rows.filter((row) => row.label === name && row.prediction === name).length;
    const labelled = rows.filter((row) => row.label === name).length;
    const predicted = rows.filter((row) => row.prediction === name).length;
    return {
      labelled,
      precision: predicted ? tp / predicted : 0,
      recall: labelled ? tp / labelled : 0,
      f1: (2 * tp) / (labelled + predicted),
    };
  };
  const areas = Object.keys(rows[0]!.chances).flatMap((name) => {
    const [own, others] = [rows.filter((row) => row.label === name), rows.filter((row) => row.label !== name)];
    if (own.length === 0 || others.length === 0) return [];
    let wins = 0;
    for (const a of own) for (const b of others) wins += (Math.sign(a.chances[name]! - b.chances[name]!) + 1) / 2;
    return [wins / (own.length * others.length)];
  });
  const brier = ({ label, chances }: Classified) =>
    Object.entries(chances).reduce((sum, [name, p]) => sum + (p - (name === label ? 1 : 0)) ** 2, 0);
  const all = classes.map(of);
  const macro = (key: 'precision' | 'recall' | 'f1') => mean(all.map((one) => one[key]));
  const weighted = (key: 'precision' | 'recall' | 'f1') =>
    all.reduce((sum, one) => sum + one[key] * one.labelled, 0) / rows.length;
  const accuracy = rows.filter(({ label, prediction }) => label === prediction).length / rows.length;
  return {
    accuracy,
    roc_auc_ovr: areas.length > 0 ? mean(areas) : null,
    log_loss: mean(rows.map(({ label, chances }) => -Math.log(chances[label]!))),
    brier_score: mean(rows.map(brier)),
    balanced_accuracy: mean(all.filter(({ labelled }) => labelled > 0).map(({ recall }) => recall)),
    precision_macro: macro('precision'),
    recall_macro: macro('recall'),
    f1_macro: macro('f1'),
    precision_micro: accuracy,
    recall_micro: accuracy,
    f1_micro: accuracy,
    precision_weighted: weighted('precision'),
    recall_weighted: weighted('recall'),
    f1_weighted: weighted('f1'),
  };
}
