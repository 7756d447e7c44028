import type { Task } from '@leeway/contract';

export type Unit = 'number' | 'share' | 'ms' | 'seconds' | 'count';

export interface MetricInfo {
  label: string;
  unit: Unit;
  /** What is better; null where neither is. */
  better: 'higher' | 'lower' | null;
}

const KNOWN: Record<string, MetricInfo> = {
  roc_auc: { label: 'ROC AUC', unit: 'number', better: 'higher' },
  log_loss: { label: 'Log loss', unit: 'number', better: 'lower' },
  brier_score: { label: 'Brier score', unit: 'number', better: 'lower' },
  calibration_error: { label: 'Calibration error', unit: 'number', better: 'lower' },
  calibration_bias: { label: 'Calibration bias', unit: 'number', better: null },
  accuracy: { label: 'Accuracy', unit: 'share', better: 'higher' },
  precision: { label: 'Precision', unit: 'share', better: 'higher' },
  recall: { label: 'Recall', unit: 'share', better: 'higher' },
  specificity: { label: 'Specificity', unit: 'share', better: 'higher' },
  f1: { label: 'F1', unit: 'number', better: 'higher' },
  f05: { label: 'F0.5', unit: 'number', better: 'higher' },
  f2: { label: 'F2', unit: 'number', better: 'higher' },
  average_precision: { label: 'Average precision', unit: 'number', better: 'higher' },
  balanced_accuracy: { label: 'Balanced accuracy', unit: 'share', better: 'higher' },
  matthews_corrcoef: { label: 'Matthews correlation', unit: 'number', better: 'higher' },
  cohen_kappa: { label: "Cohen's kappa", unit: 'number', better: 'higher' },
  roc_auc_ovr: { label: 'ROC AUC, one against the rest', unit: 'number', better: 'higher' },
  adaptive_calibration_error: { label: 'Adaptive calibration error', unit: 'number', better: 'lower' },
  maximum_calibration_error: { label: 'Maximum calibration error', unit: 'number', better: 'lower' },
  false_positive_rate: { label: 'False positive rate', unit: 'share', better: 'lower' },
  false_negative_rate: { label: 'False negative rate', unit: 'share', better: 'lower' },
  false_discovery_rate: { label: 'False discovery rate', unit: 'share', better: 'lower' },
  false_omission_rate: { label: 'False omission rate', unit: 'share', better: 'lower' },
  negative_predictive_value: { label: 'Negative predictive value', unit: 'share', better: 'higher' },
  precision_macro: { label: 'Precision (macro)', unit: 'share', better: 'higher' },
  recall_macro: { label: 'Recall (macro)', unit: 'share', better: 'higher' },
  f1_macro: { label: 'F1 (macro)', unit: 'number', better: 'higher' },
  prevalence: { label: 'Prevalence', unit: 'share', better: null },
  selection_rate: { label: 'Selection rate', unit: 'share', better: null },
  mae: { label: 'Mean absolute error', unit: 'number', better: 'lower' },
  mse: { label: 'Mean squared error', unit: 'number', better: 'lower' },
  rmse: { label: 'Root mean squared error', unit: 'number', better: 'lower' },
  mape: { label: 'Mean absolute percentage error', unit: 'share', better: 'lower' },
  smape: { label: 'Symmetric mean absolute percentage error', unit: 'share', better: 'lower' },
  wape: { label: 'Weighted absolute percentage error', unit: 'share', better: 'lower' },
  rmsle: { label: 'Root mean squared log error', unit: 'number', better: 'lower' },
  median_absolute_error: { label: 'Median absolute error', unit: 'number', better: 'lower' },
  max_error: { label: 'Largest error', unit: 'number', better: 'lower' },
  explained_variance: { label: 'Explained variance', unit: 'number', better: 'higher' },
  r2: { label: 'R²', unit: 'number', better: 'higher' },
  bias: { label: 'Bias', unit: 'number', better: null },
  'value.mean': { label: 'Value of a prediction', unit: 'number', better: 'higher' },
  'value.total': { label: 'Value of the window', unit: 'number', better: 'higher' },
  'slices.found': { label: 'Slices found', unit: 'count', better: 'lower' },
  'slices.excess': { label: 'Loss that a slice adds', unit: 'share', better: 'lower' },
  'multivariate.reconstruction_error': { label: 'Reconstruction error', unit: 'number', better: 'lower' },
  'multivariate.domain_auc': { label: 'Domain classifier, ROC AUC', unit: 'number', better: 'lower' },
  'multivariate.mmd': { label: 'Maximum mean discrepancy', unit: 'number', better: 'lower' },
  'drift.score': { label: 'Drift score', unit: 'number', better: 'lower' },
  'drift.share': { label: 'Drifted columns', unit: 'share', better: 'lower' },
  'drift.psi': { label: 'Population stability index', unit: 'number', better: 'lower' },
  'drift.ks': { label: 'Kolmogorov-Smirnov', unit: 'number', better: 'lower' },
  'quality.rows': { label: 'Predictions', unit: 'count', better: null },
  'quality.missing_share': { label: 'Missing values', unit: 'share', better: 'lower' },
  'quality.range_share': { label: 'Out of range', unit: 'share', better: 'lower' },
  'quality.new_category_share': { label: 'New categories', unit: 'share', better: 'lower' },
  'quality.rejected_share': { label: 'Refused rows', unit: 'share', better: 'lower' },
  'feedback.count': { label: 'Pieces of feedback', unit: 'count', better: null },
  'feedback.rate': { label: 'Predictions with feedback', unit: 'share', better: null },
  'feedback.positive_share': { label: 'Positive ratings', unit: 'share', better: 'higher' },
  'feedback.rating_mean': { label: 'Mean rating', unit: 'number', better: 'higher' },
  'feedback.correction_share': { label: 'Corrected', unit: 'share', better: 'lower' },
  'service.latency_p50': { label: 'Latency, median', unit: 'ms', better: 'lower' },
  'service.latency_p95': { label: 'Latency, 95th percentile', unit: 'ms', better: 'lower' },
  'service.latency_p99': { label: 'Latency, 99th percentile', unit: 'ms', better: 'lower' },
  'service.error_share': { label: 'Failed predictions', unit: 'share', better: 'lower' },
  'service.requests': { label: 'Requests', unit: 'count', better: null },
};

const RATES = /(_share|_rate|^precision|^recall|accuracy|prevalence)$/;

/** What is known of a metric; of one never heard of, its id in words. */
export function describeMetric(id: string): MetricInfo {
  const known = KNOWN[id];
  if (known) return known;
  const dot = id.indexOf('.');
  const [family, name] = [id.slice(0, Math.max(0, dot)), id.slice(dot + 1)];
  const base = KNOWN[name];
  if (family === 'estimated' || family === 'estimate_error') {
    const { label, unit, better } = describeMetric(name);
    if (family === 'estimated') return { label: `${label}, estimated`, unit, better };
    return { label: `${label}, estimate less measured`, unit, better: null };
  }
  if (base) return family === 'fairness' ? { ...base, better: null } : base;
  const words = name
    .replace(/_seconds$/, '')
    .replace(/^answer\./, 'answer: ')
    .replaceAll('_', ' ');
  return { label: words.charAt(0).toUpperCase() + words.slice(1), unit: unitOf(family, name), better: null };
}

function unitOf(family: string, name: string): Unit {
  if (family === 'detector') return 'count';
  if (name.includes('latency')) return 'ms';
  if (name.endsWith('_seconds')) return 'seconds';
  return RATES.test(name) ? 'share' : 'number';
}

/** Metrics of performance that a task has, the most telling first. */
export const PERFORMANCE_METRICS: Record<Task, readonly string[]> = {
  binary: [
    'roc_auc',
    'log_loss',
    'brier_score',
    'calibration_error',
    'calibration_bias',
    'accuracy',
    'precision',
    'recall',
    'f1',
    'prevalence',
    'selection_rate',
  ],
  multiclass: ['accuracy', 'f1_macro', 'precision_macro', 'recall_macro', 'log_loss'],
  regression: ['mae', 'rmse', 'r2', 'bias', 'mape', 'mse'],
};
