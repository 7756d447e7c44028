"""Writes multivariate.json: principal components, reconstruction errors, kernel discrepancies, domain classifiers, text.

Needs: numpy, scipy, scikit-learn, pandas, nannyml
"""

import importlib.metadata
import json
import logging
import pathlib
import warnings

import numpy as np
import pandas as pd
from nannyml.drift.multivariate.data_reconstruction.calculator import DataReconstructionDriftCalculator
from nannyml.drift.multivariate.domain_classifier.calculator import DomainClassifierCalculator
from scipy.spatial.distance import cdist, pdist
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import BernoulliNB
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

version = importlib.metadata.version
SIZE = 200


def rounded(values, digits=3):
    return np.round(values, digits)


def pca():
    rng = np.random.default_rng(7)
    mixing = rng.normal(size=(5, 5))
    rows = rounded(rng.normal(size=(60, 5)) @ mixing * [1, 10, 0.1, 3, 100] + [5, -3, 0, 1e3, 7])
    with_constant = np.column_stack([rows[:, :3], np.full(60, 4.0)])
    cases = []
    for name, data, share in (
        ("two thirds", rows, 0.65),
        ("nine tenths", rows, 0.9),
        ("a constant column", with_constant, 0.65),
    ):
        scaled = StandardScaler().fit_transform(data)
        model = PCA(n_components=share, svd_solver="full").fit(scaled)
        rebuilt = model.inverse_transform(model.transform(scaled))
        cases.append(
            {
                "name": name,
                "rows": data.tolist(),
                "variance": share,
                "explainedVarianceRatio": model.explained_variance_ratio_.tolist(),
                "errors": np.linalg.norm(scaled - rebuilt, axis=1).tolist(),
            }
        )
    return {"source": f"sklearn.decomposition.PCA, scikit-learn {version('scikit-learn')}", "cases": cases}


def table():
    """Six chunks as they should be, and four in which the structure goes while a column alone hardly changes."""
    rng = np.random.default_rng(11)
    n = 10 * SIZE
    a = rng.normal(size=n)
    late = np.arange(n) >= 6 * SIZE
    sign = np.where(late & (np.arange(n) >= 8 * SIZE), -1, 1)
    b = 0.9 * sign * a + 0.44 * rng.normal(size=n)
    c = rng.exponential(size=n)
    city = np.where(a + rng.normal(size=n) > 0.7, "Oslo", np.where(rng.random(n) < 0.3, "Rome", "Bonn")).astype(object)
    city[late & (rng.random(n) < 0.02)] = "Kiel"
    frame = pd.DataFrame({"a": rounded(a, 2), "b": rounded(b, 2), "c": rounded(c, 2), "city": city})
    frame.loc[rng.random(n) < 0.05, "b"] = np.nan
    frame.loc[rng.random(n) < 0.05, "city"] = np.nan
    return frame


def reconstruction(frame):
    reference, analysis = frame.iloc[: 6 * SIZE], frame.iloc[6 * SIZE :].reset_index(drop=True)
    calculator = DataReconstructionDriftCalculator(column_names=list(frame.columns), chunk_size=SIZE).fit(reference)
    result = calculator.calculate(analysis).to_df()["reconstruction_error"]
    return {
        "source": f"nannyml DataReconstructionDriftCalculator, nannyml {version('nannyml')}",
        "chunk": SIZE,
        "referenceChunks": 6,
        "values": result["value"].tolist(),
        "samplingErrors": result["sampling_error"].tolist(),
        "lower": float(result["lower_threshold"].iloc[0]),
        "upper": float(result["upper_threshold"].iloc[0]),
    }


def domains(frame):
    reference, analysis = frame.iloc[: 6 * SIZE], frame.iloc[6 * SIZE :].reset_index(drop=True)
    calculator = DomainClassifierCalculator(
        feature_column_names=list(frame.columns), chunk_size=2 * SIZE, hyperparameters={"verbosity": -1}
    ).fit(reference)
    result = calculator.calculate(analysis).filter(period="analysis").to_df()
    return {
        "source": f"nannyml DomainClassifierCalculator, nannyml {version('nannyml')}",
        "chunk": 2 * SIZE,
        "values": result[("domain_classifier_auroc", "value")].tolist(),
    }


def kernel_sums(x, y, width):
    gram = lambda p, q: np.exp(-cdist(p, q, "sqeuclidean") / (2 * width**2))
    n, m = len(x), len(y)
    xx, yy, xy = gram(x, x), gram(y, y), gram(x, y)
    unbiased = (xx.sum() - n) / (n * (n - 1)) + (yy.sum() - m) / (m * (m - 1)) - 2 * xy.mean()
    return {"unbiased": float(unbiased), "biased": float(xx.mean() + yy.mean() - 2 * xy.mean())}


def mmd():
    """The first two are the samples of Frouros' own tests, which state 0.10163633 and 0.01570397."""
    square = 2 * np.eye(2)
    draw = lambda mean, covariance: np.random.multivariate_normal(mean, covariance, size=100)
    np.random.seed(31)
    x = draw(np.ones(2), square)
    np.random.seed(31)
    y = draw(np.zeros(2), 3 * np.eye(2) - 1)
    np.random.seed(31)
    u, v = draw(np.ones(2), square), draw(np.ones(2), square)
    rng = np.random.default_rng(5)
    p, q = rounded(rng.normal(size=(40, 3))), rounded(rng.normal(size=(25, 3)) + [0.5, 0, 0])
    cases = []
    for name, one, other, width, stated in (
        ("Frouros, different", x, y, 1.0, 0.10163633),
        ("Frouros, same", u, v, 1.0, 0.01570397),
        ("sizes that differ", p, q, 1.7, None),
    ):
        one, other = rounded(one, 9), rounded(other, 9)
        cases.append(
            {
                "name": name,
                "reference": one.tolist(),
                "current": other.tolist(),
                "bandwidth": width,
                "stated": stated,
                "medianBandwidth": float(np.median(pdist(np.vstack([one, other])))),
                **kernel_sums(one, other, width),
            }
        )
    return {"source": f"scipy.spatial.distance, scipy {version('scipy')}; values stated by frouros 0.9", "cases": cases}


def naive_bayes():
    reference = ["the bus was late", "the train was on time", "a late train", "a bus on time", "the tram came late"]
    current = ["refund my ticket please", "the refund never came", "please refund", "my ticket was lost"]
    vectorizer = CountVectorizer(binary=True, token_pattern=r"(?u)\w+")
    present = vectorizer.fit_transform(reference + current)
    target = [0] * len(reference) + [1] * len(current)
    model = BernoulliNB(alpha=0.5, fit_prior=False).fit(present, target)
    odds = model.predict_log_proba(present)
    return {
        "source": f"sklearn.naive_bayes.BernoulliNB, scikit-learn {version('scikit-learn')}",
        "reference": reference,
        "current": current,
        "alpha": 0.5,
        "logOdds": (odds[:, 1] - odds[:, 0]).tolist(),
    }


def main():
    frame = table()
    columns = {
        name: [None if pd.isna(value) else value for value in frame[name].tolist()] for name in frame.columns
    }
    document = {
        "pca": pca(),
        "table": columns,
        "reconstruction": reconstruction(frame),
        "domains": domains(frame),
        "mmd": mmd(),
        "naiveBayes": naive_bayes(),
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, allow_nan=False) + "\n")


main()
