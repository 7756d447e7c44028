"""A training that Leeway asked for, as the code that trains sees it."""

from __future__ import annotations

import atexit
import json
import logging
import math
import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Type, Union
from urllib.parse import quote

from ..environment import Environment
from ..errors import LeewayClientError
from ..retry import RetryPolicy
from ..rows import encode
from ..transport import Call, Transport
from .contract import Contract, Given, read_contract
from .features import Feature, read_features
from .files import cache_folder, download, persist, upload
from .output import Output
from .params import Params
from .reporter import LineHandler, Reporter
from .surroundings import code_commit, libraries
from .tables import features_of_file, load_table

_logger = logging.getLogger("leeway")

_BEGIN = RetryPolicy(attempts=8, base=0.5, most=20.0, most_retry_after=120.0)
# The end is what the server waits for: worth trying for a quarter of an hour.
_END = RetryPolicy(attempts=40, base=1.0, most=30.0, most_retry_after=300.0)
# Of a failure it hears from the orchestrator too, and who is being ended has little time.
_FAILURE = RetryPolicy(attempts=4, base=0.5, most=5.0, most_retry_after=10.0)
# Seconds that the last lines and metrics may take.
_FLUSH = 10.0
_MOST_MESSAGE = 2_000


class Cancelled(SystemExit):
    """Raised in the main thread when the process is asked to end by SIGTERM."""


def run(
    params: Given = None,
    *,
    timeout: float = 60.0,
    send_logs: bool = True,
    environment: Environment = Environment(),
) -> Run:
    """The training that this program was started for.

    What Leeway handed over is read from environment variables, and from `params`: the parameters of the orchestrator's
    run, such as Airflow's `dag_run.conf`. To be used by `with`, at whose end the output is handed in; without it, call
    `finish()` or `fail()`. `timeout` is in seconds, of one request. Unless `send_logs` is off, what the program writes by
    Python's logging is kept with the run; where Leeway reads the program's output itself, that is so anyway.

    Raises LeewayClientError: `no_run` where nothing was handed over, and whatever the server says to a remote trainer.
    """
    return Run(read_contract(params, os.environ), timeout=timeout, send_logs=send_logs, environment=environment)


class Run:
    """Data, parameters and champion of a training, and the way to tell what came of it."""

    def __init__(self, contract: Contract, *, timeout: float, send_logs: bool, environment: Environment) -> None:
        self._contract = contract
        self._environment = environment
        self._pid = os.getpid()
        self._temporary: Optional[Path] = None
        self._metrics: Dict[str, float] = {}
        self._candidate: Optional[Dict[str, str]] = None
        self._over = False
        self._send_logs = send_logs
        self._handler: Optional[LineHandler] = None
        self._signal: Any = None
        self._transport: Optional[Transport] = None
        self._reporter: Optional[Reporter] = None
        if contract.can_report:
            transport = Transport(
                contract.url,
                contract.token,
                timeout=timeout,
                gzip=False,
                ssl_context=None,
                environment=environment,
            )
            self._transport = transport
            self._reporter = Reporter(self._send_progress, environment)
        about: Dict[str, Any] = {} if contract.is_local else self._get()
        schema = _read_json(contract.schema) if contract.is_local else about
        self._data: Dict[str, Any] = about.get("data") or {}
        self._champion: Optional[Dict[str, Any]] = about.get("champion")
        self._task: Optional[str] = schema.get("task")
        self._positive: Optional[str] = schema.get("positive") if self._task == "binary" else None
        self._label = str(schema.get("label") or "label")
        self._features: Optional[Dict[str, Feature]] = (
            read_features(schema["features"]) if schema.get("features") else None
        )
        self._params = Params(about["params"] if "params" in about else contract.params)
        self._reason = str(about.get("reason") or contract.reason or "started by hand")
        self._model = str(about.get("model") or contract.model)
        self._id = str(about.get("run") or contract.run_id)
        if contract.is_local:
            folder = Path(contract.output)
        else:
            folder = self._temporary = Path(tempfile.mkdtemp(prefix="leeway-output-"))
        self._output = Output(folder)
        atexit.register(self._at_exit)

    @property
    def id(self) -> str:
        """Id of the run; the trainings of one search for parameters share it."""
        return self._id

    @property
    def training(self) -> str:
        """Key of this training: worth a tag wherever the training is recorded, such as in MLflow."""
        return self._contract.training

    @property
    def model(self) -> str:
        """Name of the model in Leeway."""
        return self._model

    @property
    def reason(self) -> str:
        """Why it is trained anew, in a sentence."""
        return self._reason

    @property
    def trial(self) -> int:
        """Number of the trial in a search for parameters, from 0."""
        return self._contract.trial

    @property
    def params(self) -> Params:
        return self._params

    @property
    def task(self) -> Optional[str]:
        """binary, multiclass or regression; None where it was started by hand without a schema."""
        return self._task

    @property
    def positive(self) -> Optional[str]:
        """The positive class of a binary model."""
        return self._positive

    @property
    def label(self) -> str:
        """Name of the column with the true outcome."""
        return self._label

    @property
    def features(self) -> Mapping[str, Feature]:
        """The features by name, in the order in which the model declares them."""
        if self._features is None:
            self._features = features_of_file(self.train)
        return self._features

    @property
    def feature_names(self) -> List[str]:
        return list(self.features)

    @property
    def numeric(self) -> List[str]:
        """Names of the features that are numbers or booleans."""
        return [feature.name for feature in self.features.values() if feature.is_number]

    @property
    def categorical(self) -> List[str]:
        """Names of the categorical features."""
        return [feature.name for feature in self.features.values() if feature.type == "categorical"]

    @property
    def train(self) -> Path:
        """The rows to train on, as Parquet: `id`, `time`, the features, `label`, and `weight` where rows are weighted."""
        if self._contract.is_local:
            return Path(self._contract.train_data)
        return self._download("train.parquet", self._data["train"])

    @property
    def holdout(self) -> Path:
        """The rows on which it will be judged, as Parquet and without their labels; for models that Leeway cannot run."""
        if self._contract.is_local:
            if not self._contract.holdout_data:
                raise LeewayClientError("no_run", "LEEWAY_HOLDOUT_DATA is missing")
            return Path(self._contract.holdout_data)
        return self._download("holdout.parquet", self._data["holdout"])

    def load_train(self) -> Any:
        """The rows to train on, oldest first: a pandas DataFrame, or a pyarrow table where there is no pandas.

        Features are as a served model gets them: numbers and booleans in single precision, NaN where they are missing;
        strings, empty where they are missing. Raises LeewayClientError `missing_package` without pyarrow.
        """
        return load_table(self.train, self.features)

    def load_holdout(self) -> Any:
        """The held-out rows, as `load_train()` gives those to train on."""
        return load_table(self.holdout, self.features)

    @property
    def champion(self) -> Optional[Path]:
        """The file of the version that serves, to start from; None where there is none, or `warmStart` is off."""
        if self._contract.is_local:
            return Path(self._contract.champion) if self._contract.champion else None
        if self._champion is None:
            return None
        name = "champion.onnx" if self._champion.get("format") == "onnx" else "champion"
        return self._download("champion", self._champion, name)

    @property
    def champion_version(self) -> Optional[str]:
        if self._contract.is_local:
            return self._contract.champion_version or None
        return None if self._champion is None else str(self._champion["version"])

    @property
    def output(self) -> Path:
        """The folder whose files are handed in at the end."""
        return self._output.folder

    def log(self, *, progress: Optional[float] = None, message: Optional[str] = None, **metrics: Any) -> None:
        """Tells how far it is (0 to 1), what it does, and metrics by name. Never raises, and waits for nothing.

        A search for parameters compares the metric that `retrain.tuning.objective` names: log it, of validation rows of
        your own.
        """
        numbers = self._keep_metrics(metrics)
        share = None if progress is None else _finite(progress)
        if self._reporter is not None and (share is not None or message is not None or numbers):
            self._reporter.report(
                progress=None if share is None else min(1.0, max(0.0, share)),
                message=None if message is None else str(message)[:_MOST_MESSAGE],
                metrics=numbers,
            )

    def log_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Metrics by name; the last value of a name counts. What is no finite number is left out, with a warning."""
        numbers = self._keep_metrics(metrics)
        if self._reporter is not None and numbers:
            self._reporter.report(metrics=numbers)

    def _keep_metrics(self, metrics: Mapping[str, Any]) -> Dict[str, float]:
        numbers: Dict[str, float] = {}
        for name, value in metrics.items():
            number = _finite(value)
            if number is not None:
                numbers[str(name)] = number
            else:
                _logger.warning("metric %s is left out: expected a finite number, got %.60r", name, value)
        self._metrics.update(numbers)
        return numbers

    def log_lines(self, *lines: str) -> None:
        """Lines for the log of the run."""
        if self._contract.is_local:
            for line in lines:
                print(line, flush=True)
        elif self._reporter is not None:
            self._reporter.report(lines=[part for line in lines for part in str(line).splitlines()])

    def save_model(
        self, model: Any, *, classes: Optional[Sequence[Any]] = None, name: Optional[str] = None
    ) -> Path:
        """Saves the challenger; what was saved before is replaced. Returns where it lies.

        A fitted model of scikit-learn, XGBoost or LightGBM becomes an ONNX file that Leeway can serve; it takes skl2onnx, and
        for the other two onnxmltools. `classes` names its classes in the order of its probabilities, where it was trained
        on numbers that stand for them. Else: an ONNX model or its bytes, or the path of a file, or of a folder that MLflow
        saved. A model that is not ONNX needs `save_predictions()` too.

        Raises LeewayClientError `bad_model`, `missing_package`.
        """
        # Of a path nobody asks what its features are.
        features = {} if isinstance(model, (str, Path, bytes, bytearray)) else self.features
        return self._output.save_model(model, features, classes=classes, positive=self._positive, name=name)

    def save_predictions(self, ids: Iterable[Any], predictions: Iterable[Any], scores: Optional[Any] = None) -> Path:
        """What the model predicts for the held-out rows, where Leeway cannot run the model itself.

        `ids` are those of the column `id`; `predictions` classes or numbers; `scores` the probability of the positive
        class, or for more classes a mapping from the columns in `columns.scores` to probabilities. Needs pyarrow.
        """
        return self._output.save_predictions(ids, predictions, scores, self._task)

    def save_explanations(self, importance: Mapping[str, Any], *, method: str = "mean_abs_shap") -> Path:
        """How much each feature matters, such as the mean of |SHAP value|; for models that Leeway cannot run itself."""
        return self._output.save_explanations(importance, method)

    def candidate_mlflow(self, model: str, version: Union[str, int]) -> None:
        """The challenger is a version of a registered model of MLflow, instead of a saved file."""
        self._candidate = {"kind": "mlflow", "model": model, "version": str(version)}

    def finish(self, message: Optional[str] = None) -> None:
        """Hands in the output and says that the training has succeeded. The end of a `with` statement does so by itself.

        Raises LeewayClientError: `nothing_saved` where there is no model, and whatever the server says.
        """
        if self._over:
            return
        if self._candidate is None:
            self._output.check()
        self._output.write_metrics(self._metrics)
        self._output.write_environment(code_commit(os.environ), libraries())
        if not self._contract.is_local:
            for file in self._output.files():
                name = file.relative_to(self._output.folder).as_posix()
                assert self._transport is not None
                upload(self._transport, f"{self._path}/output/{quote(name)}", file, self._environment)
        self._close_reporter(_FLUSH)
        # A local trainer says by its exit status how it ended; but a candidate elsewhere is in no folder.
        if not self._contract.is_local or self._candidate is not None:
            self._complete("succeeded", message, _END)
        self._end()

    def fail(self, message: str) -> None:
        """Says that the training has failed, and why. Never raises."""
        if self._over:
            return
        try:
            self._close_reporter(_FAILURE.most)
            if self._transport is not None and not self._contract.is_local:
                self._complete("failed", message, _FAILURE)
        except LeewayClientError as error:
            _logger.warning("Leeway could not be told that the training failed: %s", error)
        self._end()

    def __enter__(self) -> Run:
        if self._send_logs and not self._contract.is_local and self._reporter is not None:
            self._handler = LineHandler(self._reporter)
            logging.getLogger().addHandler(self._handler)
        # An orchestrator with a handler of its own knows best.
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self._signal = signal.signal(signal.SIGTERM, _cancel)
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if os.getpid() != self._pid:  # a forked worker that left the block
            return
        try:
            if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
                try:
                    self.finish()
                except BaseException as trouble:
                    self.fail(self._explain(trouble))
                    raise
            else:
                self.fail(self._explain(error))
        finally:
            if self._signal is not None:
                signal.signal(signal.SIGTERM, self._signal)
                self._signal = None

    def _explain(self, error: BaseException) -> str:
        if isinstance(error, (Cancelled, KeyboardInterrupt)):
            return "cancelled"
        frames = traceback.extract_tb(error.__traceback__)
        where = f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno}, in {frames[-1].name})" if frames else ""
        text = f"{type(error).__name__}: {error}"[: _MOST_MESSAGE - len(where)] + where
        return text.replace(self._contract.token, "***") if self._contract.token else text

    @property
    def _path(self) -> str:
        return f"/api/v1/trainings/{quote(self._contract.training, safe='')}"

    def _get(self) -> Dict[str, Any]:
        answer: List[Any] = []
        transport = self._transport
        assert transport is not None
        persist(lambda: answer.append(transport.request(Call("GET", self._path)).data), self._environment, _BEGIN)
        if not isinstance(answer[0], dict) or not isinstance(answer[0].get("data"), dict):
            raise LeewayClientError("bad_answer", f"expected a training, got {str(answer[0])[:60]}", status=200)
        found: Dict[str, Any] = answer[0]
        return found

    def _post(self, what: str, body: Dict[str, Any]) -> None:
        assert self._transport is not None
        self._transport.request(Call("POST", f"{self._path}/{what}", encode(body, what).encode()))

    def _send_progress(self, body: Dict[str, Any]) -> None:
        self._post("progress", body)

    def _complete(self, state: str, message: Optional[str], policy: RetryPolicy) -> None:
        if self._transport is None:
            raise LeewayClientError("no_run", "a candidate elsewhere needs LEEWAY_TRAINING, LEEWAY_URL and LEEWAY_TOKEN")
        body: Dict[str, Any] = {"state": state}
        if self._metrics:
            body["metrics"] = self._metrics
        if message:
            body["message"] = message[:_MOST_MESSAGE]
        if self._candidate is not None and state == "succeeded":
            body["candidate"] = self._candidate
        persist(lambda: self._post("complete", body), self._environment, policy)

    def _download(self, file: str, about: Mapping[str, Any], name: Optional[str] = None) -> Path:
        assert self._transport is not None
        return download(
            self._transport,
            f"{self._path}/files/{file}",
            name or file,
            str(about["sha256"]),
            int(about["bytes"]),
            self._environment,
            cache_folder(os.environ.get("LEEWAY_CACHE")),
        )

    def _close_reporter(self, timeout: float) -> None:
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            self._handler = None
        if self._reporter is not None:
            self._reporter.close(timeout)

    def _end(self) -> None:
        self._over = True
        atexit.unregister(self._at_exit)
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
        if self._transport is not None:
            self._transport.close()

    def _at_exit(self) -> None:
        """The program ends, and nobody said how the training did."""
        if self._over or os.getpid() != self._pid:
            return
        error = getattr(sys, "last_value", None)
        self.fail(self._explain(error) if error is not None else "the program ended without run.finish()")


def _cancel(number: int, frame: object) -> None:
    raise Cancelled(128 + number)


def _finite(value: Any) -> Optional[float]:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _read_json(path: str) -> Dict[str, Any]:
    if not path:
        return {}
    with open(path, encoding="utf-8") as file:
        found: Dict[str, Any] = json.load(file)
    return found
