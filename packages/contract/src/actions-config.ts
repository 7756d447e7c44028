import { z } from 'zod';
import { Matchers } from './matchers.ts';
import { Duration, Severity } from './words.ts';

/** What an alert does by itself, and what holds it back. */

/** Further keys belong to the type. */
export const ActionConfig = z.looseObject({
  type: z.string().describe('retrain, rollback, fallback, scale, command or webhook.'),
  severities: z.array(Severity).min(1).optional().describe('Severities of the alert that it is for. Default: all.'),
  after: Duration.default('0s').describe('How long the alert must have fired.'),
  approval: z
    .enum(['required', 'none'])
    .default('required')
    .describe('required: a person says yes first. none: it is done at once.'),
  dryRun: z.boolean().default(false).describe('Only says what it would do.'),
  cooldown: Duration.default('6h').describe(
    'Time after an action of this type on this model in which there is no other.',
  ),
  budget: z
    .strictObject({
      most: z.int().min(1).default(3).describe('So many actions of this type on this model ...'),
      per: Duration.default('7d').describe('... in this time.'),
    })
    .prefault({})
    .describe('How often it may act.'),
  unless: Matchers.optional().describe(
    'Labels of other open alerts of the model that forbid it, such as rule=feed-broken.',
  ),
  minimumLabels: z.int().min(0).default(0).describe('Labels that must have come since the champion began to serve.'),
});
export type ActionConfig = z.infer<typeof ActionConfig>;
