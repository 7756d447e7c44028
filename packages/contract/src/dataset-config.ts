import { z } from 'zod';
import { Duration } from './words.ts';

/** The rows that a run trains on, and those that it keeps from the trainer. */
export const DatasetConfig = z.strictObject({
  window: Duration.default('28d').describe('How far back the rows go.'),
  holdout: Duration.default('7d').describe(
    'The newest part, kept from the trainer, on which both versions are scored.',
  ),
  minimumRows: z.int().min(1).default(500).describe('Fewer labelled rows than this are not trained on.'),
});
export type DatasetConfig = z.infer<typeof DatasetConfig>;
