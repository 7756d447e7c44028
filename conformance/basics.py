"""Special functions, comparisons of two models on the same rows, and small tables of classes and numbers.

Needs: numpy, scipy, scikit-learn, statsmodels
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy import special, stats
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent
SCIPY = f"scipy {scipy.__version__}"
SKLEARN = f"scikit-learn {sklearn.__version__}"
STATSMODELS = f"statsmodels {statsmodels.__version__}"
rng = np.random.default_rng(20240501)


def write(name, vectors):
    text = json.dumps(vectors, indent=1, allow_nan=False, default=lambda value: value.item())
    (HERE / f"{name}.json").write_text(text + "\n")


def rounded(values, digits=3):
    return [round(float(value), digits) for value in values]


def special_functions():
    return {
        "source": f"scipy.stats.norm.sf, norm.ppf, chi2.sf, scipy.special.kolmogorov, {SCIPY}",
        "normal_survival": [{"z": z, "expected": stats.norm.sf(z)} for z in (-3.0, -0.5, 0.0, 0.1, 1.0, 1.96, 5.0, 10.0, 30.0)],
        "normal_critical": [
            {"confidence": c, "expected": stats.norm.ppf((1 + c) / 2)} for c in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
        ],
        "chi_squared_survival": [
            {"x": x, "df": df, "expected": stats.chi2.sf(x, df)}
            for x, df in ((0.0, 1), (0.001, 1), (3.84, 1), (50.0, 1), (2.0, 2), (9.0, 9), (20.0, 9), (300.0, 9), (40.0, 50), (1000.0, 950))
        ],
        "kolmogorov_survival": [
            {"x": x, "expected": special.kolmogorov(x)} for x in (0.2, 0.4, 0.7, 0.9999, 1.0, 1.36, 2.0, 4.0)
        ],
    }


def delong(labels, first, second):
    """By the definition, over all pairs of a positive and a negative."""
    positive, negative = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    v10, v01 = [], []
    for scores in (first, second):
        wins = (scores[positive][:, None] > scores[negative]) + 0.5 * (scores[positive][:, None] == scores[negative])
        v10.append(wins.mean(axis=1))
        v01.append(wins.mean(axis=0))
    s = np.cov(v10) / len(positive) + np.cov(v01) / len(negative)
    aucs = [v.mean() for v in v10]
    error = np.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1])
    z = (aucs[1] - aucs[0]) / error
    return {
        "champion": aucs[0],
        "challenger": aucs[1],
        "champion_error": np.sqrt(s[0, 0]),
        "standard_error": error,
        "p": 2 * stats.norm.sf(abs(z)),
    }


def binary():
    labels = rng.integers(0, 2, size=60)
    champion = np.array(rounded(np.clip(0.4 + 0.15 * labels + rng.normal(0, 0.25, 60), 0.01, 0.99), 2))
    challenger = np.array(rounded(np.clip(0.4 + 0.25 * labels + rng.normal(0, 0.25, 60), 0.01, 0.99), 2))
    predicted = (champion >= 0.5).astype(int)
    return {
        "source": f"sklearn.metrics, {SKLEARN}; DeLong by its definition over all pairs",
        "labels": labels.tolist(),
        "champion": champion.tolist(),
        "challenger": challenger.tolist(),
        "threshold": 0.5,
        "metrics": {
            "roc_auc": metrics.roc_auc_score(labels, champion),
            "log_loss": metrics.log_loss(labels, champion),
            "brier_score": metrics.brier_score_loss(labels, champion),
            "accuracy": metrics.accuracy_score(labels, predicted),
            "precision": metrics.precision_score(labels, predicted),
            "recall": metrics.recall_score(labels, predicted),
            "f1": metrics.f1_score(labels, predicted),
            "specificity": metrics.recall_score(labels, predicted, pos_label=0),
            "prevalence": labels.mean(),
            "selection_rate": predicted.mean(),
            "calibration_bias": champion.mean() - labels.mean(),
        },
        "delong": delong(labels, champion, challenger),
    }


def multiclass():
    names = ["a", "b", "c", "d"]
    matrix = [[30, 5, 2, 0], [4, 20, 6, 0], [1, 7, 25, 1], [0, 0, 0, 0]]
    cells = [(i, j) for i in range(4) for j in range(4) for _ in range(matrix[i][j])]
    labels, predicted = [i for i, _ in cells], [j for _, j in cells]
    expected = {"accuracy": metrics.accuracy_score(labels, predicted)}
    recalls = metrics.recall_score(labels, predicted, labels=[0, 1, 2], average=None)
    expected["balanced_accuracy"] = recalls.mean()
    for average in ("macro", "micro", "weighted"):
        for name in ("precision", "recall", "f1"):
            score = getattr(metrics, f"{name}_score")
            expected[f"{name}_{average}"] = score(labels, predicted, average=average, zero_division=0)
    return {"source": f"sklearn.metrics, zero_division=0, {SKLEARN}", "labels": names, "matrix": matrix, "metrics": expected}


def regression():
    labels = np.array(rounded(rng.normal(100, 20, size=50), 1))
    predicted = np.array(rounded(labels + rng.normal(1, 5, size=50), 1))
    return {
        "source": f"sklearn.metrics, {SKLEARN}",
        "labels": labels.tolist(),
        "predictions": predicted.tolist(),
        "metrics": {
            "mae": metrics.mean_absolute_error(labels, predicted),
            "mse": metrics.mean_squared_error(labels, predicted),
            "rmse": metrics.root_mean_squared_error(labels, predicted),
            "mape": metrics.mean_absolute_percentage_error(labels, predicted),
            "r2": metrics.r2_score(labels, predicted),
            "bias": (predicted - labels).mean(),
        },
    }


def inference():
    families = [[0.01, 0.04, 0.03, 0.005, 0.5], [0.2, 0.2, 0.2], [0.001], [0.9, 1.0, 0.0, 0.049, 0.051, 0.05]]
    return {
        "source": f"statsmodels proportion_confint(method='wilson'), multipletests, mcnemar, {STATSMODELS}",
        "wilson": [
            {"successes": x, "n": n, "confidence": c, "expected": list(proportion_confint(x, n, 1 - c, method="wilson"))}
            for x, n, c in ((0, 10, 0.95), (10, 10, 0.95), (1, 3, 0.95), (812, 1000, 0.95), (812, 1000, 0.99))
        ],
        "multiple_testing": [
            {
                "p_values": p,
                "benjamini_hochberg": multipletests(p, method="fdr_bh")[1].tolist(),
                "bonferroni": multipletests(p, method="bonferroni")[1].tolist(),
            }
            for p in families
        ],
        "mcnemar": [
            {"champion_only": b, "challenger_only": c, "p": mcnemar([[0, b], [c, 0]], exact=b + c <= 1000, correction=False).pvalue}
            for b, c in ((5, 15), (0, 8), (400, 500), (1000, 1100))
        ],
    }


for build in (special_functions, binary, multiclass, regression, inference):
    write(build.__name__.replace("_", "-"), build())
