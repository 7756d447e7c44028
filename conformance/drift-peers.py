"""Writes drift-peers-<peer>.json next to this file: what a peer says of small columns.

Needs evidently: evidently, numpy, pandas
Needs nannyml: nannyml, numpy, pandas

    python conformance/drift-peers.py evidently && npx biome check --write conformance
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)


def rounded(values, digits=2):
    return [round(float(value), digits) for value in values]


def letters(counts):
    return [letter for letter, rows in zip("abcdefgh", counts) for _ in range(rows)]


NUMERIC = [
    ("shifted", rounded(rng.normal(size=300)), rounded(rng.normal(0.4, 1, size=200))),
    ("skewed", rounded(rng.exponential(2, size=250)), rounded(rng.exponential(3, size=180))),
    ("out of range", rounded(rng.uniform(0, 10, size=120)), rounded(rng.uniform(5, 15, size=90))),
    ("few values", rng.integers(0, 8, size=90).astype(float).tolist(), rng.integers(1, 10, size=70).astype(float).tolist()),
    ("whole numbers", (rng.integers(0, 40, size=150)).tolist(), (rng.integers(5, 45, size=140)).tolist()),
]
CATEGORICAL = [
    ("one cell lost", [500, 500, 0], [400, 400, 200]),
    ("three letters", [30, 50, 20], [20, 40, 40]),
    ("unequal sizes", [900, 60, 39, 1], [40, 30, 20, 10]),
    ("a rare letter", [99990, 9, 0, 1], [5000, 10, 5, 1]),
    ("two letters", [60, 40], [30, 70]),
]


def evidently():
    import pandas.core.dtypes.common as dtypes

    if not hasattr(dtypes, "infer_dtype_from_object"):  # gone in pandas 3
        dtypes.infer_dtype_from_object = lambda dtype: dtype
    import evidently as peer
    from evidently.legacy.calculations import stattests
    from evidently.legacy.calculations.stattests.registry import get_stattest
    from evidently.legacy.core import ColumnType

    def ask(test, x, y, kind):
        result = get_stattest(pd.Series(x), pd.Series(y), ColumnType(kind), test)
        return result(pd.Series(x), pd.Series(y), ColumnType(kind), None)

    tests = {"psi": stattests.psi_stat_test, "jensen_shannon": stattests.jensenshannon_stat_test, "kl": stattests.kl_div_stat_test}
    p_tests = {"chi_squared": stattests.chi_stat_test}
    vectors = []
    for name, x, y in NUMERIC:
        vectors.append({"name": name, "reference": x, "current": y, "statistics": {id: float(ask(test, x, y, "num").drift_score) for id, test in tests.items()}, "chosen": get_stattest(pd.Series(x), pd.Series(y), "num", None).name})
    tables = []
    for name, a, b in CATEGORICAL:
        x, y = letters(a), letters(b)
        table = {"name": name, "reference": a, "current": b, "statistics": {id: float(ask(test, x, y, "cat").drift_score) for id, test in tests.items()}, "chosen": get_stattest(pd.Series(x), pd.Series(y), "cat", None).name}
        table["p"] = {id: float(ask(test, x, y, "cat").drift_score) for id, test in p_tests.items()}
        if len(a) == 2:
            table["p"]["two_proportion_z"] = float(ask(stattests.z_stat_test, x, y, "cat").drift_score)
        tables.append(table)
    x, y = letters([40, 60]), letters([400, 600])
    a = [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0]
    return {
        "source": f"evidently {peer.__version__}, legacy stattests",
        "numeric": vectors,
        "categorical": tables,
        # Equal shares, ten times the rows; and a current window that lies wholly below the reference, and above it.
        "g_test_of_equal_shares": answer_or_error(lambda: float(ask(stattests.g_test, x, y, "cat").drift_score)),
        "mann_whitney_below": float(ask(stattests.mann_whitney_u_stat_test, a, [v - 50 for v in a], "num").drift_score),
        "mann_whitney_above": float(ask(stattests.mann_whitney_u_stat_test, a, [v + 50 for v in a], "num").drift_score),
    }


def nannyml():
    import nannyml as peer
    from nannyml.chunk import DefaultChunker
    from nannyml.drift.univariate.methods import CategoricalJensenShannonDistance, ContinuousJensenShannonDistance
    from nannyml.thresholds import ConstantThreshold

    def ask(method, x, y):
        fitted = method(chunker=DefaultChunker(), threshold=ConstantThreshold(upper=1), computation_params={})
        fitted._fit(pd.Series(x))
        return float(fitted._calculate(pd.Series(y)))

    return {
        "source": f"nannyml {peer.__version__}",
        "numeric": [{"name": name, "reference": x, "current": y, "statistics": {"jensen_shannon": ask(ContinuousJensenShannonDistance, x, y)}} for name, x, y in NUMERIC],
        "categorical": [
            {"name": name, "reference": a, "current": b, "statistics": {"jensen_shannon": ask(CategoricalJensenShannonDistance, letters(a), letters(b))}} for name, a, b in CATEGORICAL
        ],
    }


def answer_or_error(ask):
    try:
        return ask()
    except ValueError as error:
        return str(error).split(":")[0]


def finite(value):
    """Infinite values are no JSON: null."""
    if isinstance(value, dict):
        return {key: finite(member) for key, member in value.items()}
    if isinstance(value, list):
        return [finite(member) for member in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


name = sys.argv[1]
parts = finite({"evidently": evidently, "nannyml": nannyml}[name]())
(HERE / f"drift-peers-{name}.json").write_text(json.dumps(parts, allow_nan=False) + "\n")
