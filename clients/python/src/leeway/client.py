"""A Leeway server, as a prediction service sees it."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import Any, Callable, Iterable, List, Mapping, Optional, Union, cast
from urllib.parse import quote, urlencode

from .environment import Environment
from .errors import LeewayClientError
from .recorder import Recorder
from .resources import Alert, IngestResult, Measurement, ModelSummary, Run, VersionInfo
from .retry import RetryPolicy, decide_retry
from .rows import add_results, encode, portions_of, records_of, send_lines
from .transport import Answer, Call, Transport

Row = Mapping[str, Any]
# A pandas DataFrame is taken too; it is Any to the type checker.
Rows = Union[Row, Iterable[Row]]


@dataclass(frozen=True)
class Inference:
    """What the model said of each row."""

    predictions: List[Union[str, float]]
    # Probabilities of the positive class; None for tasks that have none.
    scores: Optional[List[float]]
    # The version that answered.
    version: str
    # With it the server's log has the request; the id of a row that came without one begins with it.
    request_id: str


class Leeway:
    """Sends predictions and labels, asks the gateway, and reads what is known of models. One may be used by many threads.

    `url` and `token` come from LEEWAY_URL and LEEWAY_TOKEN if not given; a token of role `service` sends and infers, one of
    role `viewer` reads. `timeout` is in seconds, of one attempt; `attempts` says how often a request is made at most before
    it fails, but questions to the gateway are asked once.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        token: Optional[str] = None,
        *,
        timeout: float = 10.0,
        attempts: int = 4,
        gzip: bool = True,
        ssl_context: Optional[ssl.SSLContext] = None,
        environment: Environment = Environment(),
    ) -> None:
        if not timeout > 0:
            raise LeewayClientError("bad_option", f"timeout: expected seconds above 0, got {timeout}")
        if not attempts >= 1:
            raise LeewayClientError("bad_option", f"attempts: expected a number of at least 1, got {attempts}")
        self._attempts = attempts
        self._environment = environment
        self._transport = Transport(
            os.environ.get("LEEWAY_URL") or "http://127.0.0.1:7373" if url is None else url,
            os.environ.get("LEEWAY_TOKEN") or None if token is None else token,
            timeout=timeout,
            gzip=gzip,
            ssl_context=ssl_context,
            environment=environment,
        )

    def predictions(self, model: str, rows: Rows) -> IngestResult:
        """Stores predictions and returns when they are durable.

        Rows that the server refuses are named in the result; the others are stored. If it raises LeewayClientError, some of
        many rows may be stored already: send all again, an id is stored once.
        """
        return self._send(model, "predictions", rows)

    def labels(self, model: str, rows: Rows) -> IngestResult:
        """Stores labels, as `predictions` does; the last label of an id counts, and None withdraws it."""
        return self._send(model, "labels", rows)

    def feedback(self, model: str, rows: Rows) -> IngestResult:
        """Stores what people say of predictions: `id`, and `rating`, `correction`, `comment` or `answers`."""
        return self._send(model, "feedback", rows)

    def feedback_link(self, model: str, id: str) -> str:
        """A link to the form that asks a person about a prediction; anybody who has it may answer."""
        body = encode({"ids": [id]}, "the id").encode()
        answer = self._request(Call("POST", f"/api/v1/models/{_quote(model)}/feedback-links", body), self._attempts)
        links = answer.data.get("links") if isinstance(answer.data, dict) else None
        if not links:
            raise LeewayClientError("bad_answer", "expected a link", status=200)
        return cast(str, links[0]["url"])

    def recorder(
        self,
        model: str,
        *,
        max_rows: int = 1_000,
        max_wait: float = 1.0,
        max_queued_rows: int = 100_000,
        id_column: str = "id",
        time_column: str = "time",
        on_error: Optional[Callable[[LeewayClientError, int], object]] = None,
    ) -> Recorder:
        """Collects predictions of a model and sends them in the background; to be made once and kept. See Recorder."""
        return Recorder(
            model,
            self._transport.request,
            self._environment,
            max_rows=max_rows,
            max_wait=max_wait,
            max_queued_rows=max_queued_rows,
            id_column=id_column,
            time_column=time_column,
            on_error=on_error,
        )

    def infer(
        self, model: str, rows: Rows, *, version: Optional[str] = None, attempts: int = 1
    ) -> Inference:
        """Asks the gateway what the model says of rows, through the Open Inference Protocol; `version` asks that one."""
        pinned = "" if version is None else f"/versions/{_quote(version)}"
        path = f"/v2/models/{_quote(model)}{pinned}/infer"
        body = encode({"inputs": _tensors(list(records_of(rows)))}, "the rows").encode()
        answer = self._request(Call("POST", path, body), attempts)
        given = answer.data if isinstance(answer.data, dict) else {}
        outputs = {output["name"]: output["data"] for output in given.get("outputs", [])}
        if "prediction" not in outputs:
            raise LeewayClientError("bad_answer", 'expected an output "prediction"', status=200)
        return Inference(
            outputs["prediction"],
            outputs.get("score"),
            given.get("model_version", ""),
            answer.headers.get("x-request-id", ""),
        )

    def invoke(self, model: str, rows: Rows, *, attempts: int = 1) -> Inference:
        """Asks the same through MLflow's scoring route."""
        body = encode({"dataframe_records": list(records_of(rows)), "params": {"proba": True}}, "the rows").encode()
        answer = self._request(Call("POST", f"/models/{_quote(model)}/invocations", body), attempts)
        given = answer.data.get("predictions") if isinstance(answer.data, dict) else None
        if not isinstance(given, list):
            raise LeewayClientError("bad_answer", 'expected "predictions", a list', status=200)
        scores = [entry["score"] for entry in given]
        return Inference(
            [entry["prediction"] for entry in given],
            None if None in scores else scores,
            answer.headers.get("x-model-version", ""),
            answer.headers.get("x-request-id", ""),
        )

    def models(self) -> List[ModelSummary]:
        return cast(List[ModelSummary], self._get("/models")["models"])

    def versions(self, model: str) -> List[VersionInfo]:
        return cast(List[VersionInfo], self._get(f"/models/{_quote(model)}/versions")["versions"])

    def measurements(
        self,
        model: str,
        *,
        metric: Optional[str] = None,
        monitor: Optional[str] = None,
        column: Optional[str] = None,
        slice: Optional[str] = None,
        version: Optional[str] = None,
        start: Optional[str] = None,
        end: Optional[str] = None,
    ) -> List[Measurement]:
        """Measurements of a year, latest revisions; `column`, `slice` and `version` take "*" for any."""
        found = self._get(
            f"/models/{_quote(model)}/measurements",
            metric=metric,
            monitor=monitor,
            column=column,
            slice=slice,
            version=version,
            **{"from": start, "to": end},
        )
        return cast(List[Measurement], found["measurements"])

    def alerts(self, *, model: Optional[str] = None, state: Optional[str] = None) -> List[Alert]:
        return cast(List[Alert], self._get("/alerts", model=model, state=state)["alerts"])

    def runs(self, *, model: Optional[str] = None) -> List[Run]:
        return cast(List[Run], self._get("/runs", model=model)["runs"])

    def close(self) -> None:
        """Closes the connection of this thread; the next request opens another."""
        self._transport.close()

    def _send(self, model: str, kind: str, rows: Rows) -> IngestResult:
        sent = 0
        result: IngestResult = {"accepted": 0, "duplicates": 0, "rejected": []}
        for lines in portions_of(records_of(rows)):
            part = send_lines(lambda call: self._request(call, self._attempts), model, kind, lines)
            result = add_results(result, part, sent)
            sent += len(lines)
        return result

    def _get(self, path: str, **query: Optional[str]) -> Any:
        search = urlencode({name: value for name, value in query.items() if value is not None})
        return self._request(Call("GET", f"/api/v1{path}{'?' if search else ''}{search}"), self._attempts).data

    def _request(self, call: Call, attempts: int) -> Answer:
        policy = RetryPolicy(attempts, base=0.25, most=10.0, most_retry_after=30.0)
        attempt = 1
        while True:
            try:
                return self._transport.request(call)
            except LeewayClientError as error:
                wait = decide_retry(error, attempt, policy, self._environment.chance())
                if wait is None:
                    raise
            self._environment.sleep(wait, None)
            attempt += 1


def _quote(name: str) -> str:
    return quote(name, safe="")


def _tensors(rows: List[Row]) -> List[Any]:
    """Rows as the tensors of the Open Inference Protocol: one input a column, a missing value as null."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [_tensor(name, [row.get(name) for row in rows]) for name in names]


def _tensor(name: str, data: List[Any]) -> Any:
    first: Any = next((value for value in data if value is not None), None)
    if isinstance(first, (list, tuple)) or type(first).__name__ == "ndarray":
        # A vector that is missing is one of nulls: a tensor has the same width in every row.
        vectors = [[None] * len(first) if value is None else value for value in data]
        return {"name": name, "shape": [len(data), len(first)], "datatype": "FP32", "data": vectors}
    datatype = "BYTES" if isinstance(first, str) else "BOOL" if type(first).__name__ in ("bool", "bool_") else "FP64"
    return {"name": name, "shape": [len(data)], "datatype": datatype, "data": data}
