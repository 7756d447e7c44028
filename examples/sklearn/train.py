"""Trains the model `flights` under Leeway's training contract: data in, model.onnx and metrics.json out.

Leeway starts it with LEEWAY_TRAIN_DATA (Parquet: the features, `label` and `time`), LEEWAY_PARAMS (JSON, `retrain.params`
in leeway.yaml) and LEEWAY_OUTPUT (folder for what it leaves). What it writes on stderr is kept with the run.
"""

import json
import os
import sys
from pathlib import Path

import pandas as pd
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# As columns.features and columns.positive declare them in leeway.yaml.
NUMERIC = ["hour", "distance", "holiday"]
CATEGORICAL = ["carrier", "origin", "dest"]
POSITIVE = "late"

# Seen less often than this, a category gets no column of its own.
RARE = 20


def features(table: pd.DataFrame) -> pd.DataFrame:
    """The columns as the ONNX model gets them from Leeway: numbers with NaN, and strings, empty where they are missing."""
    numbers = table[NUMERIC].astype("float32")
    strings = table[CATEGORICAL].astype(object).where(table[CATEGORICAL].notna(), "")
    return pd.concat([numbers, strings], axis=1)


def frequent_categories(column: pd.Series) -> list[str]:
    return sorted(name for name, count in column.value_counts().items() if name and count >= RARE)


def pipeline(rows: pd.DataFrame, params: dict) -> Pipeline:
    frequent = [frequent_categories(rows[column]) for column in CATEGORICAL]
    encoder = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMERIC),
            ("strings", OneHotEncoder(categories=frequent, handle_unknown="ignore", sparse_output=False), CATEGORICAL),
        ]
    )
    if params.get("estimator", "logistic") == "forest":
        return make_pipeline(encoder, RandomForestClassifier(params.get("trees", 100), min_samples_leaf=10, random_state=0))
    return make_pipeline(encoder, LogisticRegression(C=params.get("C", 1.0), max_iter=1000))


def validate(rows: pd.DataFrame, labels: pd.Series, params: dict) -> dict:
    """Scores a model of the older four fifths on the newest fifth, which is the question that production asks."""
    cut = len(rows) * 4 // 5
    model = pipeline(rows[:cut], params).fit(rows[:cut], labels[:cut])
    truth = labels[cut:] == POSITIVE
    score = model.predict_proba(rows[cut:])[:, list(model.classes_).index(POSITIVE)]
    return {"validation_roc_auc": roc_auc_score(truth, score), "validation_log_loss": log_loss(truth, score)}


def main() -> None:
    params = json.loads(os.environ.get("LEEWAY_PARAMS") or "{}")
    output = Path(os.environ["LEEWAY_OUTPUT"])
    table = pd.read_parquet(os.environ["LEEWAY_TRAIN_DATA"]).sort_values("time", kind="stable")
    rows, labels = features(table), table["label"].astype(str)
    print(f"{len(rows)} rows, {os.environ.get('LEEWAY_REASON', 'started by hand')}", file=sys.stderr)

    metrics = {"train_rows": len(rows), **validate(rows, labels, params)}
    print(metrics, file=sys.stderr)
    model = pipeline(rows, params).fit(rows, labels)

    # One input a feature, by name; probabilities as a plain tensor (zipmap off), which is what the gateway reads.
    inputs = [(name, FloatTensorType([None, 1])) for name in NUMERIC]
    inputs += [(name, StringTensorType([None, 1])) for name in CATEGORICAL]
    onnx = convert_sklearn(model, initial_types=inputs, options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})

    output.mkdir(parents=True, exist_ok=True)
    (output / "metrics.json").write_text(json.dumps(metrics))
    (output / "model.onnx").write_bytes(onnx.SerializeToString())


if __name__ == "__main__":
    main()
