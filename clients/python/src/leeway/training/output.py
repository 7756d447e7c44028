"""What a trainer leaves: one model, and what it says of it."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

from ..errors import LeewayClientError
from .features import Feature
from .onnx_models import can_convert, to_onnx
from .tables import write_predictions

MODEL = "model.onnx"
PREDICTIONS = "holdout_predictions.parquet"
METRICS = "metrics.json"
EXPLANATIONS = "explanations.json"
ENVIRONMENT = "environment.json"


class Output:
    """The folder that Leeway looks into when the training has ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._model: Optional[Path] = None

    def save_model(
        self,
        model: Any,
        features: Mapping[str, Feature],
        *,
        classes: Optional[Sequence[Any]],
        positive: Optional[str],
        name: Optional[str],
    ) -> Path:
        if isinstance(model, (str, Path)):
            saved = self._copy(Path(model), name)
        elif hasattr(model, "SerializeToString"):
            saved = self._write(name or MODEL, model.SerializeToString())
        elif isinstance(model, (bytes, bytearray)):
            saved = self._write(name or MODEL, bytes(model))
        elif can_convert(model):
            saved = self._write(name or MODEL, to_onnx(model, features, classes=classes, positive=positive))
        else:
            raise LeewayClientError(
                "bad_model",
                f"expected a model of scikit-learn, XGBoost or LightGBM, an ONNX model, or the path of a file or folder; "
                f"got {type(model).__name__}",
            )
        # Saved anew, perhaps in another form: there is one model.
        if self._model is not None and self._model != saved:
            _remove(self._model)
        self._model = saved
        return saved

    def _write(self, name: str, data: bytes) -> Path:
        path = self._place(name)
        path.write_bytes(data)
        return path

    def _copy(self, source: Path, name: Optional[str]) -> Path:
        if not source.exists():
            raise LeewayClientError("bad_model", f"{source} is not there")
        if source.is_dir() and not (source / "MLmodel").is_file():
            raise LeewayClientError("bad_model", f"{source} is a folder without a file MLmodel; pack it into one file")
        # An ONNX file keeps no name of its own: data beside it goes by the name that is written in it.
        path = self._place(name or source.name)
        if path.resolve() == source.resolve():
            return path
        if source.is_dir():
            if path.exists():
                shutil.rmtree(path)
            shutil.copytree(source, path)
        else:
            shutil.copyfile(source, path)
        return path

    def _place(self, name: str) -> Path:
        if name in (PREDICTIONS, METRICS, EXPLANATIONS, ENVIRONMENT) or Path(name).name != name:
            raise LeewayClientError("bad_model", f"name: expected a plain name of its own, got {name!r}")
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def save_predictions(
        self, ids: Iterable[Any], predictions: Iterable[Any], scores: Optional[Any], task: Optional[str]
    ) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / PREDICTIONS
        write_predictions(path, ids, predictions, scores, task)
        return path

    def save_explanations(self, importance: Mapping[str, Any], method: str) -> Path:
        values = {str(name): float(value) for name, value in importance.items()}
        bad = [name for name, value in values.items() if not math.isfinite(value) or value < 0]
        if bad:
            raise LeewayClientError(
                "bad_model", f"importance of {bad[0]}: expected a number of 0 or more, got {values[bad[0]]}"
            )
        return self._write_json(EXPLANATIONS, {"method": method, "importance": values})

    def write_metrics(self, metrics: Mapping[str, float]) -> None:
        if not metrics:
            return
        path = self.folder / METRICS
        former: Dict[str, Any] = {}
        if path.is_file():
            try:
                former = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                pass
        self._write_json(METRICS, {**(former if isinstance(former, dict) else {}), **metrics})

    def write_environment(self, commit: Optional[str], environment: Mapping[str, str]) -> None:
        """With what the model was trained; what the program has written itself stays."""
        if not (self.folder / ENVIRONMENT).exists():
            self._write_json(ENVIRONMENT, {"code_commit": commit, "environment": dict(environment)})

    def _write_json(self, name: str, value: Any) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_text(json.dumps(value, allow_nan=False), encoding="utf-8")
        return path

    def files(self) -> List[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file()) if self.folder.is_dir() else []

    def check(self) -> None:
        """Raises LeewayClientError `nothing_saved` where there is no model that Leeway could judge."""
        files = self.files()
        if any(path.suffix == ".onnx" for path in files):
            return
        if not any(path.name not in (PREDICTIONS, METRICS, EXPLANATIONS, ENVIRONMENT) for path in files):
            raise LeewayClientError("nothing_saved", "no model was saved")
        if not (self.folder / PREDICTIONS).is_file():
            raise LeewayClientError(
                "nothing_saved",
                "Leeway cannot run this model, so it needs what the model predicts for the held-out rows: "
                "run.save_predictions(ids, predictions, scores)",
            )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()
