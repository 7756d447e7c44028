import type { ActionConfig } from '@leeway/contract';

/** The keys that belong to the type. */
export function optionsOf(config: ActionConfig): Record<string, unknown> {
  const { type: _t, severities: _s, after: _a, approval: _p, dryRun: _d, ...rest } = config;
  const { cooldown: _c, budget: _b, unless: _u, minimumLabels: _m, ...options } = rest;
  return options;
}
