import { GateVerdict } from '@leeway/contract';
import { z } from 'zod';
import { figure } from './words.ts';

/** What a gate of somebody's own answers. */
export const CustomAnswer = z.object({
  verdict: GateVerdict,
  reason: z.string().min(1).max(2_000),
  value: z.number().nullable().default(null),
  lower: z.number().nullable().default(null),
  upper: z.number().nullable().default(null),
});
export type CustomAnswer = z.infer<typeof CustomAnswer>;

/** The fields of a result that an answer gives. */
export const fromAnswer = ({ verdict, reason, value, lower, upper }: CustomAnswer) => ({
  ...{ verdict, reason: 'custom', challenger: value, lower, upper },
  statement: `${reason}${value === null ? '' : ` (${figure(value)})`}`,
});
