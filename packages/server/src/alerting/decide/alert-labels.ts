import type { ModelConfig, RuleConfig } from '@leeway/contract';

/** Labels by which routes and silences know an alert. What the rule is about cannot be overwritten by its own labels. */
export function alertLabels(
  model: Pick<ModelConfig, 'name' | 'owner'>,
  monitor: string,
  rule: Pick<RuleConfig, 'name' | 'severity' | 'labels'>,
  { column, slice }: { column: string; slice: string },
): Record<string, string> {
  return {
    ...(model.owner && { owner: model.owner }),
    ...rule.labels,
    model: model.name,
    rule: rule.name,
    severity: rule.severity,
    monitor,
    ...(column && { column }),
    ...(slice && { slice }),
  };
}
