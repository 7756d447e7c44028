"""Writes season.json: decompositions of short series by STL.

Needs: numpy, statsmodels
"""

import json
import pathlib

import numpy as np
import statsmodels
from statsmodels.tsa.seasonal import STL

rng = np.random.default_rng(1990)


def vector(name, values, **options):
    values = [round(float(value), 3) for value in values]
    fit = STL(np.array(values), **options).fit()
    return {
        "name": name,
        "values": values,
        "options": options,
        **{key: np.round(getattr(fit, key), 12).tolist() for key in ("trend", "seasonal", "weights")},
    }


def main():
    t = np.arange(84)
    weekly = 10 + 0.05 * t + 3 * np.sin(2 * np.pi * t / 7) + rng.normal(0, 0.5, t.size)
    outliers = weekly.copy()
    outliers[[20, 41, 60]] += 15
    daily = 5 + np.cos(2 * np.pi * np.arange(120) / 24) * (1 + np.arange(120) / 120) + rng.normal(0, 0.2, 120)
    vectors = [
        vector("weekly", weekly, period=7),
        vector("weekly, robust", outliers, period=7, robust=True),
        vector("daily", daily, period=24, seasonal=13),
        vector("wide and robust", outliers[:50], period=5, seasonal=35, trend=61, robust=True),
        vector("level season", weekly, period=7, seasonal=121, seasonal_deg=0),
        vector("two seasons", weekly[:14], period=7),
        vector("a period of two", weekly[:20], period=2, robust=True),
        vector("constant", np.full(21, 4.0), period=7, robust=True),
    ]
    document = {"source": f"statsmodels.tsa.seasonal.STL, statsmodels {statsmodels.__version__}", "stl": vectors}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n")


main()
