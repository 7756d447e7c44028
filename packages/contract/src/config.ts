import { z } from 'zod';
import { ColumnName, ColumnType, Duration, Name, Pattern, Season, Severity, Task } from './words.ts';

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

export const FeatureConfig = strict({
  type: ColumnType,
  dimension: z.int().min(1).max(65_536).optional().describe('Numbers in each value; for vectors, and needed there.'),
  min: z.number().optional().describe('Smallest value that is right; below it is a quality finding.'),
  max: z.number().optional().describe('Largest value that is right.'),
  required: z.boolean().default(false).describe('Whether a missing value is a finding, whatever the reference had.'),
  missing: z.number().min(0).max(1).optional().describe('Largest share of missing values that is right.'),
  values: z.array(z.string()).min(1).optional().describe('All values that are right; any other is a quality finding.'),
  pattern: Pattern.optional().describe('Regular expression (RE2) that every value matches; for text.'),
  unique: z.boolean().optional().describe('Whether no value may come twice in a window, as those of a key.'),
  drift: z
    .boolean()
    .default(true)
    .describe('Whether it is watched for drift. A weekday in windows of a day always differs.'),
  test: z.string().optional().describe('Drift test to use instead of the automatic choice.'),
  threshold: z.number().optional().describe('Drift threshold to use instead of the default of the test.'),
});
export type FeatureConfig = z.infer<typeof FeatureConfig>;

export const ColumnsConfig = strict({
  id: ColumnName.default('id').describe('Column that tells one prediction from every other.'),
  time: ColumnName.default('time').describe('Column with the time of the prediction.'),
  features: z.record(ColumnName, FeatureConfig),
  prediction: ColumnName.default('prediction').describe('Column with what the model said: a class or a number.'),
  score: ColumnName.optional().describe('Column with the probability of the positive class (binary).'),
  scores: z
    .record(z.string().min(1), ColumnName)
    .optional()
    .describe('For each class, the column with its probability (multiclass); those of a row sum to 1.'),
  label: ColumnName.default('label').describe('Column with the true outcome.'),
  positive: z.string().default('1').describe('The label that counts as positive (binary).'),
  slices: z.array(ColumnName).default([]).describe('Columns whose values are looked into one by one.'),
  protected: z.array(ColumnName).default([]).describe('Columns that no group should suffer by.'),
});
export type ColumnsConfig = z.infer<typeof ColumnsConfig>;

export const ReferenceConfig = z.discriminatedUnion('kind', [
  strict({ kind: z.literal('training') }).describe('The rows that the serving version was trained on.'),
  strict({
    kind: z.literal('period'),
    start: z.iso.date().describe('First day.'),
    end: z.iso.date().describe('Last day, included.'),
  }).describe('A fixed period of predictions.'),
  strict({
    kind: z.literal('trailing'),
    length: Duration.describe('How much of the time before.'),
    gap: Duration.default('1d').describe('How long before the window it ends.'),
  }).describe('The time just before the window.'),
  strict({ kind: z.literal('validation') }).describe('The held-out rows that the serving version was judged on.'),
  strict({ kind: z.literal('previous') }).describe('The window before.'),
  strict({
    kind: z.literal('seasonal'),
    season: Season.default('hour_of_week'),
    length: Duration.default('28d').describe('How much of the time before.'),
    gap: Duration.default('0d').describe('How long before the window it ends.'),
    holidays: z
      .array(z.iso.date())
      .default([])
      .describe('Days (UTC) that are compared with each other only, and with no other day.'),
  }).describe('Windows before it that lie at the same place of a season, together.'),
]);
export type ReferenceConfig = z.infer<typeof ReferenceConfig>;

export const CheckName = z.enum([
  'performance',
  'drift',
  'quality',
  'service',
  'fairness',
  'slices',
  'estimate',
  'multivariate',
]);
export type CheckName = z.infer<typeof CheckName>;

export const DetectorConfig = strict({
  type: z.string().describe('Streaming change detector: adwin, ddm, page_hinkley, ...'),
  on: z
    .string()
    .default('error')
    .describe(
      'error: mistakes of a classifier (0 or 1), |prediction - label| of a regression; score; label; or a numeric feature.',
    ),
  set: z
    .record(z.string(), z.union([z.number(), z.boolean(), z.string()]))
    .default({})
    .describe('Parameters in place of the defaults of the detector.'),
});
export type DetectorConfig = z.infer<typeof DetectorConfig>;

export const MonitorConfig = strict({
  name: Name.default('daily'),
  window: Duration.default('1d').describe('Length of a window of event time.'),
  grace: Duration.default('10m').describe('How long after its end a window waits for stragglers before it is closed.'),
  maturity: strict({
    delay: Duration.default('1d').describe('How long after its end a window waits for labels.'),
    coverage: z.number().min(0).max(1).default(0.8).describe('Share of predictions with a label that makes it mature.'),
    timeout: Duration.default('7d').describe('After this it is judged with what is there.'),
    revise: Duration.default('14d').describe('How long after its end later labels still revise it.'),
  }).prefault({}),
  checks: z.array(CheckName).default(['performance', 'drift', 'quality', 'service', 'fairness', 'slices', 'estimate']),
  minimumRows: z.int().min(1).default(100).describe('Fewer rows than this are not judged.'),
  slices: z.array(ColumnName).default([]).describe('Slice columns that this monitor measures.'),
  detectors: z
    .array(DetectorConfig)
    .default([])
    .describe(
      'Streaming change detectors; each is fed the rows of a window when it is mature, in order of their time.',
    ),
  value: strict({
    tp: z.number().describe('Worth of a right alarm.'),
    fp: z.number().describe('Worth of a false alarm; a cost is negative.'),
    tn: z.number().describe('Worth of a right "no".'),
    fn: z.number().describe('Worth of a missed case.'),
  })
    .optional()
    .describe('What a row in each cell of the confusion matrix is worth (binary).'),
  fairness: strict({
    minimumGroup: z.int().min(1).default(30).describe('Smaller groups are named, and left out of what is compared.'),
    reference: z
      .record(ColumnName, z.string())
      .default({})
      .describe('Of each protected column, the value that others are compared with. Default: the one with most rows.'),
    intersections: z
      .array(z.array(ColumnName).min(2))
      .default([])
      .describe('Protected columns whose values make groups together, such as [sex, race].'),
    bins: z
      .record(ColumnName, z.array(z.number()).min(1))
      .default({})
      .describe('Where numeric columns are cut into groups, ascending. Default: quartiles of the reference.'),
  })
    .prefault({})
    .describe('How the check `fairness` looks at groups made by the protected columns.'),
  reference: ReferenceConfig.optional().describe('What its windows are compared with. Default: that of the model.'),
  multivariate: strict({
    methods: z
      .array(z.enum(['pca', 'domain_classifier', 'mmd']))
      .min(1)
      .default(['pca', 'domain_classifier', 'mmd'])
      .describe('pca: reconstruction error; domain_classifier: AUC of trees; mmd: maximum mean discrepancy.'),
    sample: z
      .int()
      .min(100)
      .max(100_000)
      .default(10_000)
      .describe('Rows a side that the domain classifier learns from; the kernel test takes the first 1,000 of them.'),
    seed: z.int().min(0).default(0).describe('Of samples, folds and permutations.'),
  })
    .prefault({})
    .describe('How the check `multivariate` compares all features together.'),
  worstSlices: strict({
    columns: z.array(ColumnName).optional().describe('Features that rows are cut by. Default: all.'),
    minimumRows: z.int().min(2).default(50).describe('Smaller slices are not looked at.'),
    minimumShare: z.number().min(0).max(1).default(0.01).describe('Nor are slices of a smaller share of the rows.'),
    ratio: z.number().min(1).default(1.2).describe('Times the loss of the other rows that a slice must have.'),
  })
    .prefault({})
    .describe('How the check `slices` looks for the slices in which the model does worst.'),
  estimate: strict({
    method: z
      .enum(['auto', 'cbpe', 'dle', 'importance_weighted'])
      .default('auto')
      .describe(
        'auto: cbpe where a classifier has a score, or scores; else nothing. dle: the loss of a regression, learned.',
      ),
    metrics: z.array(z.string()).optional().describe('Metrics that are estimated. Default: all of the method.'),
    secondOpinion: z
      .boolean()
      .default(false)
      .describe('Whether importance weights give a second estimate beside; it takes seconds for a window.'),
  })
    .prefault({})
    .describe('How the check `estimate` foresees performance before the labels are in.'),
  drift: strict({
    tests: z.array(z.string()).default(['auto']).describe('Drift tests for every column; the first decides.'),
    correction: z
      .enum(['benjamini_hochberg', 'benjamini_yekutieli', 'holm', 'bonferroni', 'none'])
      .default('benjamini_hochberg')
      .describe('Of the p-values of a window, over its columns and slices.'),
    share: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('Share of drifted columns that makes the whole a drift; 0: one is enough.'),
  }).prefault({}),
  quality: strict({
    correlations: z
      .boolean()
      .default(true)
      .describe('Whether numeric features are compared in pairs: the first 30, over a sample of about 50,000 rows.'),
    duplicates: z
      .boolean()
      .default(true)
      .describe('Whether rows with the same features, and repeated ids, are counted.'),
  })
    .prefault({})
    .describe('What the check `quality` looks for beside single columns.'),
});
export type MonitorConfig = z.infer<typeof MonitorConfig>;

export const FalseAlarmsConfig = strict({
  perMonth: z
    .number()
    .gt(0)
    .optional()
    .describe('Windows a month, of all monitors together, in which drift may be found by chance. Default 1.'),
  share: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('In place of `perMonth`: share of the windows with drift, of each monitor, in which it may be chance.'),
})
  .refine(({ perMonth, share }) => perMonth === undefined || share === undefined, 'takes perMonth or share, not both')
  .describe('How many findings of drift may be chance.');

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
