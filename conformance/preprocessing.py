"""Writes preprocessing.json: columns prepared by scikit-learn, fitted on some rows and applied to others.

Needs: numpy, scikit-learn
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)


def listed(values):
    return [[None if isinstance(x, float) and np.isnan(x) else x for x in row] for row in np.asarray(values).tolist()]


def column(values):
    return [row[0] for row in listed(values)]


def vector(step, train, other, fit):
    transformed = fit(train)
    return {"step": step, "train": column(train), "other": column(other), "expected": listed(transformed(other))}


def with_gaps(values, share):
    values = np.round(values, 3)
    values[rng.random(values.size) < share] = np.nan
    return values.reshape(-1, 1)


def main():
    numbers = with_gaps(rng.gamma(2, 3, 200), 0.1)
    others = with_gaps(np.concatenate([rng.gamma(2, 5, 30), [-0.5, -1, -2, 1000]]), 0.1)
    whole = numbers[~np.isnan(numbers)].reshape(-1, 1)
    few = np.array([[v] for v in rng.choice([1.0, 2.0, 2.0, 5.0, 5.0], 100)])
    words = np.array([[w] for w in rng.choice(["b", "a", "ä", "it's"], 60)], dtype=object)
    unseen = np.array([["a"], ["zzz"], ["it's"], ["ä"], ["b"]], dtype=object)
    name = "x"

    def scaler(kind):
        return lambda train: kind().fit(train).transform

    def imputer(strategy):
        return lambda train: SimpleImputer(strategy=strategy).fit(train).transform

    def clip(train):
        low, high = np.nanquantile(train, [0.05, 0.9])
        return lambda other: np.clip(other, low, high)

    def bins(train):
        # The rule of bins is scikit-learn's; the edges are numpy's quantiles.
        found = KBinsDiscretizer(n_bins=4, encode="ordinal", strategy="quantile", quantile_method="linear").fit(train)
        return found.transform

    def log1p(_):
        return lambda other: np.where(other > -1, np.log1p(np.maximum(other, -0.999999)), np.nan)

    present = others[~np.isnan(others)].reshape(-1, 1)
    vectors = [
        vector({"do": "standardize", "columns": [name]}, numbers, others, scaler(StandardScaler)),
        vector({"do": "min_max", "columns": [name]}, numbers, others, scaler(MinMaxScaler)),
        vector({"do": "impute", "columns": [name], "with": "mean"}, numbers, others, imputer("mean")),
        vector({"do": "impute", "columns": [name], "with": "median"}, numbers, others, imputer("median")),
        vector({"do": "impute", "columns": [name], "with": "mode"}, few, others, imputer("most_frequent")),
        vector({"do": "clip", "columns": [name], "lower": 0.05, "upper": 0.9}, numbers, others, clip),
        vector({"do": "log1p", "columns": [name]}, numbers, others, log1p),
        vector({"do": "bin", "columns": [name], "bins": 4}, whole, present, bins),
        vector(
            {"do": "one_hot", "columns": [name]},
            words,
            unseen,
            lambda train: OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(train).transform,
        ),
        vector(
            {"do": "ordinal", "columns": [name], "unseen": -7},
            words,
            unseen,
            lambda train: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-7).fit(train).transform,
        ),
    ]
    document = {
        "source": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
        "vectors": vectors,
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


main()
