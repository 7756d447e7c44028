"""Python client of Leeway for prediction services: sends predictions and labels, and asks the gateway."""

from .client import Inference, Leeway
from .errors import LeewayClientError
from .recorder import Recorder, RecorderCounts
from .resources import Alert, IngestResult, Measurement, ModelSummary, Rejection, Run, VersionInfo

__all__ = [
    "Alert",
    "Inference",
    "IngestResult",
    "Leeway",
    "LeewayClientError",
    "Measurement",
    "ModelSummary",
    "Recorder",
    "RecorderCounts",
    "Rejection",
    "Run",
    "VersionInfo",
]
