import { z } from 'zod';
import { CardConfig } from './card-config.ts';
import { Instant, Task } from './words.ts';

const Estimate = z.object({
  metric: z.string(),
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  champion: z.number().nullable().describe('Of the version that served then, on the same rows.'),
});

const CardGate = z.object({ name: z.string(), type: z.string(), verdict: z.string(), statement: z.string() });

/** What is written down of a version for those who did not make it. All but `told` comes from the record. */
export const ModelCard = z.object({
  schema: z.literal('leeway/card/v1'),
  generatedAt: Instant,
  model: z.string(),
  version: z.string(),
  task: Task,
  owner: z.string().nullable(),
  description: z.string().nullable(),
  told: CardConfig.describe('What people say of it.'),
  details: z.object({
    createdAt: Instant,
    createdBy: z.string(),
    format: z.string(),
    bytes: z.int(),
    artifact: z.string().describe('SHA-256 of the file.'),
    aliases: z.array(z.string()),
    stage: z.string(),
    parent: z.string().nullable(),
    inputs: z.array(z.object({ name: z.string(), type: z.string(), protected: z.boolean() })),
    outputs: z.array(z.string()),
  }),
  data: z
    .object({
      hash: z.string(),
      from: Instant,
      holdoutFrom: Instant,
      to: Instant,
      trainRows: z.int(),
      holdoutRows: z.int(),
      window: z.string().nullable(),
      labelledShare: z.number().nullable(),
      preprocessing: z.string().nullable(),
      findings: z.array(z.string()),
    })
    .nullable(),
  training: z
    .object({
      run: z.string(),
      trigger: z.string(),
      reason: z.string(),
      executor: z.string().nullable(),
      params: z.record(z.string(), z.unknown()),
      trials: z.int(),
      startedAt: Instant.nullable(),
      endedAt: Instant.nullable(),
      codeCommit: z.string().nullable(),
      environment: z.record(z.string(), z.string()),
    })
    .nullable(),
  evaluation: z.object({
    rows: z.int().nullable(),
    from: Instant.nullable(),
    to: Instant.nullable(),
    verdict: z.string().nullable(),
    champion: z.string().nullable(),
    metrics: z.array(Estimate),
    gates: z.array(CardGate),
  }),
  fairness: z.object({
    protected: z.array(z.string()),
    gates: z.array(CardGate),
    tables: z.array(
      z.object({
        title: z.string(),
        columns: z.array(z.string()),
        rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
      }),
    ),
  }),
  explanation: z
    .object({ how: z.string(), features: z.array(z.object({ feature: z.string(), share: z.number() })) })
    .nullable(),
  limits: z.array(z.string()).describe('What the record itself says against it.'),
  monitoring: z.object({
    monitors: z.array(z.string()),
    rules: z.array(z.object({ name: z.string(), about: z.string(), severity: z.string() })),
  }),
  retraining: z.object({ enabled: z.boolean(), lines: z.array(z.string()) }),
  approval: z.object({
    state: z.string().nullable(),
    decision: z.string().nullable(),
    by: z.string().nullable(),
    comment: z.string().nullable(),
    at: Instant.nullable(),
  }),
  served: z.array(z.object({ from: Instant, to: Instant.nullable() })),
  lessons: z.array(z.object({ at: Instant, actor: z.string(), rule: z.string().nullable(), text: z.string() })),
});
export type ModelCard = z.infer<typeof ModelCard>;

/** A card as it was at a time: they are kept with the version. */
export const KeptCard = z.object({ id: z.int(), at: Instant, occasion: z.string(), card: ModelCard });
export type KeptCard = z.infer<typeof KeptCard>;

/** What was learnt from an alert, a run or an incident, for the next one who is called. */
export const Lesson = z.object({
  id: z.string(),
  model: z.string(),
  rule: z.string().nullable().describe('null: of the whole model.'),
  alert: z.string().nullable(),
  run: z.string().nullable(),
  at: Instant,
  actor: z.string(),
  text: z.string().describe('Markdown.'),
});
export type Lesson = z.infer<typeof Lesson>;

/** What to do when an alert of the model fires. */
export const Runbook = z.object({
  model: z.string(),
  rule: z.string().nullable(),
  ofModel: z.string().nullable().describe('Markdown, or an address.'),
  ofRule: z.string().nullable().describe('Markdown, or an address.'),
  lessons: z.array(Lesson).describe('The newest first: of the rule, then of the whole model.'),
});
export type Runbook = z.infer<typeof Runbook>;
