import { z } from 'zod';
import { Instant } from './words.ts';

export const DatasetInfo = z.object({
  hash: z.string().describe('SHA-256 of the training and the held-out file together.'),
  start: Instant,
  holdoutStart: Instant,
  end: Instant,
  trainRows: z.int(),
  holdoutRows: z.int(),
});
export type DatasetInfo = z.infer<typeof DatasetInfo>;
