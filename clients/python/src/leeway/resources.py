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

    # SHA-256 of the training and the held-out file together.
    hash: str
    start: str
    holdoutStart: str
    end: str
    trainRows: int
    holdoutRows: int


class GateResult(TypedDict):
    """One comparison of challenger and champion."""

    type: str
    metric: str
    verdict: Literal["pass", "fail", "inconclusive"]
    reason: str
    champion: Optional[float]
    challenger: Optional[float]
    difference: Optional[float]
    lower: Optional[float]
    upper: Optional[float]
    n: int


class RunError(TypedDict):
    code: str
    detail: str


class Run(TypedDict):
    """A retraining run."""

    id: str
    model: str
    state: Literal["queued", "preparing", "training", "evaluating", "awaiting_approval", "promoted", "rejected", "vetoed", "failed", "cancelled"]
    # What started it: alert:RULE, schedule, hand.
    trigger: str
    reason: str
    alert: Optional[str]
    champion: Optional[str]
    challenger: Optional[str]
    dataset: Optional[DatasetInfo]
    gates: List[GateResult]
    # What was decided, by whom and why.
    decision: Optional[str]
    error: Optional[RunError]
    # Last lines that the trainer wrote.
    log: str
    createdAt: str
    updatedAt: str
    endedAt: Optional[str]


class VersionInfoArtifact(TypedDict):
    hash: str
    bytes: int
    format: str


VersionInfoServed = TypedDict("VersionInfoServed", {"from": str, "to": Optional[str]})


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
