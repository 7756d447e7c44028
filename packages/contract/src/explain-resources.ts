import { z } from 'zod';

export const ExplainRequest = z.strictObject({
  id: z.string().min(1).max(512).optional().describe('Id of a prediction that is recorded. Either this or a row.'),
  row: z.record(z.string(), z.unknown()).optional().describe('A row with all features, null for a missing value.'),
  version: z.string().optional().describe('Default: the one that answered the prediction, or the champion.'),
  method: z
    .enum(['auto', 'shap', 'lime'])
    .default('auto')
    .describe('auto: SHAP values, exact ones where the model is made of trees.'),
});
export type ExplainRequest = z.infer<typeof ExplainRequest>;

export const Contribution = z.object({
  feature: z.string(),
  value: z.unknown().describe('What the row has; null for a missing value.'),
  contribution: z.number().describe('What the feature adds to the base, in the unit of the explanation.'),
  error: z
    .number()
    .nullable()
    .describe('Standard error of the contribution, of what was drawn; null where it is exact.'),
  condition: z.string().nullable().describe('LIME: the bin of the value that the contribution is of.'),
});
export type Contribution = z.infer<typeof Contribution>;

/** Why a model says what it says of one row. */
export const Explanation = z.object({
  model: z.string(),
  version: z.string(),
  id: z.string().nullable(),
  method: z.enum(['tree_shap', 'kernel_shap', 'lime']),
  unit: z
    .enum(['value', 'probability', 'log_odds', 'class'])
    .describe(
      'What contributions add up to: a number, a probability, a logarithm of odds, or 1 where it is the class.',
    ),
  of: z.string().nullable().describe('The class in question.'),
  prediction: z.union([z.string(), z.number()]),
  base: z.number().describe('What the model says where nothing is known of the row, on average of the background.'),
  output: z.number().describe('What the model says of the row, in the unit of the explanation.'),
  contributions: z.array(Contribution).describe('The largest first.'),
  exact: z.boolean().describe('Whether base and contributions sum to the output without an error of chance.'),
  fit: z.number().nullable().describe('LIME: R squared of the local model.'),
  background: z.object({
    rows: z.int(),
    from: z.enum(['training', 'recent']).describe("Rows of the version's training, or of the last 30 days."),
  }),
  evaluations: z.int().describe('Rows that the model was asked about.'),
  note: z.string().nullable().describe('What to know of the method, such as why trees were not read.'),
});
export type Explanation = z.infer<typeof Explanation>;

/** What a feature is worth to a version, over held-out rows. */
export const FeatureImportance = z.object({
  feature: z.string(),
  importance: z.number().describe('Fall of the metric when it is shuffled, or mean size of its SHAP values.'),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  share: z.number().describe('Of the importance of all features.'),
  championShare: z.number().nullable(),
  effect: z
    .number()
    .nullable()
    .describe('What the model says with it at its 90th percentile minus at its 10th, on average of the rows.'),
  effectLower: z.number().nullable(),
  effectUpper: z.number().nullable(),
});
export type FeatureImportance = z.infer<typeof FeatureImportance>;

export const VersionExplanation = z.object({
  model: z.string(),
  version: z.string(),
  run: z.string().describe('Whose evaluation found it.'),
  unit: z.string().describe('Metric that falls, or what SHAP values add up to.'),
  how: z.string().describe('In words.'),
  rows: z.int(),
  features: z.array(FeatureImportance).describe('The most important first.'),
});
export type VersionExplanation = z.infer<typeof VersionExplanation>;

/** explanations.json, which training code may leave for a model that cannot be run here. */
export const GivenExplanation = z.object({
  importance: z.record(z.string(), z.number().min(0)).describe('By feature, such as the mean size of its SHAP values.'),
  effect: z
    .record(z.string(), z.number())
    .default({})
    .describe('By feature, above 0 where a greater value makes for more, below 0 where for less.'),
  method: z.string().max(100).default('given by the trainer').describe('How it was found.'),
});
export type GivenExplanation = z.infer<typeof GivenExplanation>;
