"""The training contract: what Leeway hands to a trainer, as environment variables or as parameters of an orchestrator's run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Union

from ..errors import LeewayClientError

# What `run()` takes: the parameters of an orchestrator's run, as a mapping or as JSON; names that are not of the contract
# are passed over, and so is all that is empty.
Given = Union[Mapping[str, Any], str, None]

_PREFIX = "LEEWAY_"


@dataclass(frozen=True)
class Contract:
    """The variables of the contract; what was not given is the empty text."""

    run_id: str
    training: str
    model: str
    reason: str
    trial: int
    params: Dict[str, Any]
    # Paths; of a remote trainer they are empty, and it fetches its data from `url` with `token`.
    train_data: str
    holdout_data: str
    schema: str
    champion: str
    champion_version: str
    output: str
    url: str
    token: str

    @property
    def is_local(self) -> bool:
        """Whether data and output are files of this machine."""
        return self.output != ""

    @property
    def can_report(self) -> bool:
        return "" not in (self.training, self.url, self.token)


def read_contract(given: Given, environ: Mapping[str, str]) -> Contract:
    """The contract as given, and where that says nothing, as the environment says.

    Raises LeewayClientError `no_run` where neither tells enough to train.
    """
    values = {name: value for name, value in environ.items() if name.startswith(_PREFIX) and value}
    # All of them in one, from orchestrators that take only parameters which were declared.
    values.update(_values_of(environ.get("LEEWAY")))
    values.update(_values_of(given))
    contract = Contract(
        run_id=values.get("LEEWAY_RUN_ID", ""),
        training=values.get("LEEWAY_TRAINING", ""),
        model=values.get("LEEWAY_MODEL", ""),
        reason=values.get("LEEWAY_REASON", ""),
        trial=_trial(values.get("LEEWAY_TRIAL", "0")),
        params=_params(values.get("LEEWAY_PARAMS", "{}")),
        train_data=values.get("LEEWAY_TRAIN_DATA", ""),
        holdout_data=values.get("LEEWAY_HOLDOUT_DATA", ""),
        schema=values.get("LEEWAY_SCHEMA", ""),
        champion=values.get("LEEWAY_CHAMPION", ""),
        champion_version=values.get("LEEWAY_CHAMPION_VERSION", ""),
        output=values.get("LEEWAY_OUTPUT", ""),
        url=values.get("LEEWAY_URL", ""),
        token=values.get("LEEWAY_TOKEN", ""),
    )
    needed = (
        {"LEEWAY_TRAIN_DATA": contract.train_data}
        if contract.is_local
        else {"LEEWAY_TRAINING": contract.training, "LEEWAY_URL": contract.url, "LEEWAY_TOKEN": contract.token}
    )
    missing = [name for name, value in needed.items() if not value]
    if missing:
        kind = "LEEWAY_OUTPUT is set" if contract.is_local else "LEEWAY_OUTPUT is not set, so the data come over HTTP"
        raise LeewayClientError("no_run", f"{kind}, but {' and '.join(missing)} {_are(missing)} missing")
    return contract


def _are(names: Any) -> str:
    return "is" if len(names) == 1 else "are"


def _values_of(given: Given) -> Dict[str, str]:
    if given is None or given == "":
        return {}
    mapping: Any = given
    if isinstance(given, str):
        try:
            mapping = json.loads(given)
        except ValueError as cause:
            raise LeewayClientError("no_run", f"expected the run's parameters as JSON, got {given[:40]!r}") from cause
    if not isinstance(mapping, Mapping):
        raise LeewayClientError("no_run", f"expected the run's parameters by name, got {type(mapping).__name__}")
    if not any(str(name).startswith(_PREFIX) for name in mapping) and mapping.get("leeway"):
        return _values_of(mapping["leeway"])
    return {
        str(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in mapping.items()
        if str(name).startswith(_PREFIX) and value is not None and value != ""
    }


def _trial(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise LeewayClientError("no_run", f"LEEWAY_TRIAL: expected a whole number, got {text!r}") from None


def _params(text: str) -> Dict[str, Any]:
    try:
        params = json.loads(text)
    except ValueError:
        params = None
    if not isinstance(params, dict):
        raise LeewayClientError("no_run", f"LEEWAY_PARAMS: expected a JSON object, got {text[:40]!r}")
    return params
