import { z } from 'zod';
import { Name } from './words.ts';

const strict = z.strictObject;

/** When a run begins by itself. */
export const TriggerConfig = z.discriminatedUnion('on', [
  strict({ on: z.literal('alert'), rule: Name.describe('Rule whose firing starts a run.') }),
  strict({ on: z.literal('schedule'), cron: z.string().describe('Cron expression, UTC.') }),
]);
export type TriggerConfig = z.infer<typeof TriggerConfig>;
