"""Tables and models, with the libraries that the client uses where they are installed."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, Optional
from unittest import mock

import leeway
from leeway import LeewayClientError
from leeway.training.tables import class_name, need

ARROW = importlib.util.find_spec("pyarrow") is not None
PANDAS = ARROW and importlib.util.find_spec("pandas") is not None
ONNX = PANDAS and all(importlib.util.find_spec(name) is not None for name in ("sklearn", "skl2onnx"))
XGBOOST = ONNX and all(importlib.util.find_spec(name) is not None for name in ("xgboost", "onnxmltools"))

FEATURES = {
    "distance": {"type": "numeric"},
    "stops": {"type": "numeric"},
    "holiday": {"type": "boolean"},
    "carrier": {"type": "categorical"},
}


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def begin(self, schema: Optional[Dict[str, Any]] = None) -> leeway.TrainingRun:
        """A training by hand on four rows, two thirds of whose values are missing somewhere."""
        import pyarrow as pa
        from pyarrow import parquet

        table = pa.table(
            {
                "id": ["a", "b", "c", "d"],
                "distance": pa.array([1.5, None, 3.0, float("nan")], pa.float64()),
                "stops": pa.array([0, 1, None, 2], pa.uint8()),
                "holiday": pa.array([True, None, False, True], pa.bool_()),
                "carrier": pa.array(["AA", None, "DL", "AA"]).dictionary_encode(),
                "label": ["late", "on_time", "late", "on_time"],
            }
        )
        parquet.write_table(table, self.folder / "train.parquet")
        given = {"LEEWAY_TRAIN_DATA": str(self.folder / "train.parquet"), "LEEWAY_OUTPUT": str(self.folder / "out")}
        given["LEEWAY_HOLDOUT_DATA"] = given["LEEWAY_TRAIN_DATA"]
        if schema is not None:
            (self.folder / "schema.json").write_text(json.dumps(schema))
            given["LEEWAY_SCHEMA"] = str(self.folder / "schema.json")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LEEWAY")}
        with mock.patch.dict(os.environ, clean, clear=True):
            run = leeway.run(given)
        self.addCleanup(run.fail, "the test is over")
        return run

    def refused(self, code: str, text: str, work: Any) -> None:
        with self.assertRaises(LeewayClientError) as caught:
            work()
        self.assertEqual(caught.exception.code, code)
        self.assertIn(text, caught.exception.detail)


class ClassNameTest(unittest.TestCase):
    def test_names(self) -> None:
        for value, name in (("late", "late"), (1, "1"), (1.0, "1"), (0.5, "0.5"), (True, "true"), (False, "false")):
            self.assertEqual(class_name(value), name)

    def test_what_is_missing_is_named(self) -> None:
        with mock.patch.dict(sys.modules, {"pyarrow": None}), self.assertRaises(LeewayClientError) as caught:
            need("pyarrow", "to read Parquet")
        self.assertEqual(str(caught.exception), "missing_package: pyarrow is needed to read Parquet: pip install pyarrow")


@unittest.skipUnless(ARROW, "needs pyarrow")
class TableTest(Case):
    def test_features_are_as_a_served_model_gets_them(self) -> None:
        run = self.begin({"task": "binary", "positive": "late", "label": "label", "features": FEATURES})
        with mock.patch.dict(sys.modules, {"pandas": None}):
            table = run.load_train()
        self.assertEqual(str(table.schema.field("distance").type), "float")
        self.assertEqual(str(table.schema.field("stops").type), "float")
        rows = table.to_pydict()
        self.assertEqual(rows["carrier"], ["AA", "", "DL", "AA"])
        self.assertEqual(rows["label"], ["late", "on_time", "late", "on_time"])
        self.assertEqual([str(value) for value in rows["distance"]], ["1.5", "nan", "3.0", "nan"])
        self.assertEqual([str(value) for value in rows["stops"]], ["0.0", "1.0", "nan", "2.0"])
        self.assertEqual([str(value) for value in rows["holiday"]], ["1.0", "nan", "0.0", "1.0"])

    @unittest.skipUnless(PANDAS, "needs pandas")
    def test_the_same_as_a_dataframe(self) -> None:
        run = self.begin({"features": FEATURES})
        frame = run.load_holdout()
        self.assertEqual([str(kind) for kind in frame[run.feature_names].dtypes], ["float32", "float32", "float32", "object"])
        self.assertEqual(frame["carrier"].tolist(), ["AA", "", "DL", "AA"])
        self.assertTrue(math.isnan(frame["holiday"][1]))

    def test_without_a_schema_the_columns_say_what_they_are(self) -> None:
        run = self.begin()
        self.assertEqual({feature.name: feature.type for feature in run.features.values()}, {name: about["type"] for name, about in FEATURES.items()})
        self.assertEqual((run.task, run.positive, run.label), (None, None, "label"))

    def test_predictions(self) -> None:
        from pyarrow import parquet

        schema = {"task": "multiclass", "features": FEATURES}
        run = self.begin(schema)
        path = run.save_predictions(["a", "b"], [0, 1.0], {"p_0": [0.5, 0.25], "p_1": [0.5, 0.75]})
        self.assertEqual(path.name, "holdout_predictions.parquet")
        found = parquet.read_table(path)
        self.assertEqual(found.to_pydict(), {"id": ["a", "b"], "prediction": ["0", "1"], "p_0": [0.5, 0.25], "p_1": [0.5, 0.75]})
        self.begin({**schema, "task": "regression"}).save_predictions([1, 2], [0, 1])
        self.assertEqual(parquet.read_table(path).to_pydict(), {"id": ["1", "2"], "prediction": [0.0, 1.0]})
        self.begin({**schema, "task": "binary"}).save_predictions(["a"], [True], [0.5])
        self.assertEqual(parquet.read_table(path).to_pydict(), {"id": ["a"], "prediction": ["true"], "score": [0.5]})
        self.refused("bad_model", "2 of id, 1 of prediction", lambda: run.save_predictions(["a", "b"], ["x"]))


@unittest.skipUnless(ONNX, "needs scikit-learn and skl2onnx")
class OnnxTest(Case):
    """That what is saved predicts as the library does is shown where the server's runtime is: see train_models.py."""

    def test_what_cannot_be_served_is_refused_with_a_word(self) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.linear_model import LinearRegression

        run = self.begin({"task": "binary", "positive": "late", "features": FEATURES})
        rows = run.load_train().fillna(0)
        numbers, numbered = rows[["distance", "stops"]], (rows[run.label] == "late").astype(int)
        model = HistGradientBoostingClassifier(max_iter=2).fit(numbers, numbered)
        self.refused("bad_model", "the positive one of this model is 'late'", lambda: run.save_model(model))
        self.refused("bad_model", "the model has 2 (0, 1), and 3 are named", lambda: run.save_model(model, classes=["a", "b", "late"]))
        regression = LinearRegression().fit(numbers, numbered)
        self.refused("bad_model", "LinearRegression is no classifier", lambda: run.save_model(regression, classes=["a", "b"]))
        other = LinearRegression().fit(numbers.rename(columns={"stops": "halts"}), numbered)
        self.refused("bad_model", "no features: halts", lambda: run.save_model(other))
        nameless = LinearRegression().fit(numbers.to_numpy(), numbered)
        self.refused("bad_model", "fitted to 2 columns without names, and there are 4 features", lambda: run.save_model(nameless))
        coded = rows[["distance", "carrier"]].assign(carrier=[0.0, 1.0, 2.0, 0.0])
        strings = LinearRegression().fit(coded, numbered)
        self.refused("bad_model", "carrier is categorical; begin with a ColumnTransformer", lambda: run.save_model(strings))

        class Own:
            def predict(self, rows: object) -> object:
                return rows

            def get_params(self) -> Dict[str, int]:
                return {}

        run = self.begin({"task": "regression", "features": {"distance": {"type": "numeric"}}})
        self.refused("bad_model", "Own cannot be converted to ONNX", lambda: run.save_model(Own()))

    @unittest.skipUnless(XGBOOST, "needs xgboost and onnxmltools")
    def test_the_model_stays_as_it_is(self) -> None:
        import xgboost

        run = self.begin({"task": "regression", "features": FEATURES})
        rows = run.load_train()
        names = ["stops", "distance"]
        model = xgboost.XGBRegressor(n_estimators=2).fit(rows[names], [0.0, 1.0, 2.0, 3.0])
        run.save_model(model)
        self.assertEqual(model.get_booster().feature_names, names)

    def test_without_the_converter(self) -> None:
        from sklearn.linear_model import LinearRegression

        run = self.begin({"task": "regression", "features": FEATURES})
        rows = run.load_train().fillna(0)
        model = LinearRegression().fit(rows[["stops"]], rows["distance"])
        hidden = {name: None for name in sys.modules if name.split(".")[0] == "skl2onnx"}
        with mock.patch.dict(sys.modules, {**hidden, "skl2onnx": None}):
            self.refused("missing_package", "pip install skl2onnx", lambda: run.save_model(model))


if __name__ == "__main__":
    unittest.main()
