import { z } from 'zod';

const strict = z.strictObject;

/** What a challenger must show before it may serve. */
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
