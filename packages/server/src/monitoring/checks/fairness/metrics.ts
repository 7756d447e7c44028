/** Measures that are stored for each group by itself; the others are in reports. */
export const GROUP_MEASURES: readonly string[] = [
  'selection_rate',
  'true_positive_rate',
  'false_positive_rate',
  'precision',
  'accuracy',
  'calibration_bias',
  'bias',
  'mae',
  'rmse',
];

/** Of a regressor, the measures whose disparity between groups is a metric. */
export const REGRESSION_DISPARITIES: readonly string[] = ['bias', 'mae', 'rmse'];
