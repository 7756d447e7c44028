"""For code that trains: the data, parameters and champion of a run, and the way to tell what came of it."""

from .features import Feature
from .params import Params
from .run import Cancelled, Run, run

__all__ = ["Cancelled", "Feature", "Params", "Run", "run"]
