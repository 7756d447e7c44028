import { z } from 'zod';
import { Name, Season, Severity } from './words.ts';

/** When a measurement is an alert. */

const strict = z.strictObject;

export const NoDataPolicy = z.enum(['ok', 'alert', 'keep']);

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

export const RuleConfig = strict({
  name: Name,
  monitor: Name.optional().describe('Monitor whose windows it reads. Default: the first.'),
  metric: z.string().describe('Metric id such as roc_auc, log_loss, drift.share, quality.range_share.'),
  column: z.string().optional().describe('Column of the metric, or "*" for each column by itself.'),
  slice: z.string().optional().describe('Slice such as "origin=ATL". Default: all rows.'),
  above: z.number().optional(),
  below: z.number().optional(),
  outside: z.tuple([z.number(), z.number()]).optional(),
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
  for: z.int().min(1).default(1).describe('Windows in a row that must be over the threshold.'),
  of: z.int().min(1).optional().describe('With it, `for` of the last `of` windows are enough.'),
  keepFiring: z.int().min(0).default(0).describe('Windows that must be well before it is over.'),
  noData: NoDataPolicy.default('keep').describe('What a window without enough data means.'),
  minimumRows: z.int().min(0).default(0).describe('Windows with fewer rows count as no data.'),
  severity: Severity.default('warning'),
  labels: z.record(z.string(), z.string()).default({}),
  summary: z.string().optional().describe('What the message says first (Liquid template).'),
  runbook: z.string().optional().describe('Address of what to do.'),
});
export type RuleConfig = z.infer<typeof RuleConfig>;
