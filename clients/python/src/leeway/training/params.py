"""Parameters of a training."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional

from ..errors import LeewayClientError


class Params(Mapping[str, Any]):
    """`retrain.params` of the model, and of a search for parameters those of this trial.

    A mapping, and besides `number`, `integer`, `text` and `flag`: each gives the value, or the default where it is not
    given, and raises LeewayClientError `bad_param` where it is of another kind, or absent without a default.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def number(self, name: str, default: Optional[float] = None) -> float:
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(name, "a number", value)
        return float(value)

    def integer(self, name: str, default: Optional[int] = None) -> int:
        value = self._value(name, default)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(name, "a whole number", value)
        return value

    def text(self, name: str, default: Optional[str] = None) -> str:
        value = self._value(name, default)
        if not isinstance(value, str):
            raise _wrong(name, "a text", value)
        return value

    def flag(self, name: str, default: Optional[bool] = None) -> bool:
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise _wrong(name, "true or false", value)
        return value

    def _value(self, name: str, default: Any) -> Any:
        value = self._values.get(name)
        if value is not None:
            return value
        if default is None:
            known = ", ".join(self._values) or "none"
            raise LeewayClientError("bad_param", f"{name} is not given and has no default; given are: {known}")
        return default

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Params({self._values!r})"


def _wrong(name: str, expected: str, value: Any) -> LeewayClientError:
    return LeewayClientError("bad_param", f"{name}: expected {expected}, got {value!r:.60}")
