import type { Config, ModelConfig, RuleConfig, RuleTemplate } from '@leeway/contract';

/** A rule that a model has from a template. */
export interface FromTemplate {
  rule: RuleConfig;
  /** Position of the template in `rules`. */
  template: number;
}

/**
 * Gives every model the rules that are there for many: of each template that its labels fit, a rule, unless it has one of that
 * name itself. Everything downstream sees plain rules of models. `inherited` says of each model, by its position, what it got.
 */
export function expandRules(config: Config): { config: Config; inherited: FromTemplate[][] } {
  const plain = config.rules.map(({ models: _, ...rule }): RuleConfig => rule);
  const inherited = config.models.map((model) => {
    const own = new Set(model.rules.map(({ name }) => name));
    return config.rules.flatMap((template, i): FromTemplate[] =>
      fits(template, model) && !own.has(template.name) ? [{ rule: plain[i]!, template: i }] : [],
    );
  });
  const models = config.models.map((model, i) =>
    inherited[i]!.length === 0
      ? model
      : { ...model, rules: [...model.rules, ...inherited[i]!.map(({ rule }) => rule)] },
  );
  return { config: { ...config, models }, inherited };
}

function fits({ models }: RuleTemplate, { labels, task, owner, name }: ModelConfig): boolean {
  const known: Record<string, string | undefined> = { ...labels, task, owner, name };
  return Object.entries(models).every(([label, value]) => known[label] === value);
}
