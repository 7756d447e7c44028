import type { ModelConfig } from './config.ts';
import type { ConditionConfig, RuleConfig } from './rule-config.ts';

/** The monitor that is there without being declared: it measures by the clock whether anything comes and anything runs. */
export const WATCH_MONITOR = 'watch';

export const isWatchMetric = (metric: string): boolean => /^(freshness|process|disk|queue)\./.test(metric);

/** The monitor whose windows a rule reads: the one that it names, that of the metrics about freshness, or the model's first. */
export function monitorOfRule(rule: RuleConfig, model: Pick<ModelConfig, 'monitors'>): string | undefined {
  if (rule.monitor !== undefined) return rule.monitor;
  return metricsIn(rule).some(isWatchMetric) ? WATCH_MONITOR : model.monitors[0]?.name;
}

/** Metrics of a rule's conditions, without those of an expression. */
function metricsIn(condition: ConditionConfig | RuleConfig): string[] {
  const { metric, all = [], any = [], not } = condition;
  return [...(metric ? [metric] : []), ...[...all, ...any, ...(not ? [not] : [])].flatMap(metricsIn)];
}
