import type { ColumnsConfig, Severity } from '@leeway/contract';
import { performanceMetrics } from '@leeway/stats';
import type { Labels } from './matchers.ts';

/** What is known of an alert where it is decided whether it is told. */
export interface OpenAlert {
  id: string;
  model: string;
  rule: string;
  metric: string;
  column: string;
  slice: string;
  severity: Severity;
  labels: Labels;
  noData: boolean;
  value: number | null;
  threshold: number | null;
  /** When it began to fire, or was first seen. */
  since: number;
  /** Of the last window in which it was bad. */
  windowStart: number;
  windowEnd: number;
}

/** Columns of a model that say whether a drift is one of what goes in or of what comes out. */
export type OutputColumns = Pick<ColumnsConfig, 'prediction' | 'score' | 'scores' | 'label'>;

/** From causes to effects. */
const STAGES = ['no data', 'data quality', 'input drift', 'prediction drift', 'performance'] as const;
const [NO_DATA, QUALITY, INPUT, PREDICTION, PERFORMANCE] = [0, 1, 2, 3, 4];

const PERFORMANCE_METRICS = new Set(Object.values(performanceMetrics).flatMap((all) => all.map(({ id }) => id)));

/** Where an alert stands in the order; null for what has no place in it: service, fairness, feedback, business. */
export function stageOf(
  { metric, column, noData, value, threshold }: Pick<OpenAlert, 'metric' | 'column' | 'noData' | 'value' | 'threshold'>,
  columns: OutputColumns,
): number | null {
  // Labels that are missing say nothing of the predictions.
  if (PERFORMANCE_METRICS.has(metric) || metric.startsWith('estimated.')) return PERFORMANCE;
  const family = metric.slice(0, metric.indexOf('.'));
  const outputs = [columns.prediction, columns.score, columns.label, ...Object.values(columns.scores ?? {})];
  const side = outputs.includes(column) ? PREDICTION : INPUT;
  if (family === 'detector' && column === '') return PERFORMANCE; // of mistakes
  if (family !== 'quality' && family !== 'drift' && family !== 'detector') return null;
  const fewRows = metric === 'quality.rows' && value !== null && threshold !== null && value < threshold;
  if (noData || fewRows) return NO_DATA;
  return family === 'quality' ? QUALITY : side;
}

const WEIGHT: Record<Severity, number> = { critical: 2, warning: 1, info: 0 };

/** A cause mutes its effects for a week. What is still wrong then is told for itself. */
export const CAUSE_MUTES_MS = 7 * 86_400_000;

/**
 * Why an open alert makes another one superfluous, or null. The cause stands earlier in the order, is at least as severe, on
 * the same model, and about all rows or the same slice. What is about one column explains that column, and what follows for
 * the whole model, but no other column.
 */
export function causes(cause: OpenAlert, effect: OpenAlert, columns: OutputColumns): string | null {
  if (cause.model !== effect.model || WEIGHT[cause.severity] < WEIGHT[effect.severity]) return null;
  if (cause.slice !== '' && cause.slice !== effect.slice) return null;
  const [from, to] = [stageOf(cause, columns), stageOf(effect, columns)];
  if (from === null || to === null || from >= to) return null;
  const otherColumn = cause.column !== '' && effect.column !== '' && cause.column !== effect.column;
  if (otherColumn && to <= INPUT) return null;
  return `${STAGES[from]} before ${STAGES[to]}`;
}
