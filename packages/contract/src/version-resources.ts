import { z } from 'zod';
import { DatasetInfo } from './dataset-resources.ts';
import { Instant } from './words.ts';

/** Where people say that a version stands. What serves is said by the alias `champion` alone. */
export const Stage = z.enum(['none', 'staging', 'production', 'archived']);
export type Stage = z.infer<typeof Stage>;

export const StageNote = z.object({
  stage: Stage,
  note: z.string(),
  actor: z.string(),
  at: Instant,
});
export type StageNote = z.infer<typeof StageNote>;

/** The same version, or where it comes from, in another registry. */
export const VersionLink = z.object({
  kind: z.enum(['mlflow', 'wandb']),
  reference: z.string().describe('Its name there.'),
  url: z.string().nullable().describe('Where a person can look at it.'),
  at: Instant,
});
export type VersionLink = z.infer<typeof VersionLink>;

export const Serving = z.object({
  from: Instant,
  to: Instant.nullable(),
  endedBy: z
    .enum(['promote', 'rollback'])
    .nullable()
    .describe('rollback: it was rolled back from. null: it serves, or it was not written down.'),
});
export type Serving = z.infer<typeof Serving>;

export const VersionInfo = z.object({
  model: z.string(),
  version: z.string(),
  aliases: z.array(z.string()),
  createdAt: Instant,
  createdBy: z.string(),
  run: z.string().nullable(),
  parent: z.string().nullable().describe('Champion at the time it was made.'),
  dataset: DatasetInfo.nullable(),
  metrics: z.record(z.string(), z.number().nullable()),
  params: z.record(z.string(), z.unknown()),
  artifact: z.object({
    hash: z.string(),
    bytes: z.int(),
    format: z.string(),
    deletedAt: Instant.nullable().describe('When its file was deleted, since nothing needed it.'),
  }),
  served: z.array(Serving),
  description: z.string(),
  tags: z.record(z.string(), z.string()),
  stage: Stage,
  codeCommit: z.string().nullable().describe('Commit of the code that trained it.'),
  datasetReference: z.string().nullable().describe('Where its data are, in the words of whoever registered it.'),
  environment: z.record(z.string(), z.string()).describe('What it was trained with, such as python: 3.12.'),
  links: z.array(VersionLink),
});
export type VersionInfo = z.infer<typeof VersionInfo>;

/** A version that comes from outside: what is known of it beside its artifact. */
export const NewVersionRequest = z.strictObject({
  artifact: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('SHA-256 of an artifact that was sent to /artifacts before.'),
  format: z.enum(['onnx', 'external']).describe('onnx is served and scored here; anything else is external.'),
  key: z.string().min(1).max(200).optional().describe('The same key twice gives one version.'),
  parent: z.string().optional().describe('Version that it was made from.'),
  metrics: z.record(z.string(), z.number().nullable()).default({}),
  params: z.record(z.string(), z.unknown()).default({}),
  tags: z.record(z.string().max(200), z.string().max(5_000)).default({}),
  description: z.string().max(20_000).default(''),
  codeCommit: z.string().max(200).optional(),
  datasetReference: z.string().max(2_000).optional(),
  environment: z.record(z.string().max(200), z.string().max(2_000)).default({}),
});
export type NewVersionRequest = z.infer<typeof NewVersionRequest>;

export const Alias = z.object({ model: z.string(), alias: z.string(), version: z.string(), since: Instant });
export type Alias = z.infer<typeof Alias>;

/** One move of an alias. All of them, one after the other, give where it points now. */
export const AliasMove = z.object({
  id: z.int(),
  model: z.string(),
  alias: z.string(),
  from: z.string().nullable().describe('null: it was new.'),
  to: z.string().nullable().describe('null: it was taken away.'),
  at: Instant,
  actor: z.string(),
  reason: z.string(),
});
export type AliasMove = z.infer<typeof AliasMove>;

export const LineageNode = z.object({
  id: z.string().describe('Unique in the graph, such as run:run_01.'),
  kind: z.enum([
    'trigger',
    'alert',
    'run',
    'dataset',
    'code',
    'training',
    'gate',
    'decision',
    'version',
    'serving',
    'reference',
  ]),
  label: z.string().describe('In words, for people.'),
  at: Instant.nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type LineageNode = z.infer<typeof LineageNode>;

export const LineageEdge = z.object({
  from: z.string(),
  to: z.string(),
  kind: z.enum(['started', 'read', 'ran', 'made', 'judged', 'decided', 'served', 'replaced', 'parent', 'same']),
});
export type LineageEdge = z.infer<typeof LineageEdge>;

/** Where a version comes from and what became of it. Edges point from what was first to what followed. */
export const Lineage = z.object({
  model: z.string(),
  version: z.string(),
  nodes: z.array(LineageNode),
  edges: z.array(LineageEdge),
});
export type Lineage = z.infer<typeof Lineage>;

export const DiffRow = z.object({
  section: z.enum(['metrics', 'gates', 'params', 'dataset', 'signature', 'artifact', 'code', 'environment', 'tags']),
  name: z.string(),
  a: z.unknown(),
  b: z.unknown(),
  change: z.number().nullable().describe('b - a, of numbers that may be compared.'),
  better: z.enum(['a', 'b']).nullable().describe('Which value is better, where it is known which way is.'),
});
export type DiffRow = z.infer<typeof DiffRow>;

/** What differs between two versions; what is the same is left out, but for metrics. */
export const VersionDiff = z.object({
  model: z.string(),
  a: z.string(),
  b: z.string(),
  comparable: z.boolean().describe('Whether the metrics are of the same held-out rows.'),
  why: z.string().describe('Why the metrics may be compared, or may not.'),
  rows: z.array(DiffRow),
});
export type VersionDiff = z.infer<typeof VersionDiff>;

/** What a rollback would do. */
export const RollbackPlan = z.object({
  model: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  loads: z.boolean(),
  why: z.string(),
  passedOver: z.array(z.object({ version: z.string(), why: z.string() })),
});
export type RollbackPlan = z.infer<typeof RollbackPlan>;

/** Who served at a time. */
export const ServedAt = z.object({
  at: Instant,
  version: z.string().nullable(),
  from: Instant.nullable(),
  to: Instant.nullable(),
  actor: z.string().nullable(),
  reason: z.string().nullable(),
});
export type ServedAt = z.infer<typeof ServedAt>;

export const GarbageReport = z.object({
  dryRun: z.boolean(),
  kept: z.int().describe('Artifacts that stay.'),
  marked: z
    .array(z.object({ hash: z.string(), bytes: z.int(), versions: z.array(z.string()) }))
    .describe('Artifacts that nothing needs. They go in the next collection that is at least a day later.'),
  deleted: z.array(z.object({ hash: z.string(), bytes: z.int(), versions: z.array(z.string()) })),
  bytes: z.int().describe('Bytes that are free by it.'),
});
export type GarbageReport = z.infer<typeof GarbageReport>;

/** How it stands with MLflow. */
export const MlflowStatus = z.object({
  model: z.string(),
  name: z.string().describe('Of the registered model there.'),
  pending: z.boolean().describe('Whether something is still to be written.'),
  syncedAt: Instant.nullable(),
  error: z.string().nullable(),
  drift: z.array(z.string()).describe('What was found to be different there, and was put right.'),
});
export type MlflowStatus = z.infer<typeof MlflowStatus>;
