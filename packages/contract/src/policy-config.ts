import { z } from 'zod';
import { APPROVAL_DEFAULTS } from './approval-of.ts';
import { FreezeConfig } from './trigger-config.ts';
import { Duration, Name } from './words.ts';

/** What holds a run back, who decides on its challenger, and who is told. */

const strict = z.strictObject;

const CooldownConfig = z
  .union([
    strict({
      cause: Duration.default('1d').describe('Between two runs of the same trigger.'),
      model: Duration.default('0s').describe('Between any two runs of the model, whatever began them.'),
    }),
    Duration,
  ])
  .default('1d')
  .describe(
    'Time after a run in which none begins by itself from the same trigger; as `{cause, model}` also between any two runs.',
  );

const BackoffConfig = z
  .union([
    strict({
      first: Duration.default('3d').describe('Time after the refused challenger that it begins with.'),
      factor: z.number().min(1).max(10).default(2).describe('Times as long after each further one.'),
      most: Duration.default('30d').describe('Never longer than this.'),
      after: z.int().min(1).max(100).default(1).describe('Challengers refused in a row before it begins.'),
    }),
    Duration,
  ])
  .prefault({})
  .describe('Time after refused challengers in which no run begins by itself. A text such as 3d: always as long.');

const ApprovalConfig = strict({
  mode: z
    .enum(['suggest', 'approve', 'auto'])
    .default(APPROVAL_DEFAULTS.mode)
    .describe(
      'suggest: nothing is trained until a person starts it; approve: a person decides on the challenger; auto: what passes serves.',
    ),
  role: z.enum(['operator', 'admin']).default(APPROVAL_DEFAULTS.role).describe('Role of the token that may decide.'),
  by: z.array(z.string()).min(1).optional().describe('Names of the tokens that may decide. Default: all of the role.'),
  comment: z
    .enum(['required', 'optional'])
    .default(APPROVAL_DEFAULTS.comment)
    .describe('Whether a decision needs a comment.'),
  expires: Duration.default(APPROVAL_DEFAULTS.expires).describe(
    'Without a decision by then the challenger is rejected, and a suggestion is dropped.',
  ),
  first: z
    .enum(['approve', 'auto'])
    .default(APPROVAL_DEFAULTS.first)
    .describe(
      'The first version of a model, which nothing can be compared with: a person decides, or it serves if it passes.',
    ),
});

export const ToldOf = z.enum([
  'suggested',
  'awaiting_approval',
  'promoted',
  'rejected',
  'vetoed',
  'failed',
  'breaker_opened',
]);
export type ToldOf = z.infer<typeof ToldOf>;

/** The keys of `retrain` by which it is decided whether a run begins, and who decides on what it made. */
export const policyKeys = {
  cooldown: CooldownConfig,
  backoff: BackoffConfig,
  budget: strict({
    runs: z.int().min(1).describe('Runs at most.'),
    per: Duration.default('1w').describe('In any time of this length.'),
  })
    .optional()
    .describe('Runs that may begin. Those by hand count, and are not held back. Default: no limit.'),
  freeze: z.array(FreezeConfig).default([]).describe('Times in which no run begins by itself.'),
  minimumNewLabels: z
    .int()
    .min(0)
    .default(0)
    .describe('Labelled rows that must have come since the data of the last run.'),
  circuitBreaker: strict({
    failures: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe('Runs in a row that failed, after which none begins by itself.'),
    after: Duration.default('1d').describe('After this one run is tried; if it fails too, the time begins anew.'),
  }).prefault({}),
  approval: z
    .union([ApprovalConfig, z.enum(['suggest', 'approve', 'auto'])])
    .default('approve')
    .describe(
      'Who decides. A word stands for `{mode: WORD}`. suggest: nothing is trained until a person starts it; approve: a person decides; auto: what passes serves.',
    ),
  notify: strict({
    channels: z.array(Name).optional().describe('Channels that are told. Default: where alerts of the model go.'),
    on: z
      .array(ToldOf)
      .default([...ToldOf.options])
      .describe('What is told.'),
  }).prefault({}),
};

type Given<K extends keyof typeof policyKeys> = z.infer<(typeof policyKeys)[K]>;

export const cooldownOf = (given: Given<'cooldown'>): { cause: string; model: string } =>
  typeof given === 'string' ? { cause: given, model: '0s' } : given;

export const backoffOf = (given: Given<'backoff'>): Exclude<Given<'backoff'>, string> =>
  typeof given === 'string' ? { first: given, factor: 1, most: given, after: 1 } : given;
