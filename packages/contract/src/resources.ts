import { z } from 'zod';
import { Matchers } from './matchers.ts';
import { Instant, Severity, Task } from './words.ts';

/** The resources of the HTTP API, as it writes them. Times are ISO 8601 in UTC; a missing number is null with a reason. */

export const Rejection = z.object({
  row: z.int().describe('Position in the request, from 0.'),
  code: z.string(),
  message: z.string(),
});
export type Rejection = z.infer<typeof Rejection>;

export const IngestResult = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(Rejection),
});
export type IngestResult = z.infer<typeof IngestResult>;

export const MeasurementStatus = z.enum(['ok', 'insufficient', 'no_data', 'error']);
export type MeasurementStatus = z.infer<typeof MeasurementStatus>;

/** One number about one closed window. */
export const Measurement = z.object({
  model: z.string(),
  monitor: z.string(),
  metric: z.string().describe('Such as roc_auc, drift.psi, drift.share, quality.missing_share, service.latency_p95.'),
  column: z.string().describe('Column it is about; empty for the whole.'),
  slice: z.string().describe('Such as "origin=ATL"; empty for all rows.'),
  version: z.string().describe('Version that predicted; empty for all.'),
  windowStart: Instant,
  windowEnd: Instant,
  revision: z.int().describe('0 for the first; each later one has seen more labels.'),
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  n: z.int().describe('Rows behind it.'),
  coverage: z
    .number()
    .nullable()
    .describe('Share of the predictions that had a label; null where labels play no part.'),
  reference: z.number().nullable().describe('The same number about the reference.'),
  threshold: z.number().nullable(),
  status: MeasurementStatus,
  reason: z.string().describe('Why there is no value, or how a verdict was reached; may be empty.'),
  detail: z
    .record(z.string(), z.unknown())
    .describe('What a chart or a message needs besides, such as the worst values.'),
  computedAt: Instant,
});
export type Measurement = z.infer<typeof Measurement>;

/** A metric that a model can have. */
export const MetricInfo = z.object({
  id: z.string(),
  of: z.enum(['model', 'column']).describe('model: one number a window; column: one for each column.'),
  text: z.string().describe('What it is.'),
  better: z
    .enum(['higher', 'lower', 'zero', 'neither'])
    .nullable()
    .describe('Which way is better, of metrics of performance.'),
});
export type MetricInfo = z.infer<typeof MetricInfo>;

export const WindowState = z.enum(['open', 'closed', 'mature', 'final']);
export type WindowState = z.infer<typeof WindowState>;

export const MonitorWindow = z.object({
  model: z.string(),
  monitor: z.string(),
  start: Instant,
  end: Instant,
  state: WindowState,
  revision: z.int(),
  rows: z.int(),
  labelled: z.int(),
});
export type MonitorWindow = z.infer<typeof MonitorWindow>;

export const AlertState = z.enum(['pending', 'firing', 'recovering', 'resolved']);
export type AlertState = z.infer<typeof AlertState>;

/** What is most likely behind an alert, from the measurements of the same window. */
export const Cause = z.object({
  summary: z.string().describe('One sentence.'),
  kind: z.enum(['data_quality', 'input_drift', 'prediction_drift', 'concept', 'service', 'unknown']),
  columns: z.array(z.object({ column: z.string(), metric: z.string(), value: z.number(), text: z.string() })),
  slices: z.array(z.object({ slice: z.string(), metric: z.string(), value: z.number(), n: z.int() })),
  inferred: z
    .boolean()
    .describe('Set where the trouble with the data breaks nothing declared: the reference only never had such values.'),
});
export type Cause = z.infer<typeof Cause>;

/** Why an open alert is not told of now. */
export const Muting = z.object({
  by: z.enum(['silence', 'inhibition', 'maintenance', 'hours', 'grace']),
  ref: z.string().describe('Id of the silence, id of the alert that inhibits, or name of what mutes.'),
  text: z.string(),
  until: Instant.nullable(),
});
export type Muting = z.infer<typeof Muting>;

export const Verdict = z.enum(['useful', 'noise', 'expected', 'duplicate']);
export type Verdict = z.infer<typeof Verdict>;

export const Alert = z.object({
  id: z.string(),
  model: z.string(),
  rule: z.string(),
  state: AlertState,
  noData: z.boolean().describe('Whether the last window had no or too few data.'),
  severity: Severity,
  labels: z.record(z.string(), z.string()),
  metric: z.string(),
  column: z.string(),
  slice: z.string(),
  version: z.string(),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  n: z.int().describe('Rows behind the value.'),
  coverage: z.number().nullable().describe('Share of the predictions that had a label when it was measured.'),
  reference: z.number().nullable(),
  why: z.string().describe('How the newest window was judged, in words.'),
  conditions: z
    .array(
      z.object({
        metric: z.string(),
        column: z.string(),
        slice: z.string(),
        value: z.number().nullable(),
        threshold: z.number().nullable(),
        verdict: z.enum(['breach', 'clear', 'between', 'no_data', 'error']),
        why: z.string(),
      }),
    )
    .describe('Of a rule made of several conditions, what each said of the window; else empty.'),
  certainty: z
    .enum(['provisional', 'confirmed', 'revised'])
    .describe('provisional: labels still come; confirmed: they are in; revised: late ones have moved the value since.'),
  cost: z.number().nullable().describe('Estimated cost of the window, where the model has a price of its mistakes.'),
  windowStart: Instant,
  windowEnd: Instant,
  summary: z.string(),
  cause: Cause.nullable(),
  runbook: z.string().nullable(),
  activeAt: Instant.describe('When the first window over the threshold was evaluated.'),
  firedAt: Instant.nullable(),
  resolvedAt: Instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: Instant.nullable(),
  acknowledgedUntil: Instant.nullable().describe('When it counts as not acknowledged again; null: not by itself.'),
  assignee: z.string().nullable(),
  verdict: Verdict.nullable().describe('What people said of it afterwards.'),
  flapping: z.boolean().describe('Whether it comes and goes, so that its changes are held back.'),
  muted: Muting.nullable().describe('Why nobody is told of it now.'),
});
export type Alert = z.infer<typeof Alert>;

/** A time in which alerts that match are not told of. What was told is told of its end all the same. */
export const Silence = z.object({
  id: z.string(),
  kind: z
    .enum(['silence', 'maintenance', 'grace'])
    .describe('grace: drift is expected after a promotion or a change of the reference.'),
  automatic: z
    .boolean()
    .describe('Set where it opened by itself or stands in the configuration: it cannot be ended here.'),
  matchers: Matchers,
  startsAt: Instant,
  endsAt: Instant,
  untilResolved: z.boolean().describe('Whether it ends before that, when the last alert that matched is over.'),
  expireWhenIdle: z.string().nullable().describe('It ends before that, when nothing has matched for so long.'),
  tellStart: z.boolean().describe('Whether channels that know of an alert are told that it is silenced now.'),
  tellEnd: z.boolean().describe('Whether they are told that it ended and the alert still fires.'),
  createdBy: z.string(),
  comment: z.string(),
});
export type Silence = z.infer<typeof Silence>;

export const Delivery = z.object({
  id: z.string(),
  channel: z.string(),
  group: z.string(),
  reason: z.string().describe('Why the message was sent: first, new alerts, all resolved, resolved, repeat.'),
  state: z
    .enum(['queued', 'awaiting_approval', 'sent', 'failed', 'superseded', 'cancelled'])
    .describe(
      'awaiting_approval: everybody would see it, so a person must approve it; superseded: it was over before anything was sent; cancelled: somebody has the alert in hand.',
    ),
  attempts: z.int(),
  failure: z
    .enum(['permanent', 'transient', 'rate_limited', 'auth'])
    .nullable()
    .describe('What kind of failure the last failed try was.'),
  error: z.string().nullable(),
  failoverOf: z.string().nullable().describe('The delivery to another channel in whose place this one was sent.'),
  createdAt: Instant,
  sentAt: Instant.nullable(),
  subject: z.string(),
});
export type Delivery = z.infer<typeof Delivery>;

/** How a channel is. Its options are not among it: some are secrets. */
export const ChannelHealth = z.object({
  name: z.string(),
  type: z.string(),
  label: z.string().describe('The type in words.'),
  state: z
    .enum(['unused', 'ok', 'failing', 'paused', 'disabled'])
    .describe('paused: the service asked for a rest; disabled: its address or key is gone, nothing is sent.'),
  failover: z.string().nullable().describe('The channel that gets what this one does not take.'),
  queued: z.int().describe('Messages that wait to be sent.'),
  oldestQueuedAt: Instant.nullable(),
  lastSentAt: Instant.nullable(),
  lastError: z.string().nullable().describe('Of the last try that failed.'),
  failingSince: Instant.nullable(),
  failures: z.int().describe('Tries that failed since the last that did not.'),
  pausedUntil: Instant.nullable(),
  disabledAt: Instant.nullable(),
  disabledReason: z.string().nullable(),
});
export type ChannelHealth = z.infer<typeof ChannelHealth>;

export const MessagePreview = z.object({
  channel: z.string(),
  type: z.string(),
  subject: z.string(),
  contentType: z.string().describe('Of the body, such as application/json.'),
  body: z.string().describe('What the service would get, made readable.'),
  notes: z.array(z.string()).describe('What was wrong with a template, and what did not fit.'),
});
export type MessagePreview = z.infer<typeof MessagePreview>;

export const ActionState = z.enum([
  'waiting',
  'awaiting_approval',
  'running',
  'done',
  'failed',
  'refused',
  'rejected',
  'uncertain',
]);
export type ActionState = z.infer<typeof ActionState>;

/** What an alert does, or did, by itself. */
export const Action = z.object({
  id: z.string(),
  alert: z.string(),
  model: z.string(),
  rule: z.string(),
  type: z.string(),
  state: ActionState.describe('refused: a guard rail held it back; uncertain: it was stopped in the midst of it.'),
  dryRun: z.boolean(),
  plan: z.string().nullable().describe('What it is about to do, or did, in a sentence.'),
  why: z.string().describe('What came of it, or what it waits for.'),
  approvedBy: z.string().nullable(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
});
export type Action = z.infer<typeof Action>;

export const ModelSummary = z.object({
  name: z.string(),
  task: Task,
  owner: z.string().nullable(),
  description: z.string().nullable(),
  champion: z.string().nullable(),
  health: z.enum(['ok', 'warning', 'critical', 'no_data']),
  firing: z.int(),
  lastPrediction: Instant.nullable(),
  lastWindow: Instant.nullable(),
  predictionsPerDay: z.array(z.object({ day: z.string(), rows: z.int() })),
  headline: z.object({ metric: z.string(), value: z.number().nullable(), reference: z.number().nullable() }).nullable(),
});
export type ModelSummary = z.infer<typeof ModelSummary>;

export const AuditEntry = z.object({
  seq: z.int(),
  at: Instant,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  hash: z.string().describe('SHA-256 over this entry and the hash before it.'),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Events of `GET /api/v1/events`, by name, with what each tells. The data is enough to know what to fetch again. */
export const EVENTS = {
  'window.measured': 'A window was measured or revised.',
  'alert.changed': 'An alert changed its state.',
  'delivery.changed': 'A message was sent or could not be.',
  'action.changed': 'An action of an alert moved on.',
  'run.changed': 'A retraining run moved on.',
  'version.registered': 'A version was registered.',
  'version.promoted': 'Another version serves.',
  'version.changed': 'An alias, a tag or a note of a version was changed.',
  'config.applied': 'A configuration was applied.',
  'ingest.progress': 'Rows were stored.',
} as const;
export type EventName = keyof typeof EVENTS;

export const Event = z.object({
  id: z.int(),
  at: Instant,
  name: z.string(),
  model: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type Event = z.infer<typeof Event>;

/** The marks of a model's charts: alerts, runs and versions on the time axis. */
export const Mark = z.object({
  at: Instant,
  until: Instant.nullable(),
  kind: z.enum(['alert', 'run', 'version']),
  label: z.string(),
  state: z.string(),
  id: z.string(),
});
export type Mark = z.infer<typeof Mark>;

/** Distribution of one column now against the reference. */
export const Distribution = z.object({
  column: z.string(),
  kind: z.enum(['numeric', 'categorical', 'boolean']),
  cells: z
    .array(z.object({ label: z.string(), reference: z.number(), current: z.number() }))
    .describe('Shares, 0 to 1.'),
  referenceRows: z.int(),
  currentRows: z.int(),
});
export type Distribution = z.infer<typeof Distribution>;
