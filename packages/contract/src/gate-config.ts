import { z } from 'zod';
import { Duration } from './words.ts';

const strict = z.strictObject;

const name = z.string().min(1).max(100).optional().describe('What people call it. Default: what it judges.');
const confidence = z.number().gt(0.5).lt(1).default(0.95).describe('Of intervals, both sides together.');
const draws = z.int().min(200).max(20_000).default(2_000).describe('Resamples of a bootstrap.');
const regime = z
  .enum(['all', 'recent', 'old'])
  .default('all')
  .describe('Which held-out rows: the newest part, the part from before (data.oldRegime), or both.');
const slice = z
  .record(z.string(), z.string())
  .optional()
  .describe('Only rows with these values, such as {country: NL}: features, slices and protected columns.');
const minimumRows = z.int().min(1).optional().describe('Fewer rows are inconclusive. Default: minimumHoldoutRows.');

/** How far a challenger may be off, or has to be ahead. */
export const Margin = z.union([
  z.number().min(0).describe('In the unit of the metric.'),
  strict({ relative: z.number().min(0).describe("Share of the champion's value: 0.02 is 2 %.") }),
]);
export type Margin = z.infer<typeof Margin>;

const ThresholdGate = strict({
  type: z.literal('threshold').describe('The challenger alone, against a number.'),
  name,
  metric: z.string(),
  above: z.number().optional().describe('The value must lie above it.'),
  below: z.number().optional().describe('The value must lie below it.'),
  use: z
    .enum(['value', 'lower', 'upper'])
    .default('value')
    .describe('What is held against the number: the value, or a bound of its 95 % interval.'),
  regime,
  slice,
  minimumRows,
});

const CompareGate = strict({
  type: z.literal('compare').describe('The challenger against the champion on the same rows, by a paired test.'),
  name,
  metric: z.string(),
  better: z
    .enum(['higher', 'lower'])
    .optional()
    .describe('Which way the metric runs, for one that says nothing of quality, such as selection_rate.'),
  form: z
    .enum(['superiority', 'non_inferiority', 'equivalence'])
    .default('superiority')
    .describe('Better by more than the margin; not worse by more than it; neither.'),
  margin: Margin.default(0),
  confidence,
  test: z
    .enum(['auto', 'bootstrap', 'bca', 'delong', 'mcnemar', 'diebold_mariano'])
    .default('bootstrap')
    .describe(
      'auto: delong for roc_auc and mcnemar for accuracy where rows are drawn one by one, otherwise bootstrap.',
    ),
  resample: z
    .union([
      z.enum(['auto', 'rows', 'days', 'blocks']),
      strict({ cluster: z.string().describe('Column whose values are drawn as a whole, such as a customer.') }),
    ])
    .default('auto')
    .describe('What is drawn. auto: days where there are five or more, otherwise rows. blocks: stretches of time.'),
  draws,
  horizon: z.int().min(1).default(1).describe('Of diebold_mariano: steps that were forecast ahead.'),
  regime,
  slice,
  minimumRows,
});

/** What a challenger must show before it may serve. */
export const GateConfig = z.discriminatedUnion('type', [
  ThresholdGate,
  CompareGate,
  strict({
    type: z
      .literal('any_of')
      .describe('Passes when at least one comparison does, with the p-values corrected by Holm.'),
    name,
    gates: z.array(CompareGate.omit({ type: true })).min(2),
  }),
  strict({
    type: z.literal('slices').describe('Not worse than the champion in any slice of enough rows.'),
    name,
    metric: z.string(),
    columns: z.array(z.string()).default([]).describe('Whose values are the slices. Default: columns.slices.'),
    margin: Margin.default({ relative: 0.1 }),
    require: z
      .enum(['proof', 'no_harm'])
      .default('proof')
      .describe('proof: shown of every slice; no_harm: of none is the opposite shown (p-values corrected by Holm).'),
    confidence,
    draws: draws.default(1_000),
    minimumRows: z.int().min(10).default(100).describe('Slices of fewer rows are told, but not judged.'),
    most: z.int().min(1).max(200).default(50).describe('Slices that are judged, the largest first.'),
    regime,
  }),
  strict({
    type: z.literal('calibration').describe('Whether scores are probabilities. For binary models.'),
    name,
    metric: z
      .enum(['calibration_error', 'adaptive_calibration_error', 'maximum_calibration_error'])
      .default('calibration_error'),
    below: z.number().gt(0).optional().describe('Largest error.'),
    margin: Margin.optional().describe('By how much it may be worse than that of the champion.'),
    slope: z
      .number()
      .gt(0)
      .optional()
      .describe('How far from 1 the slope of the log-odds may be: 0.2 allows 0.8 to 1.2. Below 1: too sure of itself.'),
    intercept: z.number().gt(0).optional().describe('How far from 0 their intercept may be.'),
    confidence,
    draws: draws.default(1_000),
    regime,
    minimumRows,
  }).refine(
    ({ below, margin, slope, intercept }) => [below, margin, slope, intercept].some((key) => key !== undefined),
    {
      message: 'expected one of below, margin, slope, intercept',
    },
  ),
  strict({
    type: z.literal('fairness').describe('How alike groups of people are treated.'),
    name,
    measure: z
      .string()
      .default('selection_rate')
      .describe('Such as selection_rate, true_positive_rate, false_positive_rate; of regressions bias, mae, rmse.'),
    column: z.string().describe('A protected column.'),
    difference: z.number().gt(0).optional().describe('Largest difference between two groups.'),
    ratio: z.number().gt(0).lte(1).optional().describe('Smallest ratio of two groups: 0.8 is the four-fifths rule.'),
    margin: z.number().min(0).optional().describe("By how much the difference may exceed the champion's."),
    use: z
      .enum(['value', 'bound'])
      .default('value')
      .describe('What is held against the limits: the value, or the bound of its interval that is worse.'),
    confidence,
    draws: draws.default(1_000),
    minimumRows: z.int().min(1).default(30).describe('Groups of fewer rows are told, but not compared.'),
    regime,
  }).refine(({ difference, ratio, margin }) => [difference, ratio, margin].some((key) => key !== undefined), {
    message: 'expected one of difference, ratio, margin',
  }),
  strict({
    type: z.literal('signature').describe("Takes the model's features and gives what the champion gives."),
    name,
  }),
  strict({
    type: z.literal('latency').describe('Time of calls with one row, measured here in turns with the champion.'),
    name,
    calls: z.int().min(20).max(5_000).default(300).describe('Calls of each.'),
    belowMs: z.number().gt(0).optional().describe('Largest 95th percentile, in milliseconds.'),
    ratio: z.number().gt(0).default(1.5).describe("Largest ratio to the champion's."),
  }),
  strict({
    type: z.literal('size').describe('Bytes of the artifact.'),
    name,
    bytes: z.int().min(1).optional().describe('Most bytes.'),
    ratio: z.number().gt(0).default(2).describe("Largest ratio to the champion's."),
  }),
  strict({
    type: z.literal('replay').describe('Predictions for recent live traffic, whose labels need not be known yet.'),
    name,
    rows: z.int().min(100).max(50_000).default(5_000).describe('Live rows, the newest.'),
    window: Duration.default('7d').describe('How far back they go.'),
    distance: z.enum(['psi', 'jensen_shannon', 'kolmogorov_smirnov']).default('psi'),
    below: z
      .number()
      .gt(0)
      .default(0.2)
      .describe("Largest distance of its predictions to the champion's on the same rows."),
    changed: z.number().gt(0).lte(1).optional().describe('Largest share of rows that are decided otherwise.'),
    minimumRows: z.int().min(1).default(200),
  }),
  strict({
    type: z
      .literal('explain')
      .describe("What the challenger goes by: like the champion's, and as it is expected to be."),
    name,
    method: z
      .enum(['auto', 'permutation', 'shap', 'given'])
      .default('auto')
      .describe(
        'auto: SHAP values where the models are made of trees, otherwise permutation. given: explanations.json.',
      ),
    metric: z
      .string()
      .optional()
      .describe('Whose fall is looked at under permutation. Default: roc_auc, log_loss or accuracy, rmse.'),
    similarity: z
      .number()
      .min(0)
      .max(1)
      .default(0.9)
      .describe("Least nDCG of its ranking of the features against the champion's. 0: not asked."),
    sign: z
      .record(z.string(), z.enum(['positive', 'negative']))
      .default({})
      .describe('Features of which more must make for more, or for less.'),
    top: strict({ features: z.array(z.string()).min(1), first: z.int().min(1).default(5) })
      .optional()
      .describe('Features that must be among the first so many.'),
    forbidden: z
      .record(z.string(), z.number().min(0).max(1))
      .default({})
      .describe('Largest share in the importance of all that a feature may have.'),
    leak: z
      .number()
      .gt(0)
      .max(1)
      .default(0.95)
      .describe('Largest share that any feature may have: one that says nearly all says the label. 1: not asked.'),
    rows: z.int().min(50).max(20_000).default(1_000).describe('Held-out rows to look at, taken evenly.'),
    repeats: z.int().min(3).max(50).default(10).describe('Shuffles of each feature, or parts of the rows.'),
    minimumRows,
  }),
  strict({
    type: z.literal('command').describe('A program of your own, which is given the evidence as JSON.'),
    name: name.unwrap(),
    command: z.array(z.string()).min(1).describe('Program and arguments. It runs in the folder of the run.'),
    env: z.record(z.string(), z.string()).default({}),
    timeout: Duration.default('10m'),
  }),
  strict({
    type: z.literal('webhook').describe('An address of your own, to which the evidence is posted.'),
    name: name.unwrap(),
    url: z.string().describe('https://...'),
    headers: z.record(z.string(), z.string()).default({}).describe('Such as authorization.'),
    timeout: Duration.default('30s'),
  }),
]);
export type GateConfig = z.infer<typeof GateConfig>;
