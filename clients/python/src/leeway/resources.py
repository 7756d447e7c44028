# Made by scripts/generate-openapi.mjs from docs/reference/openapi.json; not to be edited.
"""Resources of Leeway's HTTP API, as it writes them. Times are ISO 8601 in UTC."""

from typing import Any, Dict, List, Literal, Optional, TypedDict


class Rejection(TypedDict):
    """A row that was not stored, and why."""

    # Position in the request, from 0.
    row: int
    code: str
    message: str


class IngestResult(TypedDict):
    """What became of the rows of a request."""

    accepted: int
    duplicates: int
    rejected: List[Rejection]


class CauseColumns(TypedDict):
    column: str
    metric: str
    value: float
    text: str


class CauseSlices(TypedDict):
    slice: str
    metric: str
    value: float
    n: int


class Cause(TypedDict):
    """What is most likely behind an alert."""

    # One sentence.
    summary: str
    kind: Literal["data_quality", "input_drift", "prediction_drift", "concept", "service", "unknown"]
    columns: List[CauseColumns]
    slices: List[CauseSlices]
    # Set where the trouble with the data breaks nothing declared: the reference only never had such values.
    inferred: bool


class AlertConditions(TypedDict):
    metric: str
    column: str
    slice: str
    value: Optional[float]
    threshold: Optional[float]
    verdict: Literal["breach", "clear", "between", "no_data", "error"]
    why: str


class AlertMuted(TypedDict):
    by: Literal["silence", "inhibition", "maintenance", "hours", "grace"]
    # Id of the silence, id of the alert that inhibits, or name of what mutes.
    ref: str
    text: str
    until: Optional[str]


class Alert(TypedDict):
    """Something is wrong with a model, or was."""

    id: str
    model: str
    rule: str
    state: Literal["pending", "firing", "recovering", "resolved"]
    # Whether the last window had no or too few data.
    noData: bool
    severity: Literal["critical", "warning", "info"]
    labels: Dict[str, str]
    metric: str
    column: str
    slice: str
    version: str
    value: Optional[float]
    threshold: Optional[float]
    lower: Optional[float]
    upper: Optional[float]
    # Rows behind the value.
    n: int
    # Share of the predictions that had a label when it was measured.
    coverage: Optional[float]
    reference: Optional[float]
    # How the newest window was judged, in words.
    why: str
    # Of a rule made of several conditions, what each said of the window; else empty.
    conditions: List[AlertConditions]
    # provisional: labels still come; confirmed: they are in; revised: late ones have moved the value since.
    certainty: Literal["provisional", "confirmed", "revised"]
    # Estimated cost of the window, where the model has a price of its mistakes.
    cost: Optional[float]
    windowStart: str
    windowEnd: str
    summary: str
    cause: Optional[Cause]
    runbook: Optional[str]
    # When the first window over the threshold was evaluated.
    activeAt: str
    firedAt: Optional[str]
    resolvedAt: Optional[str]
    acknowledgedBy: Optional[str]
    acknowledgedAt: Optional[str]
    # When it counts as not acknowledged again; null: not by itself.
    acknowledgedUntil: Optional[str]
    assignee: Optional[str]
    # What people said of it afterwards.
    verdict: Optional[Literal["useful", "noise", "expected", "duplicate"]]
    # Whether it comes and goes, so that its changes are held back.
    flapping: bool
    # Why nobody is told of it now.
    muted: Optional[AlertMuted]


class DatasetInfo(TypedDict):
    """The data of a run."""

    # SHA-256 that tells the rows from every other dataset; GET /datasets/{hash} is its record.
    hash: str
    start: str
    holdoutStart: str
    end: str
    trainRows: int
    holdoutRows: int


class GateResultTables(TypedDict):
    title: str
    columns: List[str]
    rows: List[List[Optional[Any]]]


class GateResult(TypedDict):
    """One comparison of challenger and champion."""

    type: str
    # What people call it, or what it judges; unique within a run.
    name: str
    metric: str
    verdict: Literal["pass", "fail", "inconclusive"]
    # A stable word, such as above_margin or too_few_rows.
    reason: str
    # The same in a sentence, with the numbers.
    statement: str
    champion: Optional[float]
    challenger: Optional[float]
    # Challenger minus champion.
    difference: Optional[float]
    # Of the difference; of a threshold, of the value.
    lower: Optional[float]
    upper: Optional[float]
    better: Optional[Literal["higher", "lower"]]
    # superiority, non_inferiority or equivalence.
    form: Optional[str]
    # In the unit of the metric.
    margin: Optional[float]
    confidence: Optional[float]
    # How it was computed, such as "bootstrap of 7 days, 2000 draws".
    test: Optional[str]
    # One-sided, of the hypothesis that it does not hold what is asked.
    pValue: Optional[float]
    # The number that the value is held against.
    limit: Optional[float]
    n: int
    tables: List[GateResultTables]


class RunAsked(TypedDict):
    trigger: str
    reason: str
    at: str


class RunPassedOver(TypedDict):
    code: str
    reason: str


class RunExecutions(TypedDict):
    # Its key at the executor too: the same key never begins a second training.
    id: str
    # From 0, in the order in which they were planned.
    trial: int
    # Of a successive halving, from 0.
    rung: int
    # Kind of executor.
    executor: str
    state: Literal["queued", "running", "paused", "cancelling", "succeeded", "failed", "cancelled", "timed_out", "skipped", "unknown"]
    # What the executor itself calls the state.
    native: Optional[str]
    # Why it ended, waits or is unknown.
    reason: Optional[str]
    # Its name at the executor.
    nativeId: Optional[str]
    # Where a person can look at it.
    url: Optional[str]
    # What the trainer was given.
    params: Dict[str, Any]
    # What the trainer reported of its own rows.
    metrics: Dict[str, Optional[float]]
    # Share done, 0 to 1, as the trainer reports it.
    progress: Optional[float]
    # What the trainer says that it is doing.
    message: Optional[str]
    createdAt: str
    startedAt: Optional[str]
    endedAt: Optional[str]


class RunError(TypedDict):
    code: str
    detail: str


class Run(TypedDict):
    """A retraining run."""

    id: str
    model: str
    state: Literal["suggested", "queued", "preparing", "training", "evaluating", "awaiting_approval", "promoted", "rejected", "vetoed", "failed", "cancelled"]
    # What started it: hand, api, alert:RULE, schedule, or the name of a trigger.
    trigger: str
    reason: str
    # Every occasion that asked for it, where there were more: a suggestion is asked for again.
    asked: List[RunAsked]
    # What would have held it back had a person not begun it.
    passedOver: List[RunPassedOver]
    alert: Optional[str]
    champion: Optional[str]
    challenger: Optional[str]
    dataset: Optional[DatasetInfo]
    # Of the training that counts.
    params: Dict[str, Any]
    executions: List[RunExecutions]
    gates: List[GateResult]
    # Whether there was no champion to compare with: its version is the first to serve.
    firstPromotion: bool
    # What was decided, by whom and why.
    decision: Optional[str]
    # Who decided on its challenger; null where nobody has.
    decidedBy: Optional[str]
    # What they said about it.
    comment: Optional[str]
    error: Optional[RunError]
    # Last lines that the trainer wrote.
    log: str
    createdAt: str
    # When it was started; null of what was only suggested, or vetoed.
    begunAt: Optional[str]
    updatedAt: str
    # Until when a person may start it or decide.
    expiresAt: Optional[str]
    endedAt: Optional[str]


class VersionInfoArtifact(TypedDict):
    hash: str
    bytes: int
    format: str
    # When its file was deleted, since nothing needed it.
    deletedAt: Optional[str]


VersionInfoServed = TypedDict("VersionInfoServed", {"from": str, "to": Optional[str], "endedBy": Optional[Literal["promote", "rollback"]]})


class VersionInfoLinks(TypedDict):
    kind: Literal["mlflow", "wandb"]
    # Its name there.
    reference: str
    # Where a person can look at it.
    url: Optional[str]
    at: str


class VersionInfo(TypedDict):
    """A version of a model."""

    model: str
    version: str
    aliases: List[str]
    createdAt: str
    createdBy: str
    run: Optional[str]
    # Champion at the time it was made.
    parent: Optional[str]
    dataset: Optional[DatasetInfo]
    metrics: Dict[str, Optional[float]]
    params: Dict[str, Any]
    artifact: VersionInfoArtifact
    served: List[VersionInfoServed]
    description: str
    tags: Dict[str, str]
    stage: Literal["none", "staging", "production", "archived"]
    # Commit of the code that trained it.
    codeCommit: Optional[str]
    # Where its data are, in the words of whoever registered it.
    datasetReference: Optional[str]
    # What it was trained with, such as python: 3.12.
    environment: Dict[str, str]
    links: List[VersionInfoLinks]


class ModelSummaryPredictionsPerDay(TypedDict):
    day: str
    rows: int


class ModelSummaryHeadline(TypedDict):
    metric: str
    value: Optional[float]
    reference: Optional[float]


class ModelSummary(TypedDict):
    """How a model is."""

    name: str
    task: Literal["binary", "multiclass", "regression"]
    owner: Optional[str]
    description: Optional[str]
    champion: Optional[str]
    health: Literal["ok", "warning", "critical", "no_data"]
    firing: int
    lastPrediction: Optional[str]
    lastWindow: Optional[str]
    predictionsPerDay: List[ModelSummaryPredictionsPerDay]
    headline: Optional[ModelSummaryHeadline]


class Measurement(TypedDict):
    """One number about one closed window."""

    model: str
    monitor: str
    # Such as roc_auc, drift.psi, drift.share, quality.missing_share, service.latency_p95.
    metric: str
    # Column it is about; empty for the whole.
    column: str
    # Such as "origin=ATL"; empty for all rows.
    slice: str
    # Version that predicted; empty for all.
    version: str
    windowStart: str
    windowEnd: str
    # 0 for the first; each later one has seen more labels.
    revision: int
    value: Optional[float]
    lower: Optional[float]
    upper: Optional[float]
    # Rows behind it.
    n: int
    # Share of the predictions that had a label; null where labels play no part.
    coverage: Optional[float]
    # The same number about the reference.
    reference: Optional[float]
    threshold: Optional[float]
    status: Literal["ok", "insufficient", "no_data", "error"]
    # Why there is no value, or how a verdict was reached; may be empty.
    reason: str
    # What a chart or a message needs besides, such as the worst values.
    detail: Dict[str, Any]
    computedAt: str
