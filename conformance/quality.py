"""Vectors for data quality: Fisher intervals of correlations, and intervals of a difference of two shares.

Needs: numpy, scipy, statsmodels
"""

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep


def correlations():
    rng = np.random.default_rng(7)
    cases = []
    for n, mix in [(10, 0.2), (50, -0.6), (400, 0.95), (12, 0.0), (30, 0.5)]:
        x = np.round(rng.normal(size=n), 2)
        y = np.round(mix * x + np.sqrt(1 - mix**2) * rng.normal(size=n), 2)
        result = stats.pearsonr(x, y)
        low, high = result.confidence_interval(0.95)
        cases.append(
            {"x": x.tolist(), "y": y.tolist(), "n": n, "r": result.statistic, "lower": low, "upper": high}
        )
    return {"source": f"scipy {scipy.__version__} stats.pearsonr", "cases": cases}


def differences():
    cases = []
    for bad, n, before, m in [(30, 1000, 0, 5000), (1, 40, 3, 900), (500, 1000, 480, 1000), (0, 20, 0, 20), (12, 12, 1, 30)]:
        low, high = confint_proportions_2indep(bad, n, before, m, method="newcomb", compare="diff")
        cases.append({"bad": bad, "n": n, "before": before, "m": m, "lower": low, "upper": high})
    return {"source": f"statsmodels {statsmodels.__version__} confint_proportions_2indep newcomb", "cases": cases}


if __name__ == "__main__":
    path = Path(__file__).parent / "quality.json"
    vectors = {"correlations": correlations(), "differences": differences()}
    path.write_text(json.dumps(vectors, indent=1, allow_nan=False) + "\n")
