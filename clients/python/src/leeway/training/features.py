"""Columns of the training data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional

# Columns of the data that are no features.
OWN_COLUMNS = ("id", "time", "label", "weight", "regime")


@dataclass(frozen=True)
class Feature:
    """A feature as the model's configuration declares it."""

    name: str
    # numeric, boolean, categorical, text or vector
    type: str
    # Numbers of a vector; None of what is no vector, or where it is not known.
    dimension: Optional[int] = None

    @property
    def is_number(self) -> bool:
        return self.type in ("numeric", "boolean")

    @property
    def is_string(self) -> bool:
        return self.type in ("categorical", "text")


def read_features(given: Mapping[str, Mapping[str, Any]]) -> Dict[str, Feature]:
    return {name: Feature(name, str(entry["type"]), entry.get("dimension")) for name, entry in given.items()}
