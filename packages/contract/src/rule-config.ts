import { z } from 'zod';
import { ActionConfig } from './actions-config.ts';
import { FlappingConfig } from './muting-config.ts';
import { Name, Season, Severity } from './words.ts';

/** When a measurement is an alert. */

const strict = z.strictObject;

/** What a window means of which a rule can say nothing. */
export const NoDataPolicy = z.enum(['ok', 'alert', 'keep', 'separate']);
export type NoDataPolicy = z.infer<typeof NoDataPolicy>;

export const AdaptiveThreshold = strict({
  from: z
    .enum(['history', 'reference'])
    .default('history')
    .describe('history: windows before this one that were well; reference: the windows of the reference.'),
  method: z
    .enum(['mean_sigma', 'mad', 'quantile'])
    .default('mean_sigma')
    .describe('mean_sigma: mean and deviation; mad: median and median deviation; quantile: shares of the windows.'),
  side: z.enum(['above', 'below', 'outside']).default('outside').describe('On which side of the others it is bad.'),
  k: z.number().gt(0).default(3).describe('Deviations from the middle (mean_sigma, mad).'),
  quantiles: z
    .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
    .refine(([low, high]) => low < high, 'are two ascending shares, such as [0.01, 0.99]')
    .default([0.01, 0.99])
    .describe('Shares of the windows below the lower and below the upper threshold (quantile).'),
  windows: z.int().min(6).max(2_000).default(30).describe('Windows that are looked back on.'),
  season: Season.optional().describe('Looks back on windows at the same place of the season only; history only.'),
  adjust: z
    .literal('stl')
    .optional()
    .describe('With `season`: looks back on all windows, with trend and season taken out by STL.'),
});
export type AdaptiveThreshold = z.infer<typeof AdaptiveThreshold>;

/** What a condition says about one metric. */
const leaf = {
  metric: z.string().default('').describe('Metric id such as roc_auc, log_loss, drift.share, quality.range_share.'),
  column: z.string().optional().describe('Column of the metric, or "*" for each column by itself.'),
  slice: z.string().optional().describe('Slice such as "origin=ATL". Default: all rows.'),
  above: z.number().optional().describe('It is bad above this number.'),
  below: z.number().optional().describe('It is bad below this number.'),
  outside: z.tuple([z.number(), z.number()]).optional().describe('It is bad below the first or above the second.'),
  threshold: AdaptiveThreshold.optional().describe('In place of above, below and outside: learned from other windows.'),
  against: z
    .enum(['absolute', 'reference', 'previous'])
    .default('absolute')
    .describe('What the value is compared with: nothing, the reference, or the window before.'),
  relative: z.boolean().default(false).describe('Whether the change is a share of what it is compared with.'),
  significant: z
    .boolean()
    .default(false)
    .describe('Whether the interval of the value must lie beyond the threshold too.'),
  clear: z.number().optional().describe('Threshold to be well again; by default that of the alarm.'),
  minimumRows: z.int().min(0).default(0).describe('Windows with fewer rows count as no data.'),
  minimumCoverage: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Windows with labels for a smaller share of the predictions count as no data.'),
  expression: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .describe('In place of metric and threshold: a CEL expression that is true where it is bad.'),
};

const Leaf = strict(leaf);

/** A condition within `all`, `any` or `not`: about one metric, or made of conditions itself. */
export type ConditionConfig = z.infer<typeof Leaf> & {
  all?: ConditionConfig[] | undefined;
  any?: ConditionConfig[] | undefined;
  not?: ConditionConfig | undefined;
};

const ALL = 'In place of a metric: conditions that must all be broken.';
const ANY = 'In place of a metric: conditions of which one must be broken.';
const NOT = 'In place of a metric: a condition that must not be broken.';

export const ConditionConfig: z.ZodType<ConditionConfig> = strict({
  ...leaf,
  get all(): z.ZodOptional<z.ZodArray<z.ZodType<ConditionConfig>>> {
    return z.array(ConditionConfig).min(1).optional().describe(ALL);
  },
  get any(): z.ZodOptional<z.ZodArray<z.ZodType<ConditionConfig>>> {
    return z.array(ConditionConfig).min(1).optional().describe(ANY);
  },
  get not(): z.ZodOptional<z.ZodType<ConditionConfig>> {
    return ConditionConfig.optional().describe(NOT);
  },
}).meta({ id: 'condition' });

/** Which severity a cost makes. */
export const CostSeverity = strict({
  cost: strict({
    warning: z.number().gt(0).optional().describe('From this estimated cost of a window it is a warning.'),
    critical: z.number().gt(0).optional().describe('From this it is critical; below the lowest of both it is info.'),
    currency: z.string().max(10).default('').describe('Unit of the cost, such as EUR; for messages.'),
  }).describe('By what the mistakes of the window cost, as `cost` of the model prices them.'),
});
export type CostSeverity = z.infer<typeof CostSeverity>;

export const RuleConfig = strict({
  name: Name.describe('What it is called in alerts, routes and triggers.'),
  monitor: Name.optional().describe('Monitor whose windows it reads. Default: the first.'),
  ...leaf,
  all: z.array(ConditionConfig).min(1).optional().describe(ALL),
  any: z.array(ConditionConfig).min(1).optional().describe(ANY),
  not: ConditionConfig.optional().describe(NOT),
  for: z.int().min(1).max(1_000).default(1).describe('Windows in a row that must be over the threshold.'),
  of: z.int().min(1).max(1_000).optional().describe('With it, `for` of the last `of` windows are enough.'),
  keepFiring: z.int().min(0).default(0).describe('Windows that must be well before it is over.'),
  noData: NoDataPolicy.default('keep').describe(
    'What a window without enough data means: ok: it is well; alert: it is bad; keep: nothing changes; separate: an alert of its own.',
  ),
  noDataFor: z
    .int()
    .min(1)
    .optional()
    .describe('Windows in a row without data after which `alert` or `separate` fires. Default: `for`.'),
  onError: NoDataPolicy.default('keep').describe(
    'What a window means whose measurement or expression failed; the choices of noData.',
  ),
  flapping: FlappingConfig.optional(),
  severity: z
    .union([Severity, CostSeverity])
    .default('warning')
    .describe('How bad it is; or, as `cost`, by the estimated cost of the window.'),
  labels: z
    .record(z.string(), z.string())
    .default({})
    .describe('Labels that its alerts carry, for routes and silences.'),
  actions: z.array(ActionConfig).default([]).describe('What an alert of it does by itself.'),
  summary: z.string().optional().describe('What the message says first (Liquid template).'),
  runbook: z.string().optional().describe('What to do when it fires: the address of a page, or Markdown.'),
});
export type RuleConfig = z.infer<typeof RuleConfig>;

/** A rule for many models. */
export const RuleTemplate = strict({
  models: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'Labels that a model must have to get the rule; also its `task`, `owner` and `name`. Empty: every model.',
    ),
  ...RuleConfig.shape,
});
export type RuleTemplate = z.infer<typeof RuleTemplate>;
