import { z } from 'zod';
import { RunState } from './run-resources.ts';
import { Instant } from './words.ts';

/** One condition of a trigger, and whether it holds at this moment. */
export const TriggerNode = z.object({
  depth: z.int().describe('How deep in the trigger it stands, from 0: the list is the tree from top to bottom.'),
  kind: z.enum(['alert', 'schedule', 'metric', 'drift', 'labels', 'data', 'all', 'any', 'not']),
  label: z.string(),
  truth: z.enum(['true', 'false', 'unknown']).describe('What is not known starts nothing, negated or not.'),
  value: z.number().nullable(),
  limit: z.number().nullable(),
  why: z.string(),
});
export type TriggerNode = z.infer<typeof TriggerNode>;

export const GuardCode = z.enum([
  'no_retrain',
  'run_in_progress',
  'awaiting_approval',
  'circuit_open',
  'freeze',
  'budget',
  'cooldown',
  'backoff',
  'too_few_labels',
  'quality_veto',
]);
export type GuardCode = z.infer<typeof GuardCode>;

/** One rule that may hold a run back. */
export const Guard = z.object({
  code: GuardCode,
  verdict: z.enum(['pass', 'holds']),
  reason: z.string().describe('Why it holds the run back, or how far it is from that.'),
  until: Instant.nullable().describe('When it holds nothing back any more, where that is known.'),
  hand: z.boolean().describe('Whether it holds back a run that a person begins, too.'),
});
export type Guard = z.infer<typeof Guard>;

/** What would happen now, and why not. */
export const RetrainingStatus = z.object({
  model: z.string(),
  at: Instant,
  mode: z.enum(['suggest', 'approve', 'auto']),
  policy: z.string().describe('Names the policy as it is: another one has another name.'),
  would: z.enum(['start', 'suggest', 'nothing']),
  sentence: z.string().describe('The same in words.'),
  triggers: z.array(
    z.object({
      cause: z.string().describe('What a run of it is told to come from.'),
      truth: z.enum(['true', 'false', 'unknown']),
      nodes: z.array(TriggerNode),
      guards: z.array(Guard).describe('Judged for this cause.'),
      would: z.enum(['start', 'suggest', 'nothing']),
    }),
  ),
  hand: z.object({
    would: z.enum(['start', 'nothing']),
    sentence: z.string(),
    passesOver: z.array(GuardCode).describe('What holds back others, and a person may pass over; it is on record.'),
  }),
  nextTime: Instant.nullable().describe('When the next schedule comes round.'),
  runs: z.array(
    z.object({
      id: z.string(),
      state: RunState,
      trigger: z.string(),
      createdAt: Instant,
      endedAt: Instant.nullable(),
      decision: z.string().nullable(),
    }),
  ),
});
export type RetrainingStatus = z.infer<typeof RetrainingStatus>;
