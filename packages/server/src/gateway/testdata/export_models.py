"""Exports small scikit-learn models with skl2onnx, in the forms in which users bring them, and what scikit-learn predicts.

    pip install -r examples/sklearn/requirements.txt && python export_models.py
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
import skl2onnx
import sklearn
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

here = Path(__file__).parent
rng = np.random.default_rng(7)
n = 300
frame = pd.DataFrame(
    {
        "distance": np.round(rng.gamma(2, 400, n)).astype("float32"),
        "hour": rng.integers(0, 24, n),
        "carrier": rng.choice(["AA", "DL", "UA"], n),
    }
)
signal = 0.001 * frame.distance - 0.06 * frame.hour + frame.carrier.map({"AA": 0.6, "DL": -0.5, "UA": 0.1})
late = rng.random(n) < 1 / (1 + np.exp(-signal))
words = np.where(late, "late", "on_time")
three = np.array(["a", "b", "c"])[np.digitize(signal + rng.normal(0, 1, n), [-0.3, 0.9])]
frame.loc[rng.random(n) < 0.05, "distance"] = np.nan
frame.loc[rng.random(n) < 0.05, "carrier"] = ""
numbers = frame[["distance", "hour"]].fillna(0).to_numpy(dtype="float32")

columns = ColumnTransformer(
    [
        ("distance", make_pipeline(SimpleImputer(), StandardScaler()), ["distance"]),
        ("hour", StandardScaler(), ["hour"]),
        ("carrier", OneHotEncoder(categories=[["AA", "DL", "UA"]], handle_unknown="ignore"), ["carrier"]),
    ]
)
by_column = [
    ("distance", FloatTensorType([None, 1])),
    ("hour", Int64TensorType([None, 1])),
    ("carrier", StringTensorType([None, 1])),
]
matrix = [("X", FloatTensorType([None, 2]))]


def export(name, model, inputs, zipmap=False):
    classifier = hasattr(model, "predict_proba")
    options = {"zipmap": zipmap} if classifier else None
    onnx = convert_sklearn(model, initial_types=inputs, options=options, target_opset={"": 17, "ai.onnx.ml": 3})
    (here / f"{name}.onnx").write_bytes(onnx.SerializeToString())


pipeline = make_pipeline(columns, LogisticRegression()).fit(frame, words)
linear = LogisticRegression().fit(numbers, late.astype(int))
forest = RandomForestClassifier(5, max_depth=3, random_state=0).fit(numbers, three)
ridge = Ridge().fit(numbers, signal)
export("columns", pipeline, by_column)
export("matrix", linear, matrix)
export("multiclass", forest, matrix)
export("regression", ridge, matrix)
export("zipmap", linear, matrix, zipmap=True)

expected = {
    "source": f"scikit-learn {sklearn.__version__}, skl2onnx {skl2onnx.__version__}, made by export_models.py beside this file",
    "rows": json.loads(frame.to_json(orient="values")),
    "columns": {
        "prediction": pipeline.predict(frame).tolist(),
        "score": pipeline.predict_proba(frame)[:, list(pipeline.classes_).index("late")].tolist(),
    },
    "matrix": {"prediction": linear.predict(numbers).astype(str).tolist(), "score": linear.predict_proba(numbers)[:, 1].tolist()},
    "multiclass": {"prediction": forest.predict(numbers).tolist()},
    "regression": {"prediction": ridge.predict(numbers).tolist()},
}
(here / "expected.json").write_text(json.dumps(expected))
