"""Parquet files as tables, and back; with pyarrow, and pandas where it is installed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional

from ..errors import LeewayClientError
from .features import OWN_COLUMNS, Feature


def load_table(path: Path, features: Mapping[str, Feature]) -> Any:
    """A pandas DataFrame, or a pyarrow table where there is no pandas.

    Features are as a served model gets them: numbers and booleans in single precision, NaN where they are missing;
    strings, empty where they are missing.
    """
    arrow = need("pyarrow", "to read Parquet")
    compute = need("pyarrow.compute", "to read Parquet")
    parquet = need("pyarrow.parquet", "to read Parquet")
    table = parquet.read_table(path)
    for index, name in enumerate(table.column_names):
        feature = features.get(name)
        if feature is None or not (feature.is_number or feature.is_string):
            continue
        column = table.column(index)
        if arrow.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if feature.is_number:
            column = compute.fill_null(column.cast(arrow.float32()), math.nan)
        else:
            column = compute.fill_null(column.cast(arrow.string()), "")
        table = table.set_column(index, name, column)
    try:
        import pandas  # noqa: F401
    except ImportError:
        return table
    frame = table.to_pandas()
    # As objects, which every version of scikit-learn and its converters takes.
    strings = [name for name, feature in features.items() if feature.is_string and name in frame]
    return frame.astype({name: object for name in strings})


def features_of_file(path: Path) -> Dict[str, Feature]:
    """Features as the columns of a file suggest them, for a training without Leeway."""
    arrow = need("pyarrow", "to read Parquet")
    parquet = need("pyarrow.parquet", "to read Parquet")

    def type_of(column: Any) -> str:
        kind = column.value_type if arrow.types.is_dictionary(column) else column
        if arrow.types.is_boolean(kind):
            return "boolean"
        if arrow.types.is_list(kind) or arrow.types.is_fixed_size_list(kind) or arrow.types.is_large_list(kind):
            return "vector"
        return "numeric" if arrow.types.is_integer(kind) or arrow.types.is_floating(kind) else "categorical"

    return {
        field.name: Feature(field.name, type_of(field.type))
        for field in parquet.read_schema(path)
        if field.name not in OWN_COLUMNS
    }


def write_predictions(
    path: Path,
    ids: Iterable[Any],
    predictions: Iterable[Any],
    scores: Optional[Any],
    task: Optional[str],
) -> None:
    arrow = need("pyarrow", "to write Parquet")
    parquet = need("pyarrow.parquet", "to write Parquet")
    said = [_plain(value) for value in predictions]
    numbers = task == "regression" or (task is None and all(isinstance(value, (int, float)) for value in said))
    columns: Dict[str, Any] = {
        "id": arrow.array([str(_plain(value)) for value in ids], arrow.string()),
        "prediction": arrow.array([float(value) for value in said], arrow.float64())
        if numbers
        else arrow.array([class_name(value) for value in said], arrow.string()),
    }
    for name, values in _score_columns(scores).items():
        columns[name] = arrow.array([float(_plain(value)) for value in values], arrow.float64())
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{length} of {name}" for name, length in lengths.items())
        raise LeewayClientError("bad_model", f"predictions: expected as many of each, got {told}")
    parquet.write_table(arrow.table(columns), path)


def _score_columns(scores: Optional[Any]) -> Dict[str, List[Any]]:
    if scores is None:
        return {}
    if isinstance(scores, Mapping):
        return {str(name): list(values) for name, values in scores.items()}
    return {"score": list(scores)}


def _plain(value: Any) -> Any:
    """A number of numpy as one of Python."""
    return value.item() if hasattr(value, "item") else value


def class_name(value: Any) -> str:
    """A class as Leeway calls it."""
    plain = _plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return str(plain)


def need(module: str, why: str) -> Any:
    """A module that the standard library lacks. Raises LeewayClientError `missing_package`."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as cause:
        package = module.split(".")[0]
        raise LeewayClientError("missing_package", f"{package} is needed {why}: pip install {package}") from cause
