import { z } from 'zod';
import { DatasetInfo } from './dataset-resources.ts';
import { GateResult } from './gate-resources.ts';
import { ColumnType, Instant, Task } from './words.ts';

export const RunState = z.enum([
  'suggested',
  'queued',
  'preparing',
  'training',
  'evaluating',
  'awaiting_approval',
  'promoted',
  'rejected',
  'vetoed',
  'failed',
  'cancelled',
]);
export type RunState = z.infer<typeof RunState>;

/** Where the training stands that an executor has in hand. Whatever a peer calls it, it is one of these. */
export const ExecutionState = z.enum([
  'queued',
  'running',
  'paused',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'skipped',
  'unknown',
]);
export type ExecutionState = z.infer<typeof ExecutionState>;

/** One training of a run at its executor: a run has one, or with a search for parameters one for each trial. */
export const Execution = z.object({
  id: z.string().describe('Its key at the executor too: the same key never begins a second training.'),
  trial: z.int().describe('From 0, in the order in which they were planned.'),
  rung: z.int().describe('Of a successive halving, from 0.'),
  executor: z.string().describe('Kind of executor.'),
  state: ExecutionState,
  native: z.string().nullable().describe('What the executor itself calls the state.'),
  reason: z.string().nullable().describe('Why it ended, waits or is unknown.'),
  nativeId: z.string().nullable().describe('Its name at the executor.'),
  url: z.string().nullable().describe('Where a person can look at it.'),
  params: z.record(z.string(), z.unknown()).describe('What the trainer was given.'),
  metrics: z.record(z.string(), z.number().nullable()).describe('What the trainer reported of its own rows.'),
  progress: z.number().nullable().describe('Share done, 0 to 1, as the trainer reports it.'),
  message: z.string().nullable().describe('What the trainer says that it is doing.'),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
});
export type Execution = z.infer<typeof Execution>;

export const Run = z.object({
  id: z.string(),
  model: z.string(),
  state: RunState,
  trigger: z.string().describe('What started it: hand, api, alert:RULE, schedule, or the name of a trigger.'),
  reason: z.string(),
  asked: z
    .array(z.object({ trigger: z.string(), reason: z.string(), at: Instant }))
    .describe('Every occasion that asked for it, where there were more: a suggestion is asked for again.'),
  passedOver: z
    .array(z.object({ code: z.string(), reason: z.string() }))
    .describe('What would have held it back had a person not begun it.'),
  alert: z.string().nullable(),
  champion: z.string().nullable(),
  challenger: z.string().nullable(),
  dataset: DatasetInfo.nullable(),
  params: z.record(z.string(), z.unknown()).describe('Of the training that counts.'),
  executions: z.array(Execution),
  gates: z.array(GateResult),
  firstPromotion: z
    .boolean()
    .describe('Whether there was no champion to compare with: its version is the first to serve.'),
  decision: z.string().nullable().describe('What was decided, by whom and why.'),
  decidedBy: z.string().nullable().describe('Who decided on its challenger; null where nobody has.'),
  comment: z.string().nullable().describe('What they said about it.'),
  error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  log: z.string().describe('Last lines that the trainer wrote.'),
  createdAt: Instant,
  begunAt: Instant.nullable().describe('When it was started; null of what was only suggested, or vetoed.'),
  updatedAt: Instant,
  expiresAt: Instant.nullable().describe('Until when a person may start it or decide.'),
  endedAt: Instant.nullable(),
});
export type Run = z.infer<typeof Run>;

const TrainingFileInfo = z.object({
  url: z.string(),
  sha256: z.string(),
  bytes: z.int(),
});

/** What training code must know, as it asks for it with its token. */
export const TrainingInfo = z.object({
  run: z.string(),
  training: z.string(),
  model: z.string(),
  task: Task,
  reason: z.string(),
  trial: z.int(),
  params: z.record(z.string(), z.unknown()),
  label: z.string().describe('Column of the label in the training data.'),
  positive: z.string().nullable().describe('Of a binary model.'),
  features: z.record(z.string(), z.object({ type: ColumnType })),
  data: z.object({
    train: TrainingFileInfo.extend({ rows: z.int() }),
    holdout: TrainingFileInfo.extend({ rows: z.int() }).describe('Without labels.'),
    schema: TrainingFileInfo,
  }),
  champion: TrainingFileInfo.extend({ version: z.string(), format: z.string() }).nullable(),
  deadline: Instant,
});
export type TrainingInfo = z.infer<typeof TrainingInfo>;
