"""Writes drift.json next to this file: inputs, expected values, source and library version.

Needs: numpy, scipy, statsmodels

    python conformance/drift.py && npx biome check --write conformance
"""

import json
import pathlib
import warnings

import numpy as np
import scipy
import statsmodels
from scipy import stats
from scipy.integrate import quad
from scipy.spatial.distance import jensenshannon
from scipy.stats._hypotests import _cdf_cvm_inf
from statsmodels.stats.proportion import proportions_ztest

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
SCIPY = f"scipy {scipy.__version__}"
rng = np.random.default_rng(20240501)


def rounded(values, digits=2):
    return [round(float(value), digits) for value in values]


def samples():
    a = [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0]
    b = [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8]
    return [
        ("two samples of eight", a, b),
        ("shifted by five", a, [value + 5 for value in a]),
        ("equal samples", a, a),
        ("disjoint samples", a, [value + 100 for value in b]),
        ("three against five", [1.0, 2.5, 7.0], [0.5, 3.0, 4.0, 8.0, 9.0]),
        ("eight against sixty", a, rounded(40 + 5 * rng.normal(size=60))),
        ("twenty against nineteen", rounded(rng.normal(size=20)), rounded(rng.normal(0.4, 1, size=19))),
        ("unequal sizes", rounded(rng.normal(size=40), 4), rounded(rng.normal(0.5, 1, size=25), 4)),
        ("skewed", rounded(rng.exponential(size=200), 3), rounded(rng.exponential(1.3, size=150), 3)),
        ("wider", rounded(rng.normal(size=120), 3), rounded(rng.normal(0, 1.6, size=90), 3)),
        ("many ties", rng.poisson(2, size=80).astype(float).tolist(), rng.poisson(2.6, size=60).astype(float).tolist()),
        ("ties, equal sizes", rng.integers(0, 5, size=50).astype(float).tolist(), rng.integers(0, 6, size=50).astype(float).tolist()),
        ("large values", rounded(1e9 + 100 * rng.normal(size=50), 1), rounded(1e9 + 30 + 100 * rng.normal(size=50), 1)),
        ("small values", [float(f"{x:.3e}") for x in 1e-9 * rng.normal(size=50)], [float(f"{x:.3e}") for x in 1e-9 * rng.normal(0.3, 1, size=50)]),
        ("a hundred thousand times apart", [0.0] * 30 + [1e5], [1.0] * 20 + [-1e5]),
    ]


def tied(x, y):
    return len(set(x) | set(y)) < len(x) + len(y)


def gaps(x, y):
    """Mean of (F - G)^2 over all rows, before and after each value: Cramér-von Mises by its definition, ties allowed."""
    x, y = np.sort(x), np.sort(y)
    z = np.concatenate([x, y])
    after = np.searchsorted(x, z, "right") / len(x) - np.searchsorted(y, z, "right") / len(y)
    before = np.searchsorted(x, z, "left") / len(x) - np.searchsorted(y, z, "left") / len(y)
    n, m = len(x), len(y)
    return n * m / (n + m) * ((after**2 + before**2) / 2).mean()


def numeric():
    vectors = []
    for name, x, y in samples():
        n, m = len(x), len(y)
        exact = stats.ks_2samp(x, y, method="exact")
        up = stats.ks_2samp(x, y, method="exact", alternative="greater")
        down = stats.ks_2samp(x, y, method="exact", alternative="less")
        ad = stats.anderson_ksamp([x, y], variant="midrank")
        mw = stats.mannwhitneyu(x, y)
        t = stats.ttest_ind(y, x, equal_var=False)
        vector = {
            "name": name,
            "reference": x,
            "current": y,
            "ties": tied(x, y),
            "ks": {"statistic": exact.statistic, "p": exact.pvalue},
            "ks_asymptotic": stats.ks_2samp(x, y, method="asymp").pvalue,
            "ks_up": {"statistic": up.statistic, "p": up.pvalue, "asymptotic": stats.ks_2samp(x, y, method="asymp", alternative="greater").pvalue},
            "ks_down": {"statistic": down.statistic, "p": down.pvalue, "asymptotic": stats.ks_2samp(x, y, method="asymp", alternative="less").pvalue},
            "anderson_darling": ad.statistic,
            "anderson_darling_table_p": ad.pvalue,
            "cramer_von_mises": {"statistic": gaps(x, y)},
            "mann_whitney": {
                "statistic": mw.statistic,
                "p": mw.pvalue,
                "p_up": stats.mannwhitneyu(x, y, alternative="less").pvalue,
                "p_down": stats.mannwhitneyu(x, y, alternative="greater").pvalue,
            },
            "welch_t": {
                "statistic": t.statistic,
                "p": t.pvalue,
                "p_up": stats.ttest_ind(y, x, equal_var=False, alternative="greater").pvalue,
            },
            "energy_distance": stats.energy_distance(x, y),
            "wasserstein": stats.wasserstein_distance(x, y),
            "reference_deviation": np.std(x),
        }
        cvm = stats.cramervonmises_2samp(x, y)
        if not tied(x, y):
            assert abs(cvm.statistic - vector["cramer_von_mises"]["statistic"]) < 1e-9
            vector["cramer_von_mises"] = {"statistic": cvm.statistic, "p": cvm.pvalue}
        if min(n, m) >= 5 and np.subtract(*np.percentile(np.concatenate([x, y]), [75, 25])) > 0:
            es = stats.epps_singleton_2samp(x, y)
            vector["epps_singleton"] = {"statistic": es.statistic, "p": es.pvalue}
        vectors.append(vector)
    return {
        "source": f"scipy.stats.ks_2samp, anderson_ksamp(variant='midrank'), cramervonmises_2samp (without ties), mannwhitneyu, "
        f"ttest_ind(equal_var=False), epps_singleton_2samp, energy_distance, wasserstein_distance; numpy.std, {SCIPY}; the samples of "
        "eight are evidentlyai/evidently tests/stattests/test_stattests.py",
        "samples": vectors,
    }


def p_values():
    """Large samples, by the statistic alone."""
    ks = []
    for n, m, d in ((5000, 4000, 0.01), (5000, 4000, 0.02), (5000, 4000, 0.03), (5000, 4000, 0.05), (100000, 3000, 0.02), (10**6, 10**6, 0.002), (10**6, 10**6, 0.004)):
        e = round(n * m / (n + m))
        z = d * np.sqrt(n * m / (n + m))
        ks.append({"n": n, "m": m, "d": d, "p": stats.kstwo.sf(d, e), "p_one_sided": np.exp(-2 * z**2 - 2 * z * (max(n, m) + 2 * min(n, m)) / np.sqrt(n * m * (n + m)) / 3)})
    cvm = []
    for n, m, t in ((30, 40, 0.1), (30, 40, 0.5), (1000, 50, 0.2), (1000, 50, 2.0), (10**6, 10**6, 0.461), (10**5, 10**6, 8.0)):
        N, k = n + m, n * m
        mean = (1 + 1 / N) / 6
        variance = (N + 1) * (4 * k * N - 3 * (n**2 + m**2) - 2 * k) / (45 * N**2 * 4 * k)
        limit = 1 / 6 + (t - mean) / np.sqrt(45 * variance)
        cvm.append({"n": n, "m": m, "t": t, "p": 1 - float(_cdf_cvm_inf(np.array(limit)))})
    kuiper = []
    for n, m, v in ((30, 30, 0.3), (100, 60, 0.2), (1000, 1000, 0.09), (10**6, 10**6, 0.002)):
        root = np.sqrt(n * m / (n + m))
        x = (root + 0.155 + 0.24 / root) * v
        j = np.arange(1, 101)
        kuiper.append({"n": n, "m": m, "v": v, "p": 2 * ((4 * j**2 * x**2 - 1) * np.exp(-2 * j**2 * x**2)).sum()})
    return {
        "source": f"scipy.stats.kstwo (what ks_2samp(method='asymp') uses), Hodges' one-sided formula, the limit of cramervonmises_2samp, {SCIPY}; "
        "Kuiper by Stephens' formula",
        "ks": ks,
        "cramer_von_mises": cvm,
        "kuiper": kuiper,
    }


def permuted():
    """Where no exact p-value is at hand: the share of 20,000 random splits with as large a statistic (error about 0.003)."""

    def kuiper(x, y):
        z = np.concatenate([x, y])
        gap = np.searchsorted(np.sort(x), z, "right") / len(x) - np.searchsorted(np.sort(y), z, "right") / len(y)
        return gap.max() - gap.min()

    def anderson(x, y):
        return stats.anderson_ksamp([x, y], variant="midrank").statistic

    vectors = []
    for name, statistic, draws, n, m, shift in (("kuiper", kuiper, 20000, 40, 60, 0.5), ("kuiper", kuiper, 20000, 150, 100, 0.25), ("anderson_darling", anderson, 4000, 40, 60, 0.35), ("anderson_darling", anderson, 4000, 150, 100, 0.1)):
        x, y = np.array(rounded(rng.normal(size=n), 3)), np.array(rounded(rng.normal(shift, 1, size=m), 3))
        pooled = np.concatenate([x, y])
        seen = statistic(x, y)
        hits = 0
        for _ in range(draws):
            rng.shuffle(pooled)
            hits += statistic(pooled[:n], pooled[n:]) >= seen - 1e-12
        vectors.append({"test": name, "reference": x.tolist(), "current": y.tolist(), "p": (hits + 1) / (draws + 1)})
    return {"source": f"random splits, {SCIPY}", "vectors": vectors}


def counts():
    tables = [
        ("six cells", [16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]),
        ("letters a, b, c; IFCA-Advanced-Computing/frouros test_data_drift.py", [4, 2, 0], [1, 1, 4]),
        ("unseen cell", [500, 500, 0], [400, 400, 200]),
        ("abcd against abce", [25, 25, 25, 25, 0], [25, 25, 25, 0, 25]),
        ("unequal sizes", [5000, 3000, 1500, 500], [40, 40, 15, 5]),
        ("two cells; deepchecks tests/utils/drift_test.py", [200, 800], [400, 600]),
        ("disjoint", [100, 0], [0, 50]),
        ("equal", [10, 20, 30], [10, 20, 30]),
        ("G-test; evidentlyai/evidently tests/stattests/test_stattests.py", [5, 5, 8], [4, 6, 8]),
        ("a million rows", [500000, 300000, 200000], [499000, 301500, 199500]),
    ]
    vectors = []
    for name, reference, current in tables:
        chi = stats.chi2_contingency([reference, current], correction=False)
        g = stats.chi2_contingency([reference, current], correction=False, lambda_="log-likelihood")
        p, q = np.array(reference) / sum(reference), np.array(current) / sum(current)
        vectors.append(
            {
                "name": name,
                "reference": reference,
                "current": current,
                "chi_squared": chi.statistic,
                "p": chi.pvalue,
                "g": g.statistic,
                "g_p": g.pvalue,
                "jensen_shannon": jensenshannon(p, q, base=2),
                "hellinger": np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2),
                "total_variation": np.abs(p - q).sum() / 2,
                "l_infinity": np.abs(p - q).max(),
            }
        )
    return {
        "source": f"scipy.stats.chi2_contingency(correction=False), jensenshannon(base=2), {SCIPY}; others by formula",
        "tables": vectors,
    }


def two_values():
    tables = [
        ([3, 3], [1, 5]),
        ([6, 0], [0, 6]),
        ([8, 2], [1, 5]),
        ([10, 10], [10, 10]),
        ([5, 0], [7, 0]),
        ([0, 4], [0, 9]),
        ([30, 20], [10, 40]),
        ([1, 0], [0, 1]),
        ([200, 800], [400, 600]),
        ([500000, 500000], [499000, 501000]),
        ([999990, 10], [990, 10]),
        ([100000, 5], [40, 60]),
    ]
    vectors = []
    for reference, current in tables:
        table = [current[::-1], reference[::-1]]
        z, p = proportions_ztest([current[1], reference[1]], [sum(current), sum(reference)])
        _, p_up = proportions_ztest([current[1], reference[1]], [sum(current), sum(reference)], alternative="larger")
        vectors.append(
            {
                "reference": reference,
                "current": current,
                "fisher_p": stats.fisher_exact(table).pvalue,
                "fisher_p_up": stats.fisher_exact(table, "greater").pvalue,
                "fisher_p_down": stats.fisher_exact(table, "less").pvalue,
                "z": float(z) if np.isfinite(z) else 0.0,
                "z_p": float(p) if np.isfinite(p) else 1.0,
                "z_p_up": float(p_up) if np.isfinite(p_up) else 1.0,
            }
        )
    return {"source": f"scipy.stats.fisher_exact, {SCIPY}; proportions_ztest, statsmodels {statsmodels.__version__}; one value in all rows: 0 and 1", "tables": vectors}


def special_functions():
    return {
        "source": f"scipy.stats.t.sf, kstwo.sf, the limit of cramervonmises_2samp, scipy.special.gammaln, {SCIPY}; Anderson-Darling by numerical "
        "inversion of the characteristic function (scipy.integrate.quad)",
        "student_survival": [
            {"t": t, "df": df, "expected": stats.t.sf(t, df)}
            for t, df in ((0.0, 3), (0.5, 1.5), (2.0, 10), (-1.0, 7), (5.0, 3.3), (1.7, 200), (8.0, 1e4), (2.0, 1e6), (30.0, 1e6), (40.0, 5), (1e-3, 50))
        ],
        "kolmogorov_one_sample": [
            {"d": d, "n": n, "expected": stats.kstwo.sf(d, n)}
            for n, d in ((500, 0.03), (500, 0.06), (500, 0.1), (500, 0.12), (500, 0.2), (5000, 0.005), (5000, 0.02), (5000, 0.04), (100000, 0.004))
        ],
        "cramer_von_mises_survival": [{"w": w, "expected": 1 - float(_cdf_cvm_inf(np.array(w)))} for w in (0.01, 0.02, 0.05, 0.1, 0.2, 0.461, 1.0, 2.0)],
        "anderson_darling_survival": [{"a": a, "expected": anderson_limit(a)} for a in (0.2, 0.5, 1.0, 1.933, 2.492, 3.857, 6.0)],
    }


def anderson_limit(a):
    """P(A > a) of sum chi2_j / (j (j + 1)), by Gil-Pelaez over its first 4,000 terms."""

    j = np.arange(1, 4000)
    weight = 1 / (j * (j + 1.0))
    rest = 1 / 4000.0  # sum of the weights left out

    def integrand(t):
        angle = 0.5 * np.arctan(2 * t * weight).sum() + t * rest - t * a
        size = np.exp(-0.25 * np.log1p((2 * t * weight) ** 2).sum())
        return np.sin(angle) * size / t

    total = sum(quad(integrand, low, high, limit=400, epsabs=1e-13)[0] for low, high in zip([1e-12, 1, 5, 20, 60, 150, 400], [1, 5, 20, 60, 150, 400, 1200]))
    return 0.5 + total / np.pi


parts = {
    "special": special_functions(),
    "numeric": numeric(),
    "p_values": p_values(),
    "permuted": permuted(),
    "counts": counts(),
    "two_values": two_values(),
    "scipy_cramer_von_mises_of_constants": stats.cramervonmises_2samp([1.0] * 50, [1.0] * 10).statistic,
}
text = json.dumps(parts, allow_nan=False, default=lambda value: value.item())
(HERE / "drift.json").write_text(text + "\n")
