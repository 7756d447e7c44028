"""Gradient boosting for the model `bike-rentals`, under Leeway's training contract: data in, model.onnx and metrics.json out.

Needs what examples/sklearn/requirements.txt lists. Leeway starts it with LEEWAY_TRAIN_DATA (Parquet: the features, `label`
and `time`), LEEWAY_PARAMS (JSON, `retrain.params` in leeway.yaml) and LEEWAY_OUTPUT (folder for what it leaves).
"""

import json
import os
import sys
from pathlib import Path

import pandas as pd
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

# As columns.features declares them in leeway.yaml.
NUMERIC = ["hour", "temperature", "humidity", "wind"]
CATEGORICAL = ["slot", "weekday", "sky"]


def features(table: pd.DataFrame) -> pd.DataFrame:
    """The columns as the ONNX model gets them from Leeway: numbers with NaN, and strings, empty where they are missing."""
    numbers = table[NUMERIC].astype("float32")
    strings = table[CATEGORICAL].astype(object).where(table[CATEGORICAL].notna(), "")
    return pd.concat([numbers, strings], axis=1)


def pipeline(params: dict) -> Pipeline:
    encoder = ColumnTransformer(
        [
            ("numbers", SimpleImputer(), NUMERIC),
            ("strings", OneHotEncoder(handle_unknown="ignore", sparse_output=False), CATEGORICAL),
        ]
    )
    # Of scikit-learn's two, the one that skl2onnx can write with every version of onnx.
    boosting = GradientBoostingRegressor(
        n_estimators=params.get("trees", 200),
        max_depth=params.get("depth", 5),
        learning_rate=params.get("learning_rate", 0.1),
        subsample=0.7,
        random_state=0,
    )
    return make_pipeline(encoder, boosting)


def main() -> None:
    params = json.loads(os.environ.get("LEEWAY_PARAMS") or "{}")
    output = Path(os.environ["LEEWAY_OUTPUT"])
    table = pd.read_parquet(os.environ["LEEWAY_TRAIN_DATA"]).sort_values("time", kind="stable")
    print(f"{len(table)} rows, {os.environ.get('LEEWAY_REASON', 'started by hand')}", file=sys.stderr)

    model = pipeline(params).fit(features(table), table["label"])

    # One input a feature, by name.
    inputs = [(name, FloatTensorType([None, 1])) for name in NUMERIC]
    inputs += [(name, StringTensorType([None, 1])) for name in CATEGORICAL]
    onnx = convert_sklearn(model, initial_types=inputs, target_opset={"": 17, "ai.onnx.ml": 3})

    output.mkdir(parents=True, exist_ok=True)
    (output / "metrics.json").write_text(json.dumps({"train_rows": len(table)}))
    (output / "model.onnx").write_bytes(onnx.SerializeToString())


if __name__ == "__main__":
    main()
