import type { ColumnType, Generated } from 'kysely';

/**
 * The tables of the store. Names are camelCase here and snake_case in the database; times are milliseconds since 1970;
 * documents are JSON text, since SQLite and PostgreSQL share no JSON type.
 */
export interface Schema {
  configRevisions: ConfigRevisionTable;
  versions: VersionTable;
  aliases: AliasTable;
  aliasMoves: AliasMoveTable;
  stageNotes: StageNoteTable;
  versionLinks: VersionLinkTable;
  mlflowSyncs: MlflowSyncTable;
  hookDeliveries: HookDeliveryTable;
  servings: ServingTable;
  artifacts: ArtifactTable;
  windows: WindowTable;
  detectorStreams: DetectorStreamTable;
  alerts: AlertTable;
  alertHistory: AlertHistoryTable;
  ruleStates: RuleStateTable;
  silences: SilenceTable;
  groups: GroupTable;
  groupMembers: GroupMemberTable;
  notificationLog: NotificationLogTable;
  deliveries: DeliveryTable;
  deliveryAlerts: DeliveryAlertTable;
  receipts: ReceiptTable;
  channelStates: ChannelStateTable;
  escalations: EscalationTable;
  escalationSteps: EscalationStepTable;
  alertComments: AlertCommentTable;
  alertVerdicts: AlertVerdictTable;
  suggestions: SuggestionTable;
  linkUses: LinkUseTable;
  runs: RunTable;
  modelCards: ModelCardTable;
  lessons: LessonTable;
  runOccasions: RunOccasionTable;
  retrainPolicies: RetrainPolicyTable;
  executions: ExecutionTable;
  datasets: DatasetTable;
  evaluations: EvaluationTable;
  actions: ActionTable;
  jobs: JobTable;
  events: EventTable;
  audit: AuditTable;
  tokens: TokenTable;
  settings: SettingTable;
}

/** JSON text; `encode` and `decode` of store/json.ts carry the type. */
export type Json<T> = string & { readonly __json?: T };

interface ConfigRevisionTable {
  id: Generated<number>;
  appliedAt: number;
  actor: string;
  hash: string;
  document: Json<unknown>;
}

interface VersionTable {
  model: string;
  version: string;
  number: number;
  createdAt: number;
  createdBy: string;
  run: string | null;
  parent: string | null;
  dataset: Json<unknown> | null;
  metrics: Json<Record<string, number | null>>;
  params: Json<Record<string, unknown>>;
  artifactHash: string;
  format: string;
  description: string | null;
  tags: Json<Record<string, string>> | null;
  codeCommit: string | null;
  datasetReference: string | null;
  environment: Json<Record<string, string>> | null;
  /** Of whoever registered it: the same key twice gives one version. */
  registerKey: string | null;
}

/** An alias such as `champion` points to one version. */
interface AliasTable {
  model: string;
  alias: string;
  version: string;
  since: number;
}

/** A stretch of time in which a version served; the open one has no end. */
interface ServingTable {
  id: Generated<number>;
  model: string;
  version: string;
  startedAt: number;
  endedAt: number | null;
  actor: string;
  reason: string;
  /** `promote` or `rollback`: what put another version in its place. */
  endedBy: string | null;
}

/** One move of an alias; together they give where it points. */
interface AliasMoveTable {
  id: Generated<number>;
  model: string;
  alias: string;
  fromVersion: string | null;
  toVersion: string | null;
  at: number;
  actor: string;
  reason: string;
}

/** Where somebody said that a version stands; the newest one counts. */
interface StageNoteTable {
  id: Generated<number>;
  model: string;
  version: string;
  stage: string;
  note: string;
  actor: string;
  at: number;
}

/** The same version in another registry. */
interface VersionLinkTable {
  model: string;
  version: string;
  kind: string;
  reference: string;
  url: string | null;
  at: number;
}

/** How far MLflow was told of a model: all is told when `done` has come up to `wanted`. */
interface MlflowSyncTable {
  model: string;
  wanted: number;
  done: number;
  syncedAt: number | null;
  error: string | null;
  drift: Json<string[]>;
  /** Versions that were taken over from there. */
  imported: number;
}

/** A webhook that was taken; a second one with the same id is a replay. */
interface HookDeliveryTable {
  source: string;
  id: string;
  at: number;
  outcome: string;
}

interface ArtifactTable {
  hash: string;
  bytes: number;
  createdAt: number;
  /** When nothing needed it for the first time; null while something does. */
  markedAt: number | null;
  deletedAt: number | null;
}

interface WindowTable {
  model: string;
  monitor: string;
  startAt: number;
  endAt: number;
  state: string;
  revision: number;
  rows: number;
  labelled: number;
}

/** Where a streaming detector stands that a monitor keeps over the rows of one version. */
interface DetectorStreamTable {
  model: string;
  monitor: string;
  detector: string;
  /** What it watches: `error`, `score`, `label` or a feature. */
  source: string;
  version: string;
  /** End of the last window that it was fed, so that none is fed twice. */
  windowEnd: number;
  state: Json<unknown>;
}

/** One instance of a rule: the rule, the column and the slice that it is about, and where its state machine stands. */
interface RuleStateTable {
  model: string;
  rule: string;
  instance: string;
  state: Json<unknown>;
  /** The last window that was taken in, so that a replay changes nothing. */
  windowEnd: number;
  revision: number;
}

interface AlertTable {
  id: string;
  model: string;
  rule: string;
  instance: string;
  state: string;
  noData: number;
  severity: string;
  labels: Json<Record<string, string>>;
  metric: string;
  column: string;
  slice: string;
  version: string;
  value: number | null;
  threshold: number | null;
  windowStart: number;
  windowEnd: number;
  summary: string;
  cause: Json<unknown> | null;
  /** Interval, rows and coverage behind the value, and how the newest window was judged. */
  evidence: Json<unknown>;
  runbook: string | null;
  activeAt: number;
  firedAt: number | null;
  resolvedAt: number | null;
  acknowledgedBy: string | null;
  acknowledgedAt: number | null;
  acknowledgedUntil: number | null;
  assignee: string | null;
  verdict: string | null;
  certainty: string;
  cost: number | null;
  flapping: number;
}

interface AlertHistoryTable {
  id: Generated<number>;
  alert: string;
  at: number;
  fromState: string;
  toState: string;
  why: string;
}

interface SilenceTable {
  id: string;
  matchers: Json<unknown>;
  startsAt: number;
  endsAt: number;
  createdBy: string;
  comment: string;
  kind: string;
  untilResolved: number;
  tellStart: number;
  tellEnd: number;
  /** Milliseconds without a match after which it ends; null for never. */
  idleMs: number | null;
  /** When something was last seen to match; null before the first time. */
  matchedAt: number | null;
}

/** A group of alerts on one route, and what each of its channels was last told (Alertmanager's notification log). */
interface GroupTable {
  key: string;
  route: string;
  labels: Json<Record<string, string>>;
  channel: string;
  /** Alerts firing and resolved as of the last message, or null before the first. */
  firing: Json<string[]> | null;
  resolved: Json<string[]> | null;
  notifiedAt: number | null;
  /** When it is looked at next; a flush takes this away as it begins, so that of two only one goes on. */
  flushAt: number | null;
  /** Messages so far: with it a delivery has the same id whoever makes it. */
  sequence: number;
  /** Alerts that it held back when it was last looked at, each with what held it. */
  held: Json<unknown> | null;
}

/** What was decided about a group, and why. There is an entry only where something differs from the one before. */
interface NotificationLogTable {
  id: Generated<number>;
  key: string;
  channel: string;
  at: number;
  reason: string;
  /** The reason in words. */
  why: string;
  /** 1 if a message was made: `delivery`. */
  sent: number;
  delivery: string | null;
  alerts: Json<unknown>;
  nextAt: number | null;
}

/** An alert that belongs to a group, from when it fires until its end was told. */
interface GroupMemberTable {
  key: string;
  channel: string;
  alert: string;
}

/** The outbox: one message to one channel. */
interface DeliveryTable {
  id: string;
  channel: string;
  groupKey: string;
  reason: string;
  state: string;
  attempts: number;
  error: string | null;
  createdAt: number;
  sentAt: number | null;
  subject: string;
  message: Json<unknown>;
  /** Of the last try that failed: permanent, transient, rate_limited or auth. */
  failure: string | null;
  /** The delivery on another channel in whose place this one is sent. */
  failoverOf: string | null;
  /** When its time to get through began: when it was made, or was asked for again. */
  queuedAt: number | null;
}

/** What a channel knows of a group since it was last told that all is over. */
interface ReceiptTable {
  key: string;
  channel: string;
  /** What the channel left behind when it sent, such as the name of the message at the service. */
  receipt: Json<Record<string, string>> | null;
  /** 1 if it may have heard of the group: then it must hear of the end. */
  told: number;
  /** The channel that heard of the group in its place, and must hear of the end too. */
  handedTo: string | null;
}

/** How a channel is, as far as messages to it have shown. */
export interface ChannelStateTable {
  channel: string;
  failingSince: number | null;
  /** Tries that failed since the last that did not. */
  failures: number;
  lastError: string | null;
  lastSentAt: number | null;
  /** Nothing is sent before: the service asked for a rest. */
  pausedUntil: number | null;
  disabledAt: number | null;
  disabledReason: string | null;
  /** Of the configuration that all this is about. */
  configHash: string;
}

/** Which alerts a delivery tells of. */
interface DeliveryAlertTable {
  delivery: string;
  alert: string;
}

/** What an alert does by itself: one row for each action of its rule. */
interface ActionTable {
  id: string;
  alert: string;
  /** Its place among the actions of the rule. */
  position: number;
  model: string;
  rule: string;
  type: string;
  state: string;
  dryRun: number;
  plan: string | null;
  planData: Json<Record<string, unknown>> | null;
  why: string;
  approvedBy: string | null;
  attempts: number;
  createdAt: number;
  startedAt: number | null;
  updatedAt: number;
  endedAt: number | null;
}

interface RunTable {
  id: string;
  model: string;
  /** What must not start a second run: the trigger and its occasion. */
  key: string;
  state: string;
  trigger: string;
  reason: string;
  alert: string | null;
  champion: string | null;
  challenger: string | null;
  dataset: Json<unknown> | null;
  /** Of the training that counts. */
  params: Json<Record<string, unknown>>;
  gates: Json<unknown[]>;
  decision: string | null;
  error: Json<unknown> | null;
  log: string;
  createdAt: number;
  updatedAt: number;
  endedAt: number | null;
  /** When it was started; null of what was only suggested, or vetoed. */
  begunAt: number | null;
  /** Until when a person may start it or decide. */
  expiresAt: number | null;
  firstPromotion: number;
  decidedBy: string | null;
  comment: string | null;
  passedOver: Json<unknown[]>;
  asked: Json<unknown[]>;
}

/** A further occasion that asked for a suggested run: it must not start a second one. */
interface RunOccasionTable {
  model: string;
  key: string;
  run: string;
}

/** What is kept of a model's policy beside its runs. */
interface RetrainPolicyTable {
  model: string;
  /** Hash of its triggers, and since when they are in force: a schedule is not true of times before. */
  triggers: string;
  since: number;
  /** Failures before this do not count for the circuit breaker: a person closed it. */
  breakerClosedAt: number | null;
  /** By trigger, what it was refused for last: the same is not put on record again. */
  refused: Json<Record<string, string>>;
}

/** One training of a run at its executor; written before anybody is asked to begin it. */
export interface ExecutionTable {
  id: string;
  run: string;
  trial: number;
  rung: number;
  executor: string;
  state: string;
  native: string | null;
  reason: string | null;
  nativeId: string | null;
  /** What the executor needs to find it again; null until it is known to have begun. */
  handle: Json<Record<string, string>> | null;
  url: string | null;
  params: Json<Record<string, unknown>>;
  metrics: Json<Record<string, number | null>>;
  progress: number | null;
  message: string | null;
  /** What the trainer itself named as its model, where that lies elsewhere. */
  candidate: Json<unknown> | null;
  /** Name of the folder that it fills. */
  output: string;
  log: string;
  logCursor: string | null;
  /** Times that the executor was asked to begin it. */
  attempts: number;
  /** What has been in the way since `troubleSince`, such as an executor that cannot be reached. */
  trouble: string | null;
  troubleSince: number | null;
  cancelAskedAt: number | null;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
}

export interface JobTable {
  id: Generated<number>;
  kind: string;
  key: string;
  lane: string | null;
  payload: Json<unknown>;
  runAt: number;
  attempts: number;
  state: string;
  leaseOwner: string | null;
  leaseUntil: number | null;
  error: string | null;
}

interface EventTable {
  id: Generated<number>;
  at: number;
  name: string;
  model: string | null;
  data: Json<Record<string, unknown>>;
}

interface AuditTable {
  seq: ColumnType<number, number, never>;
  at: ColumnType<number, number, never>;
  actor: ColumnType<string, string, never>;
  action: ColumnType<string, string, never>;
  subject: ColumnType<string, string, never>;
  detail: ColumnType<Json<Record<string, unknown>>, string, never>;
  hash: ColumnType<string, string, never>;
}

interface TokenTable {
  id: string;
  name: string;
  role: string;
  hash: string;
  kind: string;
  createdAt: number;
  expiresAt: number | null;
}

interface SettingTable {
  name: string;
  value: string;
}

/** An alert on its way through an escalation, and which step comes next. */
interface EscalationTable {
  alert: string;
  policy: string;
  /** The policy as it was when the alert began to fire. */
  document: Json<unknown>;
  /** Counts how often the alert began to fire: one that comes back starts anew. */
  generation: number;
  status: string;
  loop: number;
  step: number;
  dueAt: number | null;
  /** What is left of the wait while somebody has the alert in hand. */
  remainingMs: number | null;
}

/** A step that was gone through: there is one row of each, whatever is repeated. */
interface EscalationStepTable {
  alert: string;
  policy: string;
  generation: number;
  loop: number;
  step: number;
  at: number;
  told: Json<unknown>;
}

interface AlertCommentTable {
  id: Generated<number>;
  alert: string;
  at: number;
  actor: string;
  text: string;
}

interface AlertVerdictTable {
  id: Generated<number>;
  alert: string;
  at: number;
  actor: string;
  verdict: string;
  comment: string;
}

/** A threshold that was suggested for a rule, with the backtest that supports it. */
interface SuggestionTable {
  id: string;
  model: string;
  rule: string;
  madeAt: number;
  document: Json<unknown>;
  appliedAt: number | null;
  appliedBy: string | null;
}

/** A signed link that was used: it does not work again. */
interface LinkUseTable {
  nonce: string;
  alert: string;
  action: string;
  at: number;
  actor: string;
  outcome: string;
}

/** The record of a dataset; see `Dataset` of the contract. */
interface DatasetTable {
  hash: string;
  model: string;
  createdAt: number;
  configRevision: number | null;
  query: Json<unknown>;
  preprocessing: Json<unknown> | null;
  fitted: Json<unknown> | null;
  train: Json<unknown>;
  holdout: Json<unknown>;
  oldRows: number;
  files: Json<unknown[]>;
  findings: Json<unknown[]>;
  /** Of the training rows by column: what the next dataset is compared with. */
  summaries: Json<Record<string, unknown>>;
  /** When its files went. */
  droppedAt: number | null;
}

/** What the verdict on a run's challenger rests on; see `RunEvaluation` of the contract. */
interface EvaluationTable {
  run: string;
  /** SHA-256 of the document. */
  hash: string;
  document: Json<unknown>;
  createdAt: number;
}

/** The card of a version as it was. */
interface ModelCardTable {
  id: Generated<number>;
  model: string;
  version: string;
  at: number;
  occasion: string;
  document: Json<unknown>;
}

/** What people have learnt of a model or a rule. */
interface LessonTable {
  id: string;
  model: string;
  rule: string | null;
  alert: string | null;
  run: string | null;
  at: number;
  actor: string;
  text: string;
}
