import { estimatedBinaryMetrics, estimatedMulticlassMetrics } from '@leeway/stats';

/** Metrics that are estimated, by task; the ids are those of performance. */
export const ESTIMATED_METRICS = {
  binary: estimatedBinaryMetrics,
  multiclass: estimatedMulticlassMetrics,
  regression: ['mae', 'mse', 'rmse', 'mape', 'rmsle'],
} as const satisfies Record<string, readonly string[]>;
