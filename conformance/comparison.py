"""Writes comparison.json: paired tests of two models on the same rows.

Needs: numpy, scipy, statsmodels
"""

import json
import pathlib

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.weightstats import ttost_paired

SCIPY = f"scipy {scipy.__version__}"
STATSMODELS = f"statsmodels {statsmodels.__version__}"
rng = np.random.default_rng(1995)


def rounded(values, digits=3):
    return [round(float(value), digits) for value in values]


def mcnemar_vectors():
    rows = []
    for b, c in ((0, 0), (0, 6), (3, 12), (12, 12), (5, 19), (30, 45), (80, 120), (400, 500)):
        table = [[50, b], [c, 20]]
        row = {"champion_only": b, "challenger_only": c, "exact": mcnemar(table, exact=True).pvalue if b + c else 1.0}
        if b + c:
            exact = stats.binomtest(min(b, c), b + c).pvalue
            row["mid_p"] = exact - stats.binom.pmf(min(b, c), b + c, 0.5) if b != c else 1 - stats.binom.pmf(b, b + c, 0.5)
            row["chi2"] = mcnemar(table, exact=False, correction=False).pvalue
        if b != c:  # statsmodels corrects a difference of 0 to -1, whose square says that there is one
            row["chi2_corrected"] = mcnemar(table, exact=False, correction=True).pvalue
        rows.append(row)
    return {"source": f"statsmodels.stats.contingency_tables.mcnemar, {STATSMODELS}; mid-p from scipy.stats.binom, {SCIPY}", "cases": rows}


def tost_vectors():
    cases = []
    for n, shift, margins in ((12, 0.0, (-0.5, 0.5)), (40, 0.1, (-0.3, 0.3)), (40, 0.4, (-0.3, 0.3)), (200, -0.02, (-0.1, 0.2))):
        first = np.array(rounded(rng.normal(1, 0.5, n)))
        second = np.array(rounded(first + shift + rng.normal(0, 0.4, n)))
        p, low, high = ttost_paired(second, first, *margins)
        cases.append({"differences": (second - first).tolist(), "low": margins[0], "high": margins[1], "p": p, "p_low": low[1], "p_high": high[1], "df": low[2]})
    return {"source": f"statsmodels.stats.weightstats.ttost_paired, {STATSMODELS}", "cases": cases}


def series(n, phi, mean):
    noise = rng.normal(size=n + 50)
    values = np.zeros(n + 50)
    for i in range(1, n + 50):
        values[i] = phi * values[i - 1] + noise[i]
    return np.array(rounded(mean + values[50:]))


def diebold_mariano_vectors():
    """Newey and West's variance from statsmodels; the original's, and Harvey's correction, by their formulas."""
    cases = []
    for n, phi, mean, horizon in ((30, 0.0, 0.3, 1), (60, 0.6, 0.5, 1), (60, 0.6, 0.0, 4), (250, 0.3, -0.2, 2)):
        d = series(n, phi, mean)
        growing = int(np.floor(4 * (n / 100) ** (2 / 9)))
        lags = max(horizon - 1, growing)
        fit = sm.OLS(d, np.ones(n)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
        factor = np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
        bartlett = fit.params[0] / fit.bse[0]
        centred = d - d.mean()
        covariances = [centred[k:] @ centred[: n - k] / n for k in range(horizon)]
        variance = (covariances[0] + 2 * sum(covariances[1:])) / n
        rectangular = d.mean() / np.sqrt(variance) if variance > 0 else None
        p = lambda z: 2 * stats.t.sf(abs(z), n - 1)
        t = stats.t.ppf(0.975, n - 1) * fit.bse[0] / factor
        cases.append(
            {
                "differences": d.tolist(),
                "horizon": horizon,
                "lags": lags,
                "newey_west_error": fit.bse[0],
                "bartlett": {"statistic": bartlett * factor, "p": p(bartlett * factor), "interval": [d.mean() - t, d.mean() + t]},
                "rectangular": None if rectangular is None else {"statistic": rectangular * factor, "p": p(rectangular * factor), "uncorrected": rectangular},
            }
        )
    return {"source": f"statsmodels OLS on a constant with HAC errors, {STATSMODELS}; scipy.stats.t, {SCIPY}; Harvey's correction and the rectangular variance by formula", "cases": cases}


def bca_vectors():
    cases = []
    for n, draws, confidence in ((20, 199, 0.9), (35, 400, 0.95)):
        first = np.array(rounded(rng.exponential(1, n)))
        second = np.array(rounded(first * rng.lognormal(0, 0.6, n)))
        statistic = lambda x, y: np.sqrt(np.mean(y**2)) - np.sqrt(np.mean(x**2))
        result = stats.bootstrap(
            (first, second), statistic, paired=True, vectorized=False, n_resamples=draws, confidence_level=confidence, method="BCa", rng=np.random.default_rng(7)
        )
        keep = lambda i: np.arange(n) != i
        cases.append(
            {
                "observed": statistic(first, second),
                "draws": np.sort(result.bootstrap_distribution).tolist(),
                "jackknife": [statistic(first[keep(i)], second[keep(i)]) for i in range(n)],
                "confidence": confidence,
                "expected": [result.confidence_interval.low, result.confidence_interval.high],
            }
        )
    return {"source": f"scipy.stats.bootstrap(method='BCa', paired=True), {SCIPY}", "cases": cases}


def calibration_line_vectors():
    cases = []
    for n, slope, intercept in ((80, 1.0, 0.0), (200, 0.5, 0.4)):
        odds = rng.normal(0, 1.5, n)
        scores = np.array(rounded(1 / (1 + np.exp(-odds))))
        labels = (rng.uniform(size=n) < 1 / (1 + np.exp(-intercept - slope * odds))).astype(int)
        fit = sm.Logit(labels, sm.add_constant(np.log(scores / (1 - scores)))).fit(disp=0, tol=1e-12)
        low, high = fit.conf_int(0.05).T
        one = lambda i: {"value": fit.params[i], "lower": low[i], "upper": high[i]}
        cases.append({"labels": labels.tolist(), "scores": scores.tolist(), "intercept": one(0), "slope": one(1)})
    return {"source": f"statsmodels Logit of the label on the log-odds, {STATSMODELS}", "cases": cases}


def main():
    document = {
        "mcnemar": mcnemar_vectors(),
        "tost": tost_vectors(),
        "diebold_mariano": diebold_mariano_vectors(),
        "bca": bca_vectors(),
        "calibration_line": calibration_line_vectors(),
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, indent=1, allow_nan=False, default=lambda value: value.item()) + "\n")


main()
