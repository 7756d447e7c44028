"""Rows on their way to the server."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Sequence, cast
from urllib.parse import quote
from uuid import UUID

from .errors import LeewayClientError
from .resources import IngestResult
from .transport import Answer, Call

# A request holds at most so many rows and characters, well below what a server takes by default.
_MOST_ROWS = 10_000
_MOST_CHARACTERS = 8_388_608

Request = Callable[[Call], Answer]


def encode(value: Any, what: str) -> str:
    """A value as JSON. NaN and infinities become null; numpy's and pandas' values what they stand for.

    Raises LeewayClientError `bad_row`, which names the value by `what`.
    """
    try:
        try:
            return _ENCODER.encode(value)
        except ValueError:
            return json.dumps(_finite(value), allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as cause:
        raise LeewayClientError("bad_row", f"{what}: {cause}") from cause


def _plain(value: Any) -> Any:
    kind = type(value).__name__
    if kind in ("NAType", "NaTType"):
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone; write datetime.now(timezone.utc), or .replace(tzinfo=...)")
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    if kind == "datetime64":  # numpy's, which is in UTC
        text = str(value.astype("datetime64[ms]"))
        return None if text == "NaT" else f"{text}Z"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    for method in ("item", "tolist"):  # numpy's scalars and arrays
        if hasattr(value, method):
            try:
                return getattr(value, method)()
            except ValueError:
                continue
    raise TypeError(f"a value of type {kind} cannot be sent: {value!r:.60}")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if value is None or isinstance(value, (str, int)):
        return value
    return _finite(_plain(value))


_ENCODER = json.JSONEncoder(allow_nan=False, default=_plain, separators=(",", ":"))


def records_of(rows: Any) -> Iterable[Any]:
    """Rows given as an iterable of mappings, as a single one, or as a pandas DataFrame."""
    if isinstance(rows, Mapping):
        return [rows]
    if hasattr(rows, "to_dict"):
        records: List[Dict[str, Any]] = rows.to_dict("records")
        return records
    given: Iterable[Any] = rows
    return given


def portions_of(rows: Iterable[Any]) -> Iterator[List[str]]:
    """Lines in the portions in which they are sent."""
    lines: List[str] = []
    characters = 0
    for position, row in enumerate(rows):
        line = encode(row, f"row {position}")
        if lines and (len(lines) >= _MOST_ROWS or characters + len(line) > _MOST_CHARACTERS):
            yield lines
            lines, characters = [], 0
        lines.append(line)
        characters += len(line)
    if lines:
        yield lines


def send_lines(request: Request, model: str, kind: str, lines: Sequence[str]) -> IngestResult:
    """Sends lines in one request; where the server finds it too large, in two of half the rows, and so on."""
    path = f"/api/v1/models/{quote(model, safe='')}/{kind}"
    body = "\n".join(lines).encode()
    try:
        answer = request(Call("POST", path, body, "application/x-ndjson", may_zip=True))
    except LeewayClientError as error:
        if error.status != 413 or len(lines) == 1:
            raise
    else:
        return _read_result(answer.data)
    half = (len(lines) + 1) // 2
    first = send_lines(request, model, kind, lines[:half])
    return add_results(first, send_lines(request, model, kind, lines[half:]), half)


def _read_result(data: Any) -> IngestResult:
    if isinstance(data, dict) and isinstance(data.get("accepted"), int) and isinstance(data.get("rejected"), list):
        return cast(IngestResult, data)
    raise LeewayClientError("bad_answer", f"expected how many rows were stored, got {str(data)[:60]}", status=200)


def add_results(first: IngestResult, second: IngestResult, offset: int) -> IngestResult:
    """Results of rows that were sent one part after the other; `offset` is where the second part begins."""
    moved = [
        {"row": entry["row"] + offset, "code": entry["code"], "message": entry["message"]}
        for entry in second["rejected"]
    ]
    return {
        "accepted": first["accepted"] + second["accepted"],
        "duplicates": first["duplicates"] + second["duplicates"],
        "rejected": [*first["rejected"], *moved],  # type: ignore[list-item]
    }
