"""Writes performance.json: metrics and curves of classifiers and regressors, with and without weights.

Needs: numpy, scikit-learn
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics

HERE = pathlib.Path(__file__).parent
SOURCE = f"scikit-learn {sklearn.__version__}"
rng = np.random.default_rng(20260301)


def rounded(values, digits=3):
    return [round(float(value), digits) for value in values]


def binary_metrics(y, p, said, w):
    kw = {"sample_weight": w}
    tn, fp, fn, tp = metrics.confusion_matrix(y, said, labels=[0, 1], **kw).ravel()
    found = {
        "log_loss": metrics.log_loss(y, p, labels=[0, 1], **kw),
        "brier_score": metrics.brier_score_loss(y, p, labels=[0, 1], **kw),
        "accuracy": metrics.accuracy_score(y, said, **kw),
        "prevalence": np.average(y, weights=w),
        "selection_rate": np.average(said, weights=w),
        "calibration_bias": np.average(p - y, weights=w),
    }
    if len(set(y)) == 2:
        found |= {
            "roc_auc": metrics.roc_auc_score(y, p, **kw),
            "average_precision": metrics.average_precision_score(y, p, **kw),
            "balanced_accuracy": metrics.balanced_accuracy_score(y, said, **kw),
            "specificity": metrics.recall_score(y, said, pos_label=0, **kw),
            "false_positive_rate": fp / (fp + tn),
        }
    if len(set(y)) == 2 and len(set(said)) == 2:
        # Of one class, scikit-learn says 0 for these.
        found |= {
            "negative_predictive_value": metrics.precision_score(y, said, pos_label=0, **kw),
            "false_omission_rate": fn / (fn + tn),
            "matthews_corrcoef": metrics.matthews_corrcoef(y, said, **kw),
        }
    if tp + fn > 0:
        found |= {
            "recall": metrics.recall_score(y, said, **kw),
            "false_negative_rate": fn / (fn + tp),
            "f1": metrics.f1_score(y, said, **kw),
            "f05": metrics.fbeta_score(y, said, beta=0.5, **kw),
            "f2": metrics.fbeta_score(y, said, beta=2, **kw),
        }
    if tp + fp > 0:
        found |= {"precision": metrics.precision_score(y, said, zero_division=0, **kw), "false_discovery_rate": fp / (fp + tp)}
    return found


def binary_case(name, y, p, w=None, curves=False):
    said = (p >= 0.5).astype(int)
    case = {
        "name": name,
        "labels": y.tolist(),
        "scores": p.tolist(),
        "weights": None if w is None else w.tolist(),
        "metrics": binary_metrics(y, p, said, w),
    }
    if curves:
        fpr, tpr, thresholds = metrics.roc_curve(y, p, sample_weight=w, drop_intermediate=False)
        precision, recall, _ = metrics.precision_recall_curve(y, p, sample_weight=w)
        case["roc"] = {"fpr": fpr.tolist(), "tpr": tpr.tolist(), "thresholds": [None, *thresholds[1:].tolist()]}
        # The last point is (1, 0) by definition, of no threshold.
        case["precision_recall"] = {"precision": precision[:-1].tolist(), "recall": recall[:-1].tolist()}
    return case


def binary():
    y = rng.integers(0, 2, size=120)
    p = np.array(rounded(np.clip(0.35 + 0.25 * y + rng.normal(0, 0.2, 120), 0.01, 0.99)))
    ties = np.array(rounded(p, 1))
    w = np.array(rounded(rng.choice([1, 1, 4, 0.5, 10], size=120)))
    rare = (rng.random(150) < 0.06).astype(int)
    rare_p = np.array(rounded(np.clip(rng.beta(1, 12, 150) + 0.2 * rare, 0.001, 0.999)))
    some = slice(0, 40)
    return [
        binary_case("all scores differ or nearly", y, p, curves=True),
        binary_case("scores of one digit: ties", y, ties, curves=True),
        binary_case("weights", y, p, w, curves=True),
        binary_case("weights and ties", y, ties, w),
        binary_case("rare positives", rare, rare_p),
        binary_case("negatives only", np.zeros(40, dtype=int), p[some]),
        binary_case("positives only", np.ones(40, dtype=int), p[some]),
        binary_case("nothing predicted positive", y[some], np.array(rounded(p[some] / 3))),
        binary_case("everything predicted positive", y[some], np.array(rounded(0.5 + p[some] / 2))),
    ]


def multiclass():
    classes, n, k = ["a", "b", "c", "d"], 100, 3
    y = rng.integers(0, k, size=n)
    raw = rng.gamma(1, 1, size=(n, k)) + 1.5 * np.eye(k)[y]
    proba = np.round(raw / raw.sum(axis=1, keepdims=True), 4)
    proba[:, -1] = np.round(1 - proba[:, :-1].sum(axis=1), 4)
    said = proba.argmax(axis=1)
    w = np.array(rounded(rng.choice([1, 2, 5, 0.25], size=n)))
    cases = []
    for name, weights in (("probabilities", None), ("weights", w)):
        kw = {"sample_weight": weights}
        expected = {
            "accuracy": metrics.accuracy_score(y, said, **kw),
            "balanced_accuracy": metrics.balanced_accuracy_score(y, said, **kw),
            "log_loss": metrics.log_loss(y, proba, labels=range(k), **kw),
            "matthews_corrcoef": metrics.matthews_corrcoef(y, said, **kw),
            "cohen_kappa": metrics.cohen_kappa_score(y, said, **kw),
        }
        expected["roc_auc_ovr"] = metrics.roc_auc_score(y, proba, multi_class="ovr", **kw)
        expected["brier_score"] = metrics.brier_score_loss(y, proba, **kw)
        for average in ("macro", "micro", "weighted"):
            for metric in ("precision", "recall", "f1"):
                score = getattr(metrics, f"{metric}_score")
                expected[f"{metric}_{average}"] = score(y, said, average=average, zero_division=0, **kw)
        per_class = {
            metric: getattr(metrics, f"{metric}_score")(y, said, average=None, labels=range(k), zero_division=0, **kw).tolist()
            for metric in ("precision", "recall", "f1")
        }
        per_class["roc_auc"] = [metrics.roc_auc_score(y == i, proba[:, i], **kw) for i in range(k)]
        cases.append(
            {
                "name": name,
                "classes": classes[:k],
                "labels": y.tolist(),
                "predicted": said.tolist(),
                "probabilities": proba.T.tolist(),
                "weights": None if weights is None else weights.tolist(),
                "metrics": expected,
                "per_class": per_class,
            }
        )
    return cases


def regression():
    n = 81
    y = np.array(rounded(rng.normal(40, 12, size=n), 1))
    p = np.array(rounded(y + rng.normal(1, 5, size=n), 1))
    w = np.array(rounded(rng.choice([1, 3, 0.5], size=n)))
    far = y + 1e7
    cases = []
    for name, labels, predicted, weights in (
        ("odd count", y, p, None),
        ("even count", y[:80], p[:80], None),
        ("weights", y, p, w),
        ("large labels", far, p + 1e7, None),
        ("a label and predictions of 0", np.array([0.0, 0, 2, 5]), np.array([0.0, 1, 0, 4]), None),
    ):
        kw = {"sample_weight": weights}
        error = predicted - labels
        sizes = np.abs(labels) + np.abs(predicted)
        symmetric = np.divide(2 * np.abs(error), sizes, out=np.zeros_like(error), where=sizes > 0)
        expected = {
            "mae": metrics.mean_absolute_error(labels, predicted, **kw),
            "mse": metrics.mean_squared_error(labels, predicted, **kw),
            "rmse": metrics.root_mean_squared_error(labels, predicted, **kw),
            "median_absolute_error": metrics.median_absolute_error(labels, predicted, **kw),
            "max_error": metrics.max_error(labels, predicted),
            "r2": metrics.r2_score(labels, predicted, **kw),
            "explained_variance": metrics.explained_variance_score(labels, predicted, **kw),
            "rmsle": metrics.root_mean_squared_log_error(labels, predicted, **kw),
            "bias": np.average(error, weights=weights),
            "smape": np.average(symmetric, weights=weights),
            "wape": np.average(np.abs(error), weights=weights) / np.average(np.abs(labels), weights=weights),
        }
        if (labels != 0).all():
            expected["mape"] = metrics.mean_absolute_percentage_error(labels, predicted, **kw)
        cases.append(
            {
                "name": name,
                "labels": labels.tolist(),
                "predictions": predicted.tolist(),
                "weights": None if weights is None else weights.tolist(),
                "metrics": expected,
                "pinball": [
                    {"quantile": q, "loss": metrics.mean_pinball_loss(labels, predicted, alpha=q, **kw)} for q in (0.1, 0.5, 0.9)
                ],
            }
        )
    return cases


vectors = {
    "source": f"sklearn.metrics, {SOURCE}; prevalence, selection_rate, calibration_bias, bias, smape, wape by formula (numpy)",
    "binary": binary(),
    "multiclass": multiclass(),
    "regression": regression(),
}
text = json.dumps(vectors, allow_nan=False, default=lambda value: value.item())
(HERE / "performance.json").write_text(text + "\n")
