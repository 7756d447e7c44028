import type { ModelConfig, RuleConfig } from '@leeway/contract';
import type { InstanceKind } from './evaluate-window.ts';
import type { AlertSeverity } from './window-cost.ts';

/** Labels by which routes and silences know an alert. What the rule is about cannot be overwritten by its own labels. */
export function alertLabels(
  model: Pick<ModelConfig, 'name' | 'owner'> & Partial<Pick<ModelConfig, 'labels'>>,
  monitor: string,
  rule: Pick<RuleConfig, 'name' | 'severity' | 'labels'>,
  { column, slice }: { column: string; slice: string },
  { severity, kind = 'breach' }: { severity?: AlertSeverity; kind?: InstanceKind } = {},
): Record<string, string> {
  return {
    ...model.labels,
    ...(model.owner && { owner: model.owner }),
    ...rule.labels,
    model: model.name,
    rule: rule.name,
    severity: severity ?? (typeof rule.severity === 'string' ? rule.severity : 'warning'),
    monitor,
    ...(column && { column }),
    ...(slice && { slice }),
    ...(kind !== 'breach' && { condition: kind }),
  };
}
