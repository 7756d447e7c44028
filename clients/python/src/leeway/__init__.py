"""Python client of Leeway: for prediction services `Leeway`, for code that trains `run`."""

from .client import Inference, Leeway
from .errors import LeewayClientError
from .recorder import Recorder, RecorderCounts
from .resources import Alert, IngestResult, Measurement, ModelSummary, Rejection, Run, VersionInfo
from .training import Cancelled, Feature, Params, run
from .training import Run as TrainingRun

__all__ = [
    "Alert",
    "Cancelled",
    "Feature",
    "Inference",
    "IngestResult",
    "Leeway",
    "LeewayClientError",
    "Measurement",
    "ModelSummary",
    "Params",
    "Recorder",
    "RecorderCounts",
    "Rejection",
    "Run",
    "TrainingRun",
    "VersionInfo",
    "run",
]
