"""Writes estimation.json: CBPE, its calibration and bands by NannyML, and gradient boosting by scikit-learn.

Needs: nannyml, numpy, pandas, scikit-learn
"""

import json
import os
import pathlib

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml
import numpy as np
import pandas as pd
import sklearn
from nannyml.calibration import IsotonicCalibrator
from nannyml.performance_estimation.confidence_based import metrics as cbpe
from nannyml.sampling_error import binary_classification as errors
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

HERE = pathlib.Path(__file__).parent
NANNYML = f"nannyml {nannyml.__version__}"
SKLEARN = f"scikit-learn {sklearn.__version__}"
METRICS = ["roc_auc", "average_precision", "accuracy", "precision", "recall", "specificity", "f1"]
ESTIMATE = {"roc_auc": cbpe.estimate_roc_auc, "average_precision": cbpe.estimate_ap}
ESTIMATE |= {name: getattr(cbpe, f"estimate_{name}") for name in METRICS[2:]}
rng = np.random.default_rng(20260101)


def binary_rows(n, shift):
    """Distinct scores of three digits that say too much, predictions at 0.4, labels."""
    score = np.sort(rng.choice(np.arange(1, 1000), n, replace=False)) / 1000
    chance = score**1.6 if shift else 0.15 + 0.6 * score**2
    return score, (score >= 0.4).astype(int), (rng.random(n) < chance).astype(int)


def estimate_all(score, said, chance):
    values = {}
    for name in METRICS:
        given = (chance, score) if name in ("roc_auc", "average_precision") else (said, chance)
        values[name] = ESTIMATE[name](*given)
    return values


def binary():
    """The functions that NannyML estimates by, on a calibration fitted to other rows."""
    score, said, label = binary_rows(400, False)
    reference = {"scores": score, "predicted": said, "labels": label}
    calibrator = IsotonicCalibrator()
    calibrator.fit(score, label)
    window, predicted, _ = binary_rows(250, False)
    chance = calibrator.calibrate(window)
    tp, fp = chance[predicted == 1].sum(), (1 - chance[predicted == 1]).sum()
    fn, tn = chance[predicted == 0].sum(), (1 - chance[predicted == 0]).sum()
    components = {}
    for name in ("roc_auc", "f1", "precision", "recall", "specificity", "accuracy"):
        function = {"roc_auc": "auroc"}.get(name, name)
        said_or_score = pd.Series(score) if name == "roc_auc" else pd.Series(said)
        learned = getattr(errors, f"{function}_sampling_error_components")(pd.Series(label), said_or_score)
        components[name] = getattr(errors, f"{function}_sampling_error")(learned, pd.Series(window))
    return {
        "source": f"IsotonicCalibrator, estimate_*, *_sampling_error, {NANNYML}; isotonic regression of {SKLEARN}",
        "reference": reference,
        "window": {"scores": window, "predicted": predicted},
        "calibrated": chance,
        "expected": estimate_all(window, predicted, chance),
        "confusion": {"tp": tp, "fp": fp, "fn": fn, "tn": tn},
        "samplingErrors": components,
    }


def counts_of(frame, labels=True):
    """Rows counted by score: the bundled scores have two digits."""
    columns = {"rows": [], "predicted": [], "positives": [], "truePositives": []}
    scores = sorted(frame.score.unique())
    for score in scores:
        own = frame[frame.score == score]
        columns["rows"].append(len(own))
        columns["predicted"].append(int(own.said.sum()))
        if labels:
            columns["positives"].append(int(own.label.sum()))
            columns["truePositives"].append(int((own.label * own.said).sum()))
    return {"scores": scores, **{name: counts for name, counts in columns.items() if counts}}


def bundled():
    """NannyML's own run over its bundled binary data, ten chunks of each part: the calibration is its own decision."""
    reference, analysis, _ = nannyml.load_synthetic_binary_classification_dataset()
    estimator = nannyml.CBPE(
        y_pred_proba="y_pred_proba",
        y_pred="y_pred",
        y_true="work_home_actual",
        metrics=METRICS,
        chunk_number=10,
        problem_type="classification_binary",
    )
    for frame in (reference, analysis):
        frame["y_pred"] = frame["y_pred_proba"].map(lambda p: int(p >= 0.8))
    estimator.fit(reference)
    found = estimator.estimate(analysis).filter(period="analysis").to_df()
    names = {"y_pred_proba": "score", "y_pred": "said", "work_home_actual": "label"}
    chunks = []
    for i in (0, 4, 9):
        rows = analysis.iloc[int(found.iloc[i][("chunk", "start_index")]) : int(found.iloc[i][("chunk", "end_index")]) + 1]
        row = found.iloc[i]
        chunks.append(
            {
                "counts": counts_of(rows.rename(columns=names), labels=False),
                "expected": {name: row[(name, "value")] for name in METRICS},
                "upper": {name: row[(name, "upper_confidence_boundary")] for name in METRICS},
                "lower": {name: row[(name, "lower_confidence_boundary")] for name in METRICS},
            }
        )
    return {
        "source": f"CBPE over load_synthetic_binary_classification_dataset, {NANNYML}",
        "reference": counts_of(reference.rename(columns=names)),
        "needsCalibration": bool(estimator.needs_calibration),
        "chunks": chunks,
    }


def multiclass():
    """NannyML's calibration of three classes, one against the rest and then scaled to a sum of 1."""
    from nannyml.performance_estimation.confidence_based.cbpe import _calibrate_predicted_probabilities, _fit_calibrators

    classes = ["a", "b", "c"]
    columns = {name: f"p_{name}" for name in classes}

    def rows(n, sharpness):
        z = rng.normal(size=(n, 3))
        p = np.exp(sharpness * z)
        p = np.round(p / p.sum(axis=1, keepdims=True), 6)
        truth = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        label = [rng.choice(classes, p=row) for row in truth]
        frame = pd.DataFrame({columns[name]: p[:, i] for i, name in enumerate(classes)})
        frame["said"] = [classes[i] for i in p.argmax(axis=1)]
        frame["label"] = label
        return frame

    reference, window = rows(450, 2), rows(200, 2.2)
    calibrators = _fit_calibrators(reference, "label", columns, IsotonicCalibrator())
    calibrated = _calibrate_predicted_probabilities(window, "label", columns, calibrators)
    per_class, expected = {}, {}
    for name in classes:
        said = (window.said == name).astype(int)
        per_class[name] = estimate_all(window[columns[name]], said, calibrated[columns[name]])
    for metric in METRICS:
        expected[metric] = np.mean([per_class[name][metric] for name in classes])
    expected["accuracy"] = np.mean([calibrated[columns[said]].iloc[i] for i, said in enumerate(window.said)])
    return {
        "source": f"_fit_calibrators, _calibrate_predicted_probabilities, estimate_* one against the rest, {NANNYML}",
        "classes": classes,
        "applied": {name: type(calibrators[name]).__name__ != "NoopCalibrator" for name in classes},
        "reference": {**{name: reference[columns[name]] for name in classes}, "label": list(reference.label)},
        "window": {**{name: window[columns[name]] for name in classes}, "said": list(window.said)},
        "calibrated": {name: calibrated[columns[name]].round(9) for name in classes},
        "expected": expected,
    }


def gradient_boosting():
    def rows(n):
        x, z = rng.normal(size=n).round(2), rng.uniform(size=n).round(2)
        category = rng.integers(0, 6, n)
        signal = np.sin(2 * x) + 2 * (category % 2) * z
        number = (signal + rng.normal(size=n) / 2).round(2)
        answer = (rng.random(n) < 1 / (1 + np.exp(1 - 2 * signal))).astype(int)
        x[rng.random(n) < 0.1] = np.nan
        return {"x": x, "z": z, "category": category, "number": number, "answer": answer}

    train, test = rows(1200), rows(800)
    matrix = lambda part: np.column_stack([part["x"], part["z"], part["category"]])
    options = {"early_stopping": False, "categorical_features": [2]}
    regressor = HistGradientBoostingRegressor(**options).fit(matrix(train), train["number"])
    classifier = HistGradientBoostingClassifier(max_iter=30, **options).fit(matrix(train), train["answer"])
    p = classifier.predict_proba(matrix(test))[:, 1]
    return {
        "source": f"HistGradientBoostingRegressor, HistGradientBoostingClassifier(max_iter=30), {SKLEARN}",
        "train": train,
        "test": test,
        "scikitLearn": {
            "meanSquaredError": np.mean((regressor.predict(matrix(test)) - test["number"]) ** 2),
            "logLoss": -np.mean(np.where(test["answer"] == 1, np.log(p), np.log(1 - p))),
        },
    }


def plain(value):
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, np.ndarray, pd.Series)):
        return [plain(entry) for entry in value]
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and np.isnan(value) else value


vectors = {"binary": binary(), "bundled": bundled(), "multiclass": multiclass(), "gradientBoosting": gradient_boosting()}
text = json.dumps(plain(vectors), indent=1, allow_nan=False)
(HERE / "estimation.json").write_text(text + "\n")
