import { z } from 'zod';
import { ColumnName, ColumnType, Duration, Name, Pattern, Season } from './words.ts';

/** The part of `leeway.yaml` that says what a model's rows are, and what is measured of them. */

const strict = z.strictObject;

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
  'feedback',
  'kpis',
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
  checks: z
    .array(CheckName)
    .default(['performance', 'drift', 'quality', 'service', 'fairness', 'slices', 'estimate', 'feedback', 'kpis']),
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
