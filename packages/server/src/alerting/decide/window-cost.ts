import type { Alert, Measurement, ModelConfig, RuleConfig } from '@leeway/contract';

export type AlertSeverity = Alert['severity'];

/**
 * What the mistakes of a window cost by the prices of the model, as if the predictions without a label were as often wrong as those
 * with one. Null where the model has no prices or its mistakes were not measured.
 */
export function windowCost(
  { cost, task }: Pick<ModelConfig, 'cost' | 'task'>,
  measurements: readonly Measurement[],
): number | null {
  if (!cost) return null;
  const find = (metric: string) =>
    measurements.find((m) => m.metric === metric && m.column === '' && m.slice === '' && m.version === '');
  const value = (metric: string) => {
    const found = find(metric);
    return found?.status === 'ok' ? found.value : null;
  };
  const base = find({ binary: 'prevalence', multiclass: 'accuracy', regression: 'mae' }[task]);
  if (base?.status !== 'ok' || base.value === null) return null;
  const predictions = base.coverage ? base.n / base.coverage : base.n;
  if (task === 'regression') return predictions * base.value * cost.perUnitOfError;
  if (task === 'multiclass') return predictions * (1 - base.value) * cost.perMistake;
  // A rate of rows that there are none of is no mistake.
  const share = (rate: string, of: number) => (of === 0 ? 0 : of * (value(rate) ?? Number.NaN));
  const each =
    share('false_positive_rate', 1 - base.value) * cost.falsePositive +
    share('false_negative_rate', base.value) * cost.falseNegative;
  return Number.isNaN(each) ? null : predictions * each;
}

const RANK: Record<AlertSeverity, number> = { info: 0, warning: 1, critical: 2 };

/**
 * How bad an alert is. By cost it only rises while the alert is open, so that it does not go back and forth; a cost that is
 * not known makes a warning, for it must not hide an alert.
 */
export function severityOf(
  severity: RuleConfig['severity'],
  cost: number | null,
  before: AlertSeverity | null,
): AlertSeverity {
  if (typeof severity === 'string') return severity;
  const { warning = Number.POSITIVE_INFINITY, critical = Number.POSITIVE_INFINITY } = severity.cost;
  const now =
    cost === null ? (before ?? 'warning') : cost >= critical ? 'critical' : cost >= warning ? 'warning' : 'info';
  return before && RANK[before] > RANK[now] ? before : now;
}

export const isWorse = (severity: AlertSeverity, than: AlertSeverity): boolean => RANK[severity] > RANK[than];
