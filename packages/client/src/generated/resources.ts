// Made by scripts/generate-openapi.mjs from docs/reference/openapi.json; not to be edited.

/** A row that was not stored, and why. */
export interface Rejection {
  /** Position in the request, from 0. */
  row: number;
  code: string;
  message: string;
}

/** What became of the rows of a request. */
export interface IngestResult {
  accepted: number;
  duplicates: number;
  rejected: Rejection[];
}

export interface CauseColumns {
  column: string;
  metric: string;
  value: number;
  text: string;
}

export interface CauseSlices {
  slice: string;
  metric: string;
  value: number;
  n: number;
}

/** What is most likely behind an alert. */
export interface Cause {
  /** One sentence. */
  summary: string;
  kind: 'data_quality' | 'input_drift' | 'prediction_drift' | 'concept' | 'service' | 'unknown';
  columns: CauseColumns[];
  slices: CauseSlices[];
  /** Set where the trouble with the data breaks nothing declared: the reference only never had such values. */
  inferred: boolean;
}

export interface AlertConditions {
  metric: string;
  column: string;
  slice: string;
  value: number | null;
  threshold: number | null;
  verdict: 'breach' | 'clear' | 'between' | 'no_data' | 'error';
  why: string;
}

export interface AlertMuted {
  by: 'silence' | 'inhibition' | 'maintenance' | 'hours' | 'grace';
  /** Id of the silence, id of the alert that inhibits, or name of what mutes. */
  ref: string;
  text: string;
  until: string | null;
}

/** Something is wrong with a model, or was. */
export interface Alert {
  id: string;
  model: string;
  rule: string;
  state: 'pending' | 'firing' | 'recovering' | 'resolved';
  /** Whether the last window had no or too few data. */
  noData: boolean;
  severity: 'critical' | 'warning' | 'info';
  labels: Record<string, string>;
  metric: string;
  column: string;
  slice: string;
  version: string;
  value: number | null;
  threshold: number | null;
  lower: number | null;
  upper: number | null;
  /** Rows behind the value. */
  n: number;
  /** Share of the predictions that had a label when it was measured. */
  coverage: number | null;
  reference: number | null;
  /** How the newest window was judged, in words. */
  why: string;
  /** Of a rule made of several conditions, what each said of the window; else empty. */
  conditions: AlertConditions[];
  /** provisional: labels still come; confirmed: they are in; revised: late ones have moved the value since. */
  certainty: 'provisional' | 'confirmed' | 'revised';
  /** Estimated cost of the window, where the model has a price of its mistakes. */
  cost: number | null;
  windowStart: string;
  windowEnd: string;
  summary: string;
  cause: Cause | null;
  runbook: string | null;
  /** When the first window over the threshold was evaluated. */
  activeAt: string;
  firedAt: string | null;
  resolvedAt: string | null;
  acknowledgedBy: string | null;
  acknowledgedAt: string | null;
  /** When it counts as not acknowledged again; null: not by itself. */
  acknowledgedUntil: string | null;
  assignee: string | null;
  /** What people said of it afterwards. */
  verdict: 'useful' | 'noise' | 'expected' | 'duplicate' | null;
  /** Whether it comes and goes, so that its changes are held back. */
  flapping: boolean;
  /** Why nobody is told of it now. */
  muted: AlertMuted | null;
}

/** The data of a run. */
export interface DatasetInfo {
  /** SHA-256 that tells the rows from every other dataset; GET /datasets/{hash} is its record. */
  hash: string;
  start: string;
  holdoutStart: string;
  end: string;
  trainRows: number;
  holdoutRows: number;
}

export interface GateResultTables {
  title: string;
  columns: string[];
  rows: (unknown | null)[][];
}

/** One comparison of challenger and champion. */
export interface GateResult {
  type: string;
  /** What people call it, or what it judges; unique within a run. */
  name: string;
  metric: string;
  verdict: 'pass' | 'fail' | 'inconclusive';
  /** A stable word, such as above_margin or too_few_rows. */
  reason: string;
  /** The same in a sentence, with the numbers. */
  statement: string;
  champion: number | null;
  challenger: number | null;
  /** Challenger minus champion. */
  difference: number | null;
  /** Of the difference; of a threshold, of the value. */
  lower: number | null;
  upper: number | null;
  better: 'higher' | 'lower' | null;
  /** superiority, non_inferiority or equivalence. */
  form: string | null;
  /** In the unit of the metric. */
  margin: number | null;
  confidence: number | null;
  /** How it was computed, such as "bootstrap of 7 days, 2000 draws". */
  test: string | null;
  /** One-sided, of the hypothesis that it does not hold what is asked. */
  pValue: number | null;
  /** The number that the value is held against. */
  limit: number | null;
  n: number;
  tables: GateResultTables[];
}

export interface RunAsked {
  trigger: string;
  reason: string;
  at: string;
}

export interface RunPassedOver {
  code: string;
  reason: string;
}

export interface RunExecutions {
  /** Its key at the executor too: the same key never begins a second training. */
  id: string;
  /** From 0, in the order in which they were planned. */
  trial: number;
  /** Of a successive halving, from 0. */
  rung: number;
  /** Kind of executor. */
  executor: string;
  state:
    | 'queued'
    | 'running'
    | 'paused'
    | 'cancelling'
    | 'succeeded'
    | 'failed'
    | 'cancelled'
    | 'timed_out'
    | 'skipped'
    | 'unknown';
  /** What the executor itself calls the state. */
  native: string | null;
  /** Why it ended, waits or is unknown. */
  reason: string | null;
  /** Its name at the executor. */
  nativeId: string | null;
  /** Where a person can look at it. */
  url: string | null;
  /** What the trainer was given. */
  params: Record<string, unknown>;
  /** What the trainer reported of its own rows. */
  metrics: Record<string, number | null>;
  /** Share done, 0 to 1, as the trainer reports it. */
  progress: number | null;
  /** What the trainer says that it is doing. */
  message: string | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

export interface RunError {
  code: string;
  detail: string;
}

/** A retraining run. */
export interface Run {
  id: string;
  model: string;
  state:
    | 'suggested'
    | 'queued'
    | 'preparing'
    | 'training'
    | 'evaluating'
    | 'awaiting_approval'
    | 'promoted'
    | 'rejected'
    | 'vetoed'
    | 'failed'
    | 'cancelled';
  /** What started it: hand, api, alert:RULE, schedule, or the name of a trigger. */
  trigger: string;
  reason: string;
  /** Every occasion that asked for it, where there were more: a suggestion is asked for again. */
  asked: RunAsked[];
  /** What would have held it back had a person not begun it. */
  passedOver: RunPassedOver[];
  alert: string | null;
  champion: string | null;
  challenger: string | null;
  dataset: DatasetInfo | null;
  /** Of the training that counts. */
  params: Record<string, unknown>;
  executions: RunExecutions[];
  gates: GateResult[];
  /** Whether there was no champion to compare with: its version is the first to serve. */
  firstPromotion: boolean;
  /** What was decided, by whom and why. */
  decision: string | null;
  /** Who decided on its challenger; null where nobody has. */
  decidedBy: string | null;
  /** What they said about it. */
  comment: string | null;
  error: RunError | null;
  /** Last lines that the trainer wrote. */
  log: string;
  createdAt: string;
  /** When it was started; null of what was only suggested, or vetoed. */
  begunAt: string | null;
  updatedAt: string;
  /** Until when a person may start it or decide. */
  expiresAt: string | null;
  endedAt: string | null;
}

export interface VersionInfoArtifact {
  hash: string;
  bytes: number;
  format: string;
  /** When its file was deleted, since nothing needed it. */
  deletedAt: string | null;
}

export interface VersionInfoServed {
  from: string;
  to: string | null;
  /** rollback: it was rolled back from. null: it serves, or it was not written down. */
  endedBy: 'promote' | 'rollback' | null;
}

export interface VersionInfoLinks {
  kind: 'mlflow' | 'wandb';
  /** Its name there. */
  reference: string;
  /** Where a person can look at it. */
  url: string | null;
  at: string;
}

/** A version of a model. */
export interface VersionInfo {
  model: string;
  version: string;
  aliases: string[];
  createdAt: string;
  createdBy: string;
  run: string | null;
  /** Champion at the time it was made. */
  parent: string | null;
  dataset: DatasetInfo | null;
  metrics: Record<string, number | null>;
  params: Record<string, unknown>;
  artifact: VersionInfoArtifact;
  served: VersionInfoServed[];
  description: string;
  tags: Record<string, string>;
  stage: 'none' | 'staging' | 'production' | 'archived';
  /** Commit of the code that trained it. */
  codeCommit: string | null;
  /** Where its data are, in the words of whoever registered it. */
  datasetReference: string | null;
  /** What it was trained with, such as python: 3.12. */
  environment: Record<string, string>;
  links: VersionInfoLinks[];
}

export interface ModelSummaryPredictionsPerDay {
  day: string;
  rows: number;
}

export interface ModelSummaryHeadline {
  metric: string;
  value: number | null;
  reference: number | null;
}

/** How a model is. */
export interface ModelSummary {
  name: string;
  task: 'binary' | 'multiclass' | 'regression';
  owner: string | null;
  description: string | null;
  champion: string | null;
  health: 'ok' | 'warning' | 'critical' | 'no_data';
  firing: number;
  lastPrediction: string | null;
  lastWindow: string | null;
  predictionsPerDay: ModelSummaryPredictionsPerDay[];
  headline: ModelSummaryHeadline | null;
}

/** One number about one closed window. */
export interface Measurement {
  model: string;
  monitor: string;
  /** Such as roc_auc, drift.psi, drift.share, quality.missing_share, service.latency_p95. */
  metric: string;
  /** Column it is about; empty for the whole. */
  column: string;
  /** Such as "origin=ATL"; empty for all rows. */
  slice: string;
  /** Version that predicted; empty for all. */
  version: string;
  windowStart: string;
  windowEnd: string;
  /** 0 for the first; each later one has seen more labels. */
  revision: number;
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Rows behind it. */
  n: number;
  /** Share of the predictions that had a label; null where labels play no part. */
  coverage: number | null;
  /** The same number about the reference. */
  reference: number | null;
  threshold: number | null;
  status: 'ok' | 'insufficient' | 'no_data' | 'error';
  /** Why there is no value, or how a verdict was reached; may be empty. */
  reason: string;
  /** What a chart or a message needs besides, such as the worst values. */
  detail: Record<string, unknown>;
  computedAt: string;
}
