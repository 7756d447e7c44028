import { z } from 'zod';
import { RowCondition } from './dataset-config.ts';
import { PreprocessingConfig } from './preprocessing-config.ts';
import { ColumnType, Instant, Task } from './words.ts';

/** What a run says of its dataset; `Dataset` is the whole record. */
export const DatasetInfo = z.object({
  hash: z
    .string()
    .describe('SHA-256 that tells the rows from every other dataset; GET /datasets/{hash} is its record.'),
  start: Instant,
  holdoutStart: Instant,
  end: Instant,
  trainRows: z.int(),
  holdoutRows: z.int(),
});
export type DatasetInfo = z.infer<typeof DatasetInfo>;

const DatasetSpan = z.object({ from: Instant, to: Instant.describe('Not included.') });
export type DatasetSpan = z.infer<typeof DatasetSpan>;

/** Everything that decides which rows a dataset has: the same again gives the same rows. */
export const DatasetQuery = z.object({
  model: z.string(),
  task: Task,
  asOf: Instant.describe('What came later, rows, labels and corrections alike, is not in it.'),
  window: z.string().describe('How the window was found: trailing 28d, growing, since_change ...'),
  change: Instant.nullable().describe('The change since which the rows are, where there was one.'),
  train: DatasetSpan,
  recent: DatasetSpan.describe('Held out: the newest part.'),
  old: DatasetSpan.nullable().describe('Held out: a part from before.'),
  where: z.array(RowCondition),
  sample: z.number().nullable().describe('Share of the training rows.'),
  stratify: z.object({ by: z.string(), perStratum: z.int().nullable(), share: z.number().nullable() }).nullable(),
  halfLifeMs: z.number().nullable().describe('Of the weights.'),
  columns: z
    .array(z.object({ name: z.string(), type: ColumnType, feature: z.boolean() }))
    .describe('Features, and what slices and groups are made of.'),
});
export type DatasetQuery = z.infer<typeof DatasetQuery>;

export const DatasetFile = z.object({
  name: z.string().describe('train.parquet, holdout.parquet or holdout-labels.parquet.'),
  sha256: z.string(),
  bytes: z.int(),
});
export type DatasetFile = z.infer<typeof DatasetFile>;

export const DatasetPart = z.object({
  rows: z.int(),
  rowsHash: z
    .string()
    .describe('Sum of the SHA-256 of all rows modulo 2^256, in hex: the same rows give it, whoever wrote them.'),
  predictions: z.int().describe('Predictions of that time, with a label or without.'),
  labelled: z.int().describe('Of these, with a label; rows may be a sample of them.'),
});
export type DatasetPart = z.infer<typeof DatasetPart>;

export const DatasetFinding = z.object({
  check: z.enum([
    'missing',
    'range',
    'values',
    'pattern',
    'not_unique',
    'new_values',
    'constant',
    'leak',
    'one_class',
    'label_share',
    'drift',
  ]),
  column: z.string().nullable(),
  severity: z.enum(['critical', 'warning']),
  value: z.number().nullable(),
  limit: z.number().nullable(),
  message: z.string(),
});
export type DatasetFinding = z.infer<typeof DatasetFinding>;

/** What one step of a preprocessing has learnt from the training rows, with the columns that it is done to. */
export const FittedStep = z.object({
  do: z.string(),
  column: z.string(),
  to: z.array(z.string()).describe('Columns that it gives.'),
  numbers: z.array(z.number()).describe('Such as mean and deviation; edges of bins.'),
  texts: z.array(z.string()).describe('Such as the values that were seen.'),
});
export type FittedStep = z.infer<typeof FittedStep>;

export const FittedPreprocessing = z.object({
  name: z.string(),
  version: z.string(),
  hash: z.string().describe('SHA-256 of the fitted steps.'),
  steps: z.array(FittedStep),
  features: z.array(z.object({ name: z.string(), type: ColumnType })).describe('What the model takes in the end.'),
});
export type FittedPreprocessing = z.infer<typeof FittedPreprocessing>;

/** The record of a dataset. It stays when the files are gone; from it they can be made again. */
export const Dataset = z.object({
  hash: z.string(),
  model: z.string(),
  createdAt: Instant,
  configRevision: z.int().nullable(),
  query: DatasetQuery,
  preprocessing: PreprocessingConfig.nullable(),
  fitted: FittedPreprocessing.nullable(),
  train: DatasetPart,
  holdout: DatasetPart,
  oldRows: z.int().describe('Held-out rows of the old regime.'),
  labelledShare: z.number().nullable().describe('Share of the predictions of all parts whose label is known.'),
  files: z.array(DatasetFile),
  available: z.boolean().describe('Whether the files are still kept.'),
  findings: z.array(DatasetFinding),
});
export type Dataset = z.infer<typeof Dataset>;

export const DatasetVerification = z.object({
  hash: z.string(),
  ok: z.boolean(),
  train: z.object({ recorded: z.string(), found: z.string() }),
  holdout: z.object({ recorded: z.string(), found: z.string() }),
  files: z.array(z.object({ name: z.string(), state: z.enum(['ok', 'changed', 'gone']) })),
});
export type DatasetVerification = z.infer<typeof DatasetVerification>;
