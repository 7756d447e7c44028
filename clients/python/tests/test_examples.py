"""The examples that need no orchestrator to be tried: trained for real, against the training API."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import tempfile
import unittest
from pathlib import Path
from types import ModuleType
from typing import Dict
from unittest import mock

from fake_trainings import FakeTrainings

EXAMPLES = Path(__file__).parents[3] / "examples"


def installed(*names: str) -> bool:
    return all(importlib.util.find_spec(name) is not None for name in names)


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@unittest.skipUnless(installed("pandas", "pyarrow", "sklearn", "skl2onnx"), "needs scikit-learn and skl2onnx")
class ExamplesTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.server = FakeTrainings({"train.parquet": self.rows()})
        self.addCleanup(self.server.close)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LEEWAY")}
        patch = mock.patch.dict(os.environ, {**clean, "LEEWAY_CACHE": str(self.folder / "cache")}, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def rows(self) -> bytes:
        import pyarrow as pa
        from pyarrow import parquet

        chance = random.Random(3)
        distance = [chance.uniform(0, 2_000) for _ in range(400)]
        columns = {
            "id": [f"r{number}" for number in range(400)],
            "distance": [None if chance.random() < 0.05 else value for value in distance],
            "holiday": [chance.random() < 0.1 for _ in distance],
            "carrier": [chance.choice(["AA", "DL", None]) for _ in distance],
            "label": ["late" if value + chance.gauss(0, 300) > 1_000 else "on_time" for value in distance],
        }
        parquet.write_table(pa.table(columns), self.folder / "rows.parquet")
        return (self.folder / "rows.parquet").read_bytes()

    def check(self, metric: str) -> None:
        assert self.server.end is not None
        self.assertEqual(self.server.end["state"], "succeeded", self.server.end)
        self.assertGreater(self.server.end["metrics"][metric], 0.8)
        self.assertGreater(len(self.server.output["model.onnx"]), 200)

    def test_sklearn(self) -> None:
        for params in ({}, {"estimator": "forest", "trees": 5}):
            self.server.about, self.server.end = {"params": params}, None
            contract: Dict[str, str] = self.server.contract
            with mock.patch.dict(os.environ, {"LEEWAY": json.dumps(contract)}), mock.patch("builtins.print"):
                load(EXAMPLES / "sklearn" / "train.py").main()
            self.check("validation_roc_auc")

    @unittest.skipUnless(installed("kfp"), "needs kfp")
    def test_kubeflow(self) -> None:
        from kfp import compiler

        with mock.patch.dict(os.environ, {"TRAINER_IMAGE": "registry.example.org/trainer:7"}):
            pipeline = load(EXAMPLES / "kubeflow" / "pipeline.py")
        path = self.folder / "pipeline.yaml"
        compiler.Compiler().compile(pipeline.leeway_retrain, str(path))
        text = path.read_text()
        self.assertIn("#    leeway: str", text)
        self.assertIn("name: leeway-retrain", text)
        self.assertIn("image: registry.example.org/trainer:7", text)
        # An empty cachingOptions is "off".
        self.assertIn("cachingOptions: {}", text)
        with mock.patch("builtins.print"):
            pipeline.train.python_func(json.dumps(self.server.contract))
        self.check("train_accuracy")


if __name__ == "__main__":
    unittest.main()
