import { type BacktestRequest, durationMs, LeewayError, type ModelConfig, RuleConfig } from '@leeway/contract';

export type VariantValues = Record<string, string | number | boolean>;

const MOST_VARIANTS = 2_000;

/** The rule with some of its keys changed; null takes a key away. @throws LeewayError `invalid_request`. */
export function changeRule(model: ModelConfig, rule: RuleConfig, changes: Record<string, unknown>): RuleConfig {
  const { window, ...keys } = changes;
  const monitor = window === undefined ? {} : { monitor: monitorOfLength(model, rule, String(window)) };
  const changed = Object.entries({ ...rule, ...keys, ...monitor }).filter(([, value]) => value !== null);
  const parsed = RuleConfig.safeParse(Object.fromEntries(changed));
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the rule'}: ${message}`);
  throw new LeewayError(
    'invalid_request',
    `rule "${rule.name}" with ${JSON.stringify(changes)}: ${mistakes.join('; ')}`,
  );
}

/** A rule looks at windows of another length through the monitor that has measured such. */
function monitorOfLength(model: ModelConfig, rule: RuleConfig, window: string): string {
  const length = toMs(window);
  const own = model.monitors.find(({ name }) => name === (rule.monitor ?? model.monitors[0]?.name));
  const found = [...(own ? [own] : []), ...model.monitors].find((monitor) => durationMs(monitor.window) === length);
  if (found) return found.name;
  const known = model.monitors.map((monitor) => monitor.window).join(', ');
  throw new LeewayError(
    'invalid_request',
    `window ${window}: no monitor of "${model.name}" measures such windows; stored are those of ${known}. ` +
      'Other lengths must be measured anew from the rows: leeway backtest --predictions FILE',
  );
}

function toMs(window: string): number {
  try {
    return durationMs(window);
  } catch (error) {
    throw new LeewayError('invalid_request', `window: ${(error as Error).message}`);
  }
}

/** Every combination of the values that are tried, the last key changing fastest. */
export function variantsOf({ values }: NonNullable<BacktestRequest['sweep']>): VariantValues[] {
  let variants: VariantValues[] = [{}];
  for (const [key, tried] of Object.entries(values)) {
    variants = variants.flatMap((variant) => tried.map((value) => ({ ...variant, [key]: value })));
    if (variants.length > MOST_VARIANTS) {
      const given = Object.values(values).map((list) => list.length);
      throw new LeewayError(
        'invalid_request',
        `the sweep has ${given.join(' x ')} variants; expected ${MOST_VARIANTS} at most`,
      );
    }
  }
  return variants;
}
