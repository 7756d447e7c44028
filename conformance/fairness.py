"""Writes fairness.json: disparities between groups, as Fairlearn and Aequitas give them.

Needs: numpy, pandas, fairlearn, aequitas, scikit-learn
"""

import json
import pathlib
import warnings

import aequitas.version
import fairlearn
import numpy as np
import pandas as pd
from aequitas.bias import Bias
from aequitas.group import Group
from fairlearn import metrics
from sklearn.metrics import accuracy_score, precision_score

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(20260302)

# The 71 rows of fairlearn/fairlearn test/unit/metrics/data_for_test.py, as digits.
LABELS = [int(c) for c in "10111011000111011001110000111111010100101001110001111001110110111111111"]
PREDICTED = [int(c) for c in "01110001111001110110110000111111010100101011011011011111000011111111111"]
WEIGHTS = [int(c) for c in "12312123111233121112322121313141213233414131112331211123112321223232341"]

MEASURES = {
    "selection_rate": metrics.selection_rate,
    "true_positive_rate": metrics.true_positive_rate,
    "false_positive_rate": metrics.false_positive_rate,
    "true_negative_rate": metrics.true_negative_rate,
    "false_negative_rate": metrics.false_negative_rate,
    "precision": precision_score,
    "accuracy": accuracy_score,
}


def fairlearn_case(name, labels, predicted, groups, weights=None):
    params = {measure: {"sample_weight": weights} for measure in MEASURES}
    frame = metrics.MetricFrame(
        metrics=MEASURES, y_true=labels, y_pred=predicted, sensitive_features=groups, sample_params=params
    )
    aggregate = {
        method: {"difference": frame.difference(method=method).to_dict(), "ratio": frame.ratio(method=method).to_dict()}
        for method in ("between_groups", "to_overall")
    }
    common = {"sensitive_features": groups, "sample_weight": weights}
    criteria = {}
    for criterion in ("demographic_parity", "equal_opportunity", "equalized_odds"):
        for kind in ("difference", "ratio"):
            function = getattr(metrics, f"{criterion}_{kind}")
            criteria[f"{criterion}_{kind}"] = function(labels, predicted, **common)
            if criterion == "equalized_odds":
                criteria[f"{criterion}_mean_{kind}"] = function(labels, predicted, agg="mean", **common)
    return {
        "name": name,
        "labels": list(labels),
        "predicted": list(predicted),
        "groups": list(groups),
        "weights": None if weights is None else list(weights),
        "overall": frame.overall.to_dict(),
        "by_group": {measure: frame.by_group[measure].to_dict() for measure in MEASURES},
        **aggregate,
        "criteria": criteria,
    }


def runs(names, length, n=71):
    return [names[(i // length) % len(names)] for i in range(n)]


def drawn(n, shares, rates):
    groups = rng.choice(list(shares), p=list(shares.values()), size=n)
    labels = (rng.random(n) < 0.4).astype(int)
    predicted = (rng.random(n) < np.array([rates[g] for g in groups]) + 0.35 * labels).astype(int)
    return labels.tolist(), predicted.tolist(), groups.tolist()


def fairlearn_cases():
    four = drawn(300, {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}, {"a": 0.2, "b": 0.3, "c": 0.15, "d": 0.4})
    weights = rng.choice([1, 2, 0.5, 8], size=300).tolist()
    return [
        fairlearn_case("71 rows in runs of two", LABELS, PREDICTED, runs(["aa", "ba"], 2)),
        fairlearn_case("71 rows in runs of two, weighted", LABELS, PREDICTED, runs(["aa", "ba"], 2), WEIGHTS),
        fairlearn_case(
            "71 rows, two attributes together",
            LABELS,
            PREDICTED,
            [f"{a}, {b}" for a, b in zip(runs(["aa", "ba"], 2), runs(["f", "g"], 3))],
        ),
        fairlearn_case("four groups", *four),
        fairlearn_case("four groups, weighted", *four, weights),
    ]


AEQUITAS = {
    "selection_rate": "pprev",
    "true_positive_rate": "tpr",
    "false_positive_rate": "fpr",
    "true_negative_rate": "tnr",
    "false_negative_rate": "fnr",
    "precision": "precision",
    "negative_predictive_value": "npv",
    "false_discovery_rate": "fdr",
    "false_omission_rate": "for",
    "accuracy": "accuracy",
    "prevalence": "prev",
}


def aequitas_case(name, labels, predicted, groups, reference):
    frame = pd.DataFrame({"score": predicted, "label_value": labels, "attribute": groups}).astype({"attribute": object})
    crosstab, _ = Group().get_crosstabs(frame, attr_cols=["attribute"])
    biased = Bias().get_disparity_predefined_groups(
        crosstab, original_df=frame, ref_groups_dict={"attribute": reference}, check_significance=False, mask_significance=False
    )
    finite = lambda value: float(value) if np.isfinite(value) else None
    rows = {row["attribute_value"]: row for _, row in biased.iterrows()}
    return {
        "name": name,
        "labels": labels,
        "predicted": predicted,
        "groups": groups,
        "reference": reference,
        "values": {m: {g: finite(row[a]) for g, row in rows.items()} for m, a in AEQUITAS.items()},
        # Of a reference of 0 Aequitas says 10, or nothing: left out.
        "disparities": {
            m: {g: finite(row[f"{a}_disparity"]) for g, row in rows.items() if g != reference and rows[reference][a] > 0}
            for m, a in AEQUITAS.items()
            if f"{a}_disparity" in biased
        },
    }


def aequitas_cases():
    three = drawn(150, {"White": 0.5, "Black": 0.3, "Other": 0.2}, {"White": 0.15, "Black": 0.35, "Other": 0.25})
    empty = ([1, 1, 0, 0, 1, 0, 0, 0, 1, 0], [1, 0, 1, 0, 1, 0, 0, 0, 0, 1], ["a"] * 4 + ["b"] * 3 + ["c"] * 3)
    return [
        aequitas_case("three groups", *three, "White"),
        aequitas_case("three groups, another reference", *three, "Other"),
        aequitas_case("few rows, one cell empty", *empty, "a"),
        aequitas_case("71 rows in runs of two", LABELS, PREDICTED, runs(["aa", "ba"], 2), "ba"),
    ]


vectors = {
    "source": f"fairlearn {fairlearn.__version__} MetricFrame and criteria; aequitas {aequitas.version.__version__} Group and "
    "Bias; the 71 rows are fairlearn/fairlearn test/unit/metrics/data_for_test.py",
    "fairlearn": fairlearn_cases(),
    "aequitas": aequitas_cases(),
}
text = json.dumps(vectors, allow_nan=False, default=lambda value: value.item())
(HERE / "fairness.json").write_text(text + "\n")
