import { normalInterval } from '../intervals/normal-interval.ts';
import { estimate, type MetricEstimate, noValue } from '../performance/performance-metric.ts';
import { type Calibration, type CalibrationRefusal, calibrated } from './calibration.ts';
import { type CalibrationGap, calibrationGap } from './calibration-gap.ts';
import { type Expectation, expectBinary, expectMean } from './cbpe.ts';
import { type ExpectedCounts, standardErrorOf } from './expected-counts.ts';
import type { LabelledScoreCounts } from './score-counts.ts';

/** Metrics of a classifier of several classes that are estimated, with the ids of performance. */
export const estimatedMulticlassMetrics = [
  ...['accuracy', 'precision_macro', 'recall_macro', 'f1_macro', 'roc_auc_ovr', 'log_loss', 'brier_score'],
] as const;

/** Rows of a classifier of several classes. Classes are positions, 0 up. */
export interface ClassifiedRows {
  /** For each class, what the model said was its probability in each row. */
  scores: readonly Float64Array[];
  predicted: ArrayLike<number>;
}

/**
 * The chance of each class in each row: each score is calibrated one against the rest, and a row's chances are scaled to a
 * sum of 1; where all of them are 0 they are equal.
 *
 * @throws RangeError for other numbers of calibrations than of classes, or columns of other lengths.
 */
export function classChances(scores: readonly Float64Array[], calibrations: readonly Calibration[]): Float64Array[] {
  const n = scores[0]?.length ?? 0;
  if (calibrations.length !== scores.length || scores.some(({ length }) => length !== n)) {
    throw new RangeError(`${scores.length} classes need as many calibrations and columns of one length.`);
  }
  const chances = scores.map((column, k) => column.map((score) => calibrated(calibrations[k]!, score)));
  for (let row = 0; row < n; row++) {
    const sum = chances.reduce((total, column) => total + column[row]!, 0);
    for (const column of chances) column[row] = sum > 0 ? column[row]! / sum : 1 / scores.length;
  }
  return chances;
}

/**
 * CBPE of rows in memory: `estimateClasses` of what is to be expected of them.
 *
 * @throws RangeError as `classChances`.
 */
export function estimateMulticlass(
  { scores, predicted }: ClassifiedRows,
  calibrations: readonly Calibration[],
  confidence = 0.95,
): Record<string, MetricEstimate> {
  const chances = classChances(scores, calibrations);
  const classes = chances.map((column, k) => countClass(scores[k]!, column, predicted, k));
  return estimateClasses(classes, calibrations, confidence);
}

/**
 * CBPE for several classes, from what is to be expected of each class against the rest: each is estimated as
 * `estimateBinary` does, and macro metrics are the means over the classes that have a value. AUC is the mean of the
 * classes', one against the rest; Brier score is the sum over classes. `calibrations` is null where the labels are known
 * (`knownLabels`); then there are no intervals.
 *
 * The interval of accuracy follows from the chances of the predicted classes. The error of a mean over classes is at most the
 * mean of their errors, whatever their correlation; that bound is used, so intervals of macro metrics are wide.
 */
export function estimateClasses(
  classes: readonly ExpectedCounts[],
  calibrations: readonly Calibration[] | null,
  confidence = 0.95,
): Record<string, MetricEstimate> {
  const [negative = [], positive = []] = classes[0]?.rows ?? [];
  const n = [...negative, ...positive].reduce((total, count) => total + count, 0);
  if (n === 0) return Object.fromEntries(estimatedMulticlassMetrics.map((id) => [id, noValue('no_data')]));
  const error = ({ sensitivity }: Expectation, k: number) =>
    calibrations ? standardErrorOf(classes[k]!, calibrations[k]!, sensitivity) : 0;
  const bounded = (value: number, se: number, maximum = 1) =>
    estimate(value, n, normalInterval(value, se, { confidence, minimum: 0, maximum }));

  const own = classes.map(expectBinary);
  const macro = (id: 'precision' | 'recall' | 'f1' | 'roc_auc'): MetricEstimate => {
    const found = own.flatMap((metrics, k) => (metrics[id].value === null ? [] : [{ ...metrics[id], k }]));
    if (found.length === 0) return noValue('one_class', n);
    const mean = (of: (one: (typeof found)[number]) => number) =>
      found.reduce((sum, one) => sum + of(one), 0) / found.length;
    return bounded(
      mean(({ value }) => value!),
      mean((one) => error(one, one.k)),
    );
  };
  // Each row is right with the chance of its predicted class, and counts in that class alone.
  const right = classes.map(({ positives }) => positives[1].reduce((sum, p) => sum + p, 0) / n);
  const ofRight = classes.map((_, k) => error({ value: null, sensitivity: (_group, said) => said / n }, k) ** 2);
  const losses = classes.map((expected) =>
    expectMean(expected, n, (score) => [0, -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score)))]),
  );
  const squares = classes.map((expected) => expectMean(expected, n, (score) => [score ** 2, (1 - score) ** 2]));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    accuracy: bounded(sum(right), Math.sqrt(sum(ofRight))),
    precision_macro: macro('precision'),
    recall_macro: macro('recall'),
    f1_macro: macro('f1'),
    roc_auc_ovr: macro('roc_auc'),
    log_loss: bounded(sum(losses.map(({ value }) => value!)), sum(losses.map(error)), Number.POSITIVE_INFINITY),
    brier_score: bounded(sum(squares.map(({ value }) => value!)), sum(squares.map(error)), 2),
  };
}

/**
 * Why nothing may be estimated with the calibrations of several classes, and of which class that is; `null` where nothing
 * speaks against it. A class that its score tells from the others without error does no harm as long as not all are so.
 */
export function classRefusal(
  calibrations: readonly Calibration[],
): { refused: CalibrationRefusal; class: number } | null {
  const at = calibrations.findIndex(({ refused }) => refused !== null && refused !== 'separable');
  if (at >= 0) return { refused: calibrations[at]!.refused!, class: at };
  return calibrations.every(({ refused }) => refused === 'separable') ? { refused: 'separable', class: 0 } : null;
}

/**
 * The class whose labels lie farthest off the chances of its own calibration, beyond chance; `null` without rows. Its p-value is
 * multiplied by the number of classes, because it is the worst of them.
 */
export function classGap(
  counts: readonly LabelledScoreCounts[],
  calibrations: readonly Calibration[],
): (CalibrationGap & { class: number }) | null {
  let worst: (CalibrationGap & { class: number }) | null = null;
  for (const [k, count] of counts.entries()) {
    const found = calibrationGap(count, calibrations[k]!);
    if (!found || (worst && found.gap - found.byChance <= worst.gap - worst.byChance)) continue;
    worst = { ...found, pValue: Math.min(1, found.pValue * counts.length), class: k };
  }
  return worst;
}

/** One class against the rest, by its score. */
function countClass(
  scores: Float64Array,
  chances: Float64Array,
  predicted: ArrayLike<number>,
  k: number,
): ExpectedCounts {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const distinct: number[] = [];
  const columns = () => [[], []] as [number[], number[]];
  const [rows, positives, variance] = [columns(), columns(), columns()];
  for (const row of order) {
    if (distinct.length === 0 || scores[row] !== distinct.at(-1)) {
      distinct.push(scores[row]!);
      for (const column of [...rows, ...positives, ...variance]) column.push(0);
    }
    const [said, at, p] = [predicted[row] === k ? 1 : 0, distinct.length - 1, chances[row]!];
    rows[said]![at]! += 1;
    positives[said]![at]! += p;
    variance[said]![at]! += p * (1 - p);
  }
  return { scores: distinct, rows, positives, variance };
}
