import { z } from 'zod';
import { ColumnName } from './words.ts';

const strict = z.strictObject;
const columns = z.array(ColumnName).min(1).describe('Columns that it is done to.');

/** One step of the preparation of features. What it has to learn it learns from the training rows alone. */
export const PreprocessingStep = z.discriminatedUnion('do', [
  strict({
    do: z.literal('impute'),
    columns,
    with: z.enum(['mean', 'median', 'mode', 'constant']).describe('mean and median: of numbers.'),
    value: z.union([z.number(), z.string()]).optional().describe('With constant: what stands for a missing value.'),
  })
    .refine(({ with: by, value }) => (by === 'constant') === (value !== undefined), {
      message: 'expected a value with constant, and with nothing else',
      path: ['value'],
    })
    .describe('Fills in missing values.'),
  strict({
    do: z.literal('clip'),
    columns,
    lower: z.number().min(0).lt(1).default(0.01).describe('Quantile of the training rows below which values are cut.'),
    upper: z.number().gt(0).max(1).default(0.99).describe('Quantile above which they are cut.'),
  }).describe('Cuts values at quantiles of the training rows.'),
  strict({ do: z.literal('log1p'), columns }).describe('The natural logarithm of 1 + x; missing below -1.'),
  strict({ do: z.literal('standardize'), columns }).describe('(x - mean) / standard deviation (population).'),
  strict({ do: z.literal('min_max'), columns }).describe('(x - smallest) / (largest - smallest).'),
  strict({
    do: z.literal('one_hot'),
    columns,
    most: z.int().min(1).max(200).default(50).describe('Values with a column of their own, the most frequent.'),
  }).describe('A column NAME=VALUE of 0 and 1 for each value; all 0 for a missing value or one not seen.'),
  strict({
    do: z.literal('ordinal'),
    columns,
    unseen: z.number().default(-1).describe('Number of a value that was not seen. A missing value stays missing.'),
  }).describe('The place of the value among those of the training rows, sorted, from 0.'),
  strict({
    do: z.literal('bin'),
    columns,
    bins: z.int().min(2).max(100).default(10).describe('Bins with about as many training rows each.'),
  }).describe('The number of the bin between quantiles of the training rows, from 0.'),
  strict({ do: z.literal('drop'), columns }).describe('Leaves columns out.'),
  strict({
    do: z.literal('rename'),
    names: z.record(ColumnName, ColumnName).describe('New names by the old ones.'),
  }).describe('Gives columns other names.'),
]);
export type PreprocessingStep = z.infer<typeof PreprocessingStep>;

export const PreprocessingConfig = strict({
  name: z.string().min(1).max(63).describe('What it is called on the record.'),
  version: z.string().min(1).max(63).describe('To be changed whenever the steps are.'),
  steps: z.array(PreprocessingStep).min(1),
}).describe(
  'How features are prepared. Leeway does it to the rows that the trainer gets, and to those that a version trained on them is asked about.',
);
export type PreprocessingConfig = z.infer<typeof PreprocessingConfig>;
