import { z } from 'zod';

export const GateResult = z.object({
  type: z.string(),
  metric: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reason: z.string(),
  champion: z.number().nullable(),
  challenger: z.number().nullable(),
  difference: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  n: z.int(),
});
export type GateResult = z.infer<typeof GateResult>;
