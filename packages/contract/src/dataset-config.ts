import { z } from 'zod';
import { DvcConfig } from './dvc-config.ts';
import { PreprocessingConfig } from './preprocessing-config.ts';
import { ColumnName, Duration } from './words.ts';

const strict = z.strictObject;

/** How far back the rows go. The end is always the newest row whose label is known. */
export const TrainingWindow = z.discriminatedUnion('kind', [
  strict({
    kind: z.literal('trailing'),
    length: Duration.describe('How far back the rows go.'),
  }).describe('The newest rows; a plain duration says the same.'),
  strict({
    kind: z.literal('growing'),
    start: z.iso.date().optional().describe('First day (UTC). Default: that of the first labelled row.'),
  }).describe('All rows since a day: each run has more.'),
  strict({
    kind: z.literal('since_change'),
    least: Duration.default('7d').describe('However late the change was, the rows go back so far.'),
    most: Duration.default('90d').describe('However early it was, or where none is known, they go back no further.'),
  }).describe('The rows since the last change that a detector or an alert of the model has dated.'),
]);
export type TrainingWindow = z.infer<typeof TrainingWindow>;

/** A condition that every row of a dataset meets. */
export const RowCondition = strict({
  column: ColumnName.describe('A feature, slice or protected column of the model.'),
  in: z.array(z.string()).min(1).optional().describe('Texts of which it has one.'),
  notIn: z.array(z.string()).min(1).optional().describe('Texts of which it has none.'),
  min: z.number().optional().describe('Smallest number.'),
  max: z.number().optional().describe('Largest number.'),
  missing: z.boolean().optional().describe('Whether it must be missing (true) or there (false).'),
}).refine((condition) => Object.keys(condition).length > 1, {
  message: 'expected one of in, notIn, min, max, missing beside the column',
});
export type RowCondition = z.infer<typeof RowCondition>;

/** The rows that a run trains on, and those that it keeps from the trainer. */
export const DatasetConfig = strict({
  window: z.union([Duration, TrainingWindow]).default('28d').describe('How far back the rows go.'),
  holdout: Duration.default('7d').describe(
    'The newest part, kept from the trainer, on which both versions are scored.',
  ),
  oldRegime: strict({
    length: Duration.describe('How long it is.'),
  })
    .optional()
    .describe(
      'A second held-out part from before: the time just before the window where that begins at a change, otherwise its oldest part.',
    ),
  embargo: Duration.default('0s').describe('Time between training and held-out rows that is left out of both.'),
  maturity: Duration.optional().describe(
    'Age that a row must have before its label counts, so that labels which come early do not outnumber the others.',
  ),
  where: z.array(RowCondition).default([]).describe('Only rows that meet all of these, on both sides.'),
  weights: strict({ halfLife: Duration.describe('Age after which a row counts half.') })
    .optional()
    .describe('A column "weight" for the trainer, by recency; the newest row has 1.'),
  sample: z.number().gt(0).lt(1).optional().describe('Share of the training rows that is taken, by hash of their id.'),
  stratify: strict({
    by: z.string().describe('"label", or a feature, slice or protected column.'),
    perStratum: z.int().min(1).optional().describe('Training rows of each value at most.'),
    share: z.number().gt(0).lt(1).optional().describe('Share of the training rows of each value.'),
  })
    .refine(({ perStratum, share }) => (perStratum === undefined) !== (share === undefined), {
      message: 'expected either perStratum or share',
    })
    .optional()
    .describe('Training rows by strata, chosen by hash of their id. Held-out rows stay as they come.'),
  preprocessing: PreprocessingConfig.optional(),
  minimumRows: z.int().min(1).default(500).describe('Fewer labelled rows than this are not trained on.'),
  onFindings: z
    .enum(['veto', 'warn'])
    .default('veto')
    .describe('What critical findings about the rows do. veto: no training; warn: they are only told.'),
  dvc: DvcConfig.optional(),
});
export type DatasetConfig = z.infer<typeof DatasetConfig>;
