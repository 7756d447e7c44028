import {
  type ClassificationCounts,
  type FairnessMeasure,
  meanMeasure,
  type RegressionCounts,
  shareMeasure,
} from './fairness-measure.ts';

type Counts = ClassificationCounts;
const rows = ({ tp, fp, tn, fn }: Counts) => tp + fp + tn + fn;

/** What is compared between groups of a classifier. */
export const classificationMeasures: ReadonlyArray<FairnessMeasure<Counts>> = [
  shareMeasure('selection_rate', 'Selection rate', (c: Counts) => [c.tp + c.fp, rows(c)]),
  shareMeasure('true_positive_rate', 'True positive rate', (c: Counts) => [c.tp, c.tp + c.fn]),
  shareMeasure('false_positive_rate', 'False positive rate', (c: Counts) => [c.fp, c.fp + c.tn]),
  shareMeasure('true_negative_rate', 'True negative rate', (c: Counts) => [c.tn, c.fp + c.tn]),
  shareMeasure('false_negative_rate', 'False negative rate', (c: Counts) => [c.fn, c.tp + c.fn]),
  shareMeasure('precision', 'Precision', (c: Counts) => [c.tp, c.tp + c.fp]),
  shareMeasure('negative_predictive_value', 'Negative predictive value', (c: Counts) => [c.tn, c.tn + c.fn]),
  shareMeasure('false_discovery_rate', 'False discovery rate', (c: Counts) => [c.fp, c.tp + c.fp]),
  shareMeasure('false_omission_rate', 'False omission rate', (c: Counts) => [c.fn, c.tn + c.fn]),
  shareMeasure('accuracy', 'Accuracy', (c: Counts) => [c.tp + c.tn, rows(c)]),
  shareMeasure('prevalence', 'Prevalence', (c: Counts) => [c.tp + c.fn, rows(c)]),
  meanMeasure('calibration_bias', 'Calibration bias', (c: Counts) => [c.scored, c.sumGap, c.sumSquaredGap], {
    ratio: false,
  }),
];

/** What is compared between groups of a regressor. */
export const regressionMeasures: ReadonlyArray<FairnessMeasure<RegressionCounts>> = [
  meanMeasure('bias', 'Mean error', (c: RegressionCounts) => [c.n, c.sumError, c.sumSquaredError], { ratio: false }),
  meanMeasure('mae', 'Mean absolute error', (c: RegressionCounts) => [c.n, c.sumAbsError, c.sumSquaredError], {
    ratio: true,
    minimum: 0,
  }),
  {
    id: 'rmse',
    label: 'Root mean squared error',
    ratio: true,
    compute(group, confidence) {
      const mse = meanMeasure('mse', '', (c: RegressionCounts) => [c.n, c.sumSquaredError, c.sumFourthPowerError], {
        ratio: true,
        minimum: 0,
      }).compute(group, confidence);
      const root = (value: number | null) => (value === null ? null : Math.sqrt(value));
      return { ...mse, value: root(mse.value), lower: root(mse.lower), upper: root(mse.upper) };
    },
  },
  meanMeasure(
    'mean_prediction',
    'Mean prediction',
    (c: RegressionCounts) => [c.n, c.sumPrediction, c.sumSquaredPrediction],
    {
      ratio: false,
    },
  ),
];
