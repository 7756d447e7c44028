import type { Task } from '@leeway/contract';

export type Unit = 'number' | 'share' | 'ms' | 'count';

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
  precision_macro: { label: 'Precision (macro)', unit: 'share', better: 'higher' },
  recall_macro: { label: 'Recall (macro)', unit: 'share', better: 'higher' },
  f1_macro: { label: 'F1 (macro)', unit: 'number', better: 'higher' },
  prevalence: { label: 'Prevalence', unit: 'share', better: null },
  selection_rate: { label: 'Selection rate', unit: 'share', better: null },
  mae: { label: 'Mean absolute error', unit: 'number', better: 'lower' },
  mse: { label: 'Mean squared error', unit: 'number', better: 'lower' },
  rmse: { label: 'Root mean squared error', unit: 'number', better: 'lower' },
  mape: { label: 'Mean absolute percentage error', unit: 'share', better: 'lower' },
  r2: { label: 'R²', unit: 'number', better: 'higher' },
  bias: { label: 'Bias', unit: 'number', better: null },
  'drift.score': { label: 'Drift score', unit: 'number', better: 'lower' },
  'drift.share': { label: 'Drifted columns', unit: 'share', better: 'lower' },
  'drift.psi': { label: 'Population stability index', unit: 'number', better: 'lower' },
  'drift.ks': { label: 'Kolmogorov-Smirnov', unit: 'number', better: 'lower' },
  'quality.rows': { label: 'Predictions', unit: 'count', better: null },
  'quality.missing_share': { label: 'Missing values', unit: 'share', better: 'lower' },
  'quality.range_share': { label: 'Out of range', unit: 'share', better: 'lower' },
  'quality.new_category_share': { label: 'New categories', unit: 'share', better: 'lower' },
  'quality.rejected_share': { label: 'Refused rows', unit: 'share', better: 'lower' },
  'service.latency_p50': { label: 'Latency, median', unit: 'ms', better: 'lower' },
  'service.latency_p95': { label: 'Latency, 95th percentile', unit: 'ms', better: 'lower' },
  'service.latency_p99': { label: 'Latency, 99th percentile', unit: 'ms', better: 'lower' },
  'service.error_share': { label: 'Failed predictions', unit: 'share', better: 'lower' },
  'service.requests': { label: 'Requests', unit: 'count', better: null },
};

/** What is known of a metric; of one never heard of, its id in words. */
export function describeMetric(id: string): MetricInfo {
  const known = KNOWN[id];
  if (known) return known;
  const words = id.slice(id.indexOf('.') + 1).replaceAll('_', ' ');
  const unit: Unit = id.endsWith('_share') ? 'share' : id.includes('latency') ? 'ms' : 'number';
  return { label: words.charAt(0).toUpperCase() + words.slice(1), unit, better: null };
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
