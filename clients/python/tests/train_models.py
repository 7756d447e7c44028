"""Trains small models of scikit-learn, XGBoost and LightGBM as users do, each by `leeway.run()`, and writes down what the
library itself predicts: packages/server/src/gateway/python-client.integration.test.ts compares that with what is served.

    python train_models.py FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import leeway

ROWS = 400
NUMBERS = ["distance", "hour", "holiday"]
FEATURES = {
    "distance": {"type": "numeric"},
    "hour": {"type": "numeric"},
    "holiday": {"type": "boolean"},
    "carrier": {"type": "categorical"},
}


def make_rows() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    rows = pd.DataFrame(
        {
            "id": [f"r{number}" for number in range(ROWS)],
            "distance": rng.gamma(2, 400, ROWS),
            "hour": rng.integers(0, 24, ROWS),
            "holiday": rng.random(ROWS) < 0.1,
            "carrier": rng.choice(["AA", "DL", "UA"], ROWS),
        }
    )
    signal = 0.001 * rows.distance - 0.06 * rows.hour + rows.carrier.map({"AA": 0.6, "DL": -0.5, "UA": 0.1})
    rows["number"] = signal + rng.normal(0, 0.1, ROWS)
    rows["word"] = np.where(rng.random(ROWS) < 1 / (1 + np.exp(-signal)), "late", "on_time")
    rows["three"] = np.array(["a", "b", "c"])[np.digitize(rows.number, [-0.3, 0.6])]
    rows.loc[rng.random(ROWS) < 0.05, "distance"] = np.nan
    rows.loc[rng.random(ROWS) < 0.05, "carrier"] = None
    return rows


def columns(impute: bool = True) -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(), StandardScaler()) if impute else "passthrough"
    return make_column_transformer((numbers, NUMBERS), (OneHotEncoder(handle_unknown="ignore"), ["carrier"]))


def imputed(model: Any) -> Pipeline:
    return make_pipeline(SimpleImputer(), model)


class Case:
    def __init__(
        self, name: str, task: str, label: str, model: Callable[[], Any], names: List[str], classes: Any = None, tolerance: float = 1e-5
    ) -> None:
        self.name, self.task, self.label, self.model, self.names = name, task, label, model, names
        # Of models that are trained on 0, 1, ...: what the numbers stand for.
        self.classes = classes
        self.tolerance = tolerance


ALL = list(FEATURES)
FEW: Dict[str, Any] = {"n_estimators": 20, "max_depth": 3, "random_state": 0}
CASES = [
    Case("logistic regression on columns", "binary", "word", lambda: make_pipeline(columns(), LogisticRegression()), ALL),
    Case("ridge on columns", "regression", "number", lambda: make_pipeline(columns(), Ridge()), ALL),
    Case("forest on columns", "multiclass", "three", lambda: make_pipeline(columns(), RandomForestClassifier(**FEW)), ALL),
    Case("gradient boosting on columns", "binary", "word", lambda: make_pipeline(columns(), GradientBoostingClassifier(**FEW)), ALL),
    Case("bare forest", "binary", "word", lambda: imputed(RandomForestClassifier(**FEW)), NUMBERS),
    Case("columns in an order of its own", "regression", "number", lambda: imputed(RandomForestRegressor(**FEW)), ["hour", "distance"]),
    Case("histogram gradient boosting", "regression", "number", lambda: HistGradientBoostingRegressor(max_iter=20, random_state=0), NUMBERS),
    Case("xgboost", "binary", "word", lambda: xgboost.XGBClassifier(**FEW), NUMBERS, ["on_time", "late"]),
    Case("xgboost of three classes", "multiclass", "three", lambda: xgboost.XGBClassifier(**FEW), NUMBERS, ["a", "b", "c"]),
    Case("xgboost regression", "regression", "number", lambda: xgboost.XGBRegressor(**FEW), NUMBERS),
    Case("xgboost on columns", "binary", "word", lambda: make_pipeline(columns(), xgboost.XGBClassifier(**FEW)), ALL, ["on_time", "late"]),
    Case("xgboost regression on columns", "regression", "number", lambda: make_pipeline(columns(), xgboost.XGBRegressor(**FEW)), ALL),
    Case("lightgbm", "binary", "word", lambda: lightgbm.LGBMClassifier(verbose=-1, **FEW), NUMBERS),
    Case("lightgbm of three classes", "multiclass", "three", lambda: lightgbm.LGBMClassifier(verbose=-1, **FEW), NUMBERS),
    Case("lightgbm regression", "regression", "number", lambda: lightgbm.LGBMRegressor(verbose=-1, **FEW), NUMBERS),
    Case("lightgbm on columns", "binary", "word", lambda: make_pipeline(columns(), lightgbm.LGBMClassifier(verbose=-1, **FEW)), ALL),
    Case("lightgbm regression on columns", "regression", "number", lambda: make_pipeline(columns(), lightgbm.LGBMRegressor(verbose=-1, **FEW)), ALL),
]


def play(case: Case, rows: pd.DataFrame, folder: Path) -> Dict[str, Any]:
    data, schema, output = folder / "train.parquet", folder / "schema.json", folder / "output"
    folder.mkdir(parents=True)
    rows.rename(columns={case.label: "label"})[["id", *FEATURES, "label"]].to_parquet(data)
    schema.write_text(json.dumps({"task": case.task, "positive": "late", "label": "label", "features": FEATURES}) if case.task == "binary"
                      else json.dumps({"task": case.task, "label": "label", "features": FEATURES}))
    given = {"LEEWAY_TRAIN_DATA": str(data), "LEEWAY_SCHEMA": str(schema), "LEEWAY_OUTPUT": str(output)}
    with leeway.run(given) as run:
        table = run.load_train()
        x, y = table[case.names], table[run.label]
        numbered = y if case.classes is None else y.map({name: number for number, name in enumerate(case.classes)})
        model = case.model().fit(x, numbered)
        run.save_model(model, classes=case.classes)
        said = model.predict(x)
    names = case.classes or (list(model.classes_) if case.task != "regression" else [])
    answer: Dict[str, Any] = {
        "name": case.name,
        "task": case.task,
        "tolerance": case.tolerance,
        "path": str(output / "model.onnx"),
        "prediction": said.tolist() if case.classes is None else [case.classes[number] for number in said],
    }
    if case.task == "binary":
        answer["score"] = model.predict_proba(x)[:, names.index("late")].tolist()
    if case.task == "multiclass":
        probabilities = model.predict_proba(x)
        answer["scores"] = {name: probabilities[:, number].tolist() for number, name in enumerate(names)}
    return answer


def main(folder: Path) -> None:
    rows = make_rows()
    cases = []
    for number, case in enumerate(CASES):
        try:
            cases.append(play(case, rows, folder / str(number)))
        except leeway.LeewayClientError as error:
            cases.append({"name": case.name, "error": str(error)})
    found = {"features": FEATURES, "rows": json.loads(rows[list(FEATURES)].to_json(orient="columns")), "cases": cases}
    (folder / "models.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
