import { z } from 'zod';
import { ColumnsConfig, FalseAlarmsConfig, MonitorConfig, ReferenceConfig } from './monitoring-config.ts';
import { Duration, Name, Season, Severity, Task } from './words.ts';

/** The configuration file `leeway.yaml`. Every key has a default but a model's name, task and columns. */

const strict = z.strictObject;

export const ServerConfig = strict({
  host: z.string().default('127.0.0.1').describe('Address to listen on. Anything but loopback is your decision.'),
  port: z.int().min(0).max(65535).default(7373).describe('Port to listen on; 0 takes a free one.'),
  data: z.string().default('./.leeway').describe('Folder of the embedded stores and of the artifacts.'),
  publicUrl: z.url().optional().describe('Address that links in messages point to. Default: what it listens on.'),
  maxBodyBytes: z.int().min(1024).default(33_554_432).describe('Largest request body accepted, in bytes.'),
  maxQueuedRows: z.int().min(1).default(200_000).describe('Rows waiting to be stored before ingest answers 503.'),
  allowPrivateNetworks: z
    .array(z.string())
    .default([])
    .describe('Address ranges (CIDR) in private networks that outbound calls may reach, such as 10.1.0.0/16.'),
});

export const WarehouseConfig = strict({
  url: z
    .string()
    .optional()
    .describe('ClickHouse address, http(s)://user:password@host:8123/database. Default: embedded.'),
});

export const StoreConfig = strict({
  url: z.string().optional().describe('PostgreSQL address, postgres://user:password@host/database. Default: embedded.'),
});

/** A place that messages go to. Further keys belong to the channel's type. */
export const ChannelConfig = z.looseObject({
  name: Name.describe('What routes call it.'),
  type: z.string().describe('Kind of channel; docs/reference/configuration.md lists them.'),
  sendResolved: z.boolean().default(true).describe('Whether it is told when an alert is over.'),
});

const routeTimers = {
  groupBy: z
    .array(z.string())
    .optional()
    .describe('Labels whose values make a group; one message per group. Default: model.'),
  groupWait: Duration.optional().describe('How long the first message of a group waits for company. Default 30s.'),
  groupInterval: Duration.optional().describe(
    'How often a group may speak again when something in it changed. Default 5m.',
  ),
  repeatInterval: Duration.optional().describe('How often an unchanged firing group is repeated. Default 4h.'),
};

export interface RouteConfig {
  channels?: string[] | undefined;
  match?: Record<string, string> | undefined;
  continue?: boolean | undefined;
  groupBy?: string[] | undefined;
  groupWait?: string | undefined;
  groupInterval?: string | undefined;
  repeatInterval?: string | undefined;
  routes?: RouteConfig[] | undefined;
}

/** A node of the routing tree, with Alertmanager's meaning: first matching child wins unless it says `continue`. */
export const RouteConfig: z.ZodType<RouteConfig> = strict({
  channels: z.array(Name).optional().describe('Channels that get the messages. Default: those of the parent.'),
  match: z.record(z.string(), z.string()).optional().describe('Label values that an alert must have.'),
  continue: z.boolean().optional().describe('Whether the siblings after it are tried too.'),
  ...routeTimers,
  get routes(): z.ZodOptional<z.ZodArray<z.ZodType<RouteConfig>>> {
    return z.array(RouteConfig).optional();
  },
});

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

export const TriggerConfig = z.discriminatedUnion('on', [
  strict({ on: z.literal('alert'), rule: Name.describe('Rule whose firing starts a run.') }),
  strict({ on: z.literal('schedule'), cron: z.string().describe('Cron expression, UTC.') }),
]);
export type TriggerConfig = z.infer<typeof TriggerConfig>;

export const GateConfig = z.discriminatedUnion('type', [
  strict({
    type: z.literal('threshold').describe('The challenger alone, against a number.'),
    metric: z.string(),
    above: z.number().optional(),
    below: z.number().optional(),
  }),
  strict({
    type: z.literal('compare').describe('The challenger against the champion on the same rows, by a paired bootstrap.'),
    metric: z.string(),
    form: z.enum(['superiority', 'non_inferiority']).default('superiority'),
    margin: z.number().min(0).default(0),
    confidence: z.number().gt(0.5).lt(1).default(0.95),
    draws: z.int().min(200).max(20_000).default(2_000),
  }),
]);
export type GateConfig = z.infer<typeof GateConfig>;

/** How a challenger is trained. Further keys belong to the executor's type. */
export const ExecutorConfig = z.looseObject({
  type: z.string().describe('Kind of executor: builtin, command, ...'),
  timeout: Duration.default('1h').describe('After this the run is stopped and has failed.'),
});

export const RetrainConfig = strict({
  triggers: z.array(TriggerConfig).default([]),
  cooldown: Duration.default('1d').describe('Time after a run in which none begins by itself.'),
  backoff: Duration.default('3d').describe('Time after a refused challenger in which none begins by itself.'),
  data: strict({
    window: Duration.default('28d').describe('How far back the rows go.'),
    holdout: Duration.default('7d').describe(
      'The newest part, kept from the trainer, on which both versions are scored.',
    ),
    minimumRows: z.int().min(1).default(500).describe('Fewer labelled rows than this are not trained on.'),
  }).prefault({}),
  veto: strict({
    quality: z.boolean().default(true).describe('Whether an open data-quality alert stops a run.'),
  }).prefault({}),
  executor: ExecutorConfig.prefault({ type: 'builtin' }),
  params: z.record(z.string(), z.unknown()).default({}).describe('Handed to the trainer as LEEWAY_PARAMS.'),
  gates: z.array(GateConfig).default([]),
  minimumHoldoutRows: z.int().min(1).default(200).describe('Fewer held-out rows make every gate inconclusive.'),
  approval: z
    .enum(['suggest', 'approve', 'auto'])
    .default('approve')
    .describe('suggest: only say so; approve: a person decides; auto: what passes serves.'),
});
export type RetrainConfig = z.infer<typeof RetrainConfig>;

export const RolloutConfig = strict({
  shadow: z
    .array(z.string())
    .default([])
    .describe('Versions that score the same rows beside the champion; they are measured and never answer.'),
});
export type RolloutConfig = z.infer<typeof RolloutConfig>;

export const ModelConfig = strict({
  name: Name,
  task: Task,
  owner: z.string().optional().describe('Person or team to whom the model belongs.'),
  description: z.string().optional(),
  columns: ColumnsConfig,
  reference: ReferenceConfig.prefault({ kind: 'training' }),
  falseAlarms: FalseAlarmsConfig.prefault({}),
  monitors: z.array(MonitorConfig).default(() => [MonitorConfig.parse({})]),
  rules: z.array(RuleConfig).default([]),
  retrain: RetrainConfig.optional(),
  rollout: RolloutConfig.prefault({}),
});
export type ModelConfig = z.infer<typeof ModelConfig>;

export const Config = strict({
  apiVersion: z.literal('leeway/v1'),
  server: ServerConfig.prefault({}),
  warehouse: WarehouseConfig.prefault({}),
  store: StoreConfig.prefault({}),
  channels: z.array(ChannelConfig).default(() => [{ name: 'console', type: 'console', sendResolved: true }]),
  routes: RouteConfig.default({ channels: ['console'] }),
  include: z.array(z.string()).default([]).describe('Further files with models, relative to this one.'),
  models: z.array(ModelConfig).default([]),
});
export type Config = z.infer<typeof Config>;
export type ChannelConfig = z.infer<typeof ChannelConfig>;
export type ExecutorConfig = z.infer<typeof ExecutorConfig>;
