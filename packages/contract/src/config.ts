import { z } from 'zod';
import { CardConfig } from './card-config.ts';
import { FeedbackConfig } from './feedback-config.ts';
import { KpiConfig } from './kpi-config.ts';
import { ColumnsConfig, FalseAlarmsConfig, MonitorConfig, ReferenceConfig } from './monitoring-config.ts';
import { InhibitionConfig, MaintenanceConfig, TimeIntervalConfig } from './muting-config.ts';
import { OnCallConfig } from './oncall-config.ts';
import { RegistryConfig } from './registry-config.ts';
import { RetrainConfig } from './retrain-config.ts';
import { ChannelConfig, RouteConfig } from './routing-config.ts';
import { RuleConfig, RuleTemplate } from './rule-config.ts';
import { StorageConfig } from './storage-config.ts';
import { Duration, Name, Task } from './words.ts';

/** The configuration file `leeway.yaml`. Every key has a default but a model's name, task and columns. */

const strict = z.strictObject;

export const ServerConfig = strict({
  host: z.string().default('127.0.0.1').describe('Address to listen on. Anything but loopback is your decision.'),
  port: z.int().min(0).max(65535).default(7373).describe('Port to listen on; 0 takes a free one.'),
  data: z.string().default('./.leeway').describe('Folder of the embedded stores and of the artifacts.'),
  publicUrl: z.url().optional().describe('Address that links in messages point to. Default: what it listens on.'),
  maxBodyBytes: z.int().min(1024).default(33_554_432).describe('Largest request body accepted, in bytes.'),
  maxArtifactBytes: z.int().min(1024).default(4_294_967_296).describe('Largest file of a model accepted, in bytes.'),
  maxQueuedRows: z.int().min(1).default(200_000).describe('Rows waiting to be stored before ingest answers 503.'),
  allowPrivateNetworks: z
    .array(z.string())
    .default([])
    .describe('Address ranges (CIDR) in private networks that outbound calls may reach, such as 10.1.0.0/16.'),
  watch: Duration.default('15m').describe(
    'How often it is looked whether data come and work runs (`freshness.*`, `process.*`).',
  ),
  alertingHealth: strict({
    failing: Duration.default('10m').describe('How long a channel may fail.'),
    late: Duration.default('15m').describe('How long a message may wait to be sent, or work to be begun.'),
  })
    .prefault({})
    .describe('When alerting itself counts as broken: then the alert leeway.alerting-broken fires.'),
  heartbeat: strict({
    url: z
      .url({ protocol: /^https?$/ })
      .describe('Address of a watchdog outside, which tells you when no call comes. Often a secret: give a reference.'),
    every: Duration.default('1m').describe('How often it is called, as long as alerting works.'),
    method: z.enum(['GET', 'POST', 'HEAD']).default('POST'),
  })
    .optional()
    .describe('Sign of life for a watchdog outside; none is sent while alerting is broken.'),
  metrics: strict({
    columns: z.boolean().default(true).describe('Whether measurements of single columns are told.'),
    slices: z.boolean().default(false).describe('Whether measurements of slices are told.'),
    versions: z
      .boolean()
      .default(false)
      .describe('Whether measurements of single versions, such as shadows, are told.'),
    most: z.int().min(0).default(20_000).describe('Measurements told at most; what is about whole models goes first.'),
  })
    .prefault({})
    .describe('What GET /metrics tells Prometheus of the newest measurements.'),
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

export const RolloutConfig = strict({
  shadow: z
    .array(z.string())
    .default([])
    .describe('Versions that score the same rows beside the champion; they are measured and never answer.'),
});
export type RolloutConfig = z.infer<typeof RolloutConfig>;

/** What mistakes of a model cost, in any currency. */
export const CostConfig = strict({
  falsePositive: z.number().min(0).default(0).describe('Of a false alarm (binary).'),
  falseNegative: z.number().min(0).default(0).describe('Of a missed case (binary).'),
  perMistake: z.number().min(0).default(0).describe('Of any wrong class (multiclass).'),
  perUnitOfError: z.number().min(0).default(0).describe('Of each unit by which a prediction is off (regression).'),
});
export type CostConfig = z.infer<typeof CostConfig>;

export const ModelConfig = strict({
  name: Name,
  task: Task,
  owner: z.string().optional().describe('Person or team to whom the model belongs.'),
  description: z.string().optional(),
  labels: z
    .record(z.string(), z.string())
    .default({})
    .describe('Words of your own, such as tier: gold. Its alerts carry them, and rules may choose models by them.'),
  columns: ColumnsConfig,
  reference: ReferenceConfig.prefault({ kind: 'training' }),
  falseAlarms: FalseAlarmsConfig.prefault({}),
  monitors: z.array(MonitorConfig).default(() => [MonitorConfig.parse({})]),
  rules: z.array(RuleConfig).default([]),
  cost: CostConfig.optional().describe('What its mistakes cost. With it an alert says what the window cost.'),
  causalOrder: z
    .boolean()
    .default(true)
    .describe('Whether an alert mutes what follows from it: no data, data quality, inputs, predictions, performance.'),
  grace: Duration.optional().describe(
    'How long alerts of drift are muted after a promotion or a change of the reference. Default: one window.',
  ),
  feedback: FeedbackConfig.prefault({}),
  kpis: z.array(KpiConfig).default([]).describe('Numbers of the business that stand beside those of the model.'),
  retrain: RetrainConfig.optional(),
  card: CardConfig.prefault({}).describe('What only people know of it, for its model card.'),
  runbook: z
    .string()
    .max(50_000)
    .optional()
    .describe('What to do when an alert of the model fires: Markdown, or the address of a page.'),
  rollout: RolloutConfig.prefault({}),
});
export type ModelConfig = z.infer<typeof ModelConfig>;

export const Config = strict({
  apiVersion: z.literal('leeway/v1'),
  server: ServerConfig.prefault({}),
  warehouse: WarehouseConfig.prefault({}),
  store: StoreConfig.prefault({}),
  storage: StorageConfig.default({ kind: 'local' }),
  channels: z.array(ChannelConfig).default(() => [{ name: 'console', type: 'console', sendResolved: true }]),
  routes: RouteConfig.default({ channels: ['console'] }),
  timeIntervals: z.array(TimeIntervalConfig).default([]).describe('Hours and days that routes go by.'),
  inhibitions: z.array(InhibitionConfig).default([]).describe('Alerts that mute other alerts.'),
  maintenance: z.array(MaintenanceConfig).default([]).describe('Times in which new alerts are not told of.'),
  onCall: OnCallConfig.prefault({}),
  registry: RegistryConfig.prefault({}),
  include: z.array(z.string()).default([]).describe('Further files with models, relative to this one.'),
  rules: z
    .array(RuleTemplate)
    .default([])
    .describe('Rules for every model that has the labels. A rule of the model with the same name goes before.'),
  models: z.array(ModelConfig).default([]),
});
export type Config = z.infer<typeof Config>;
