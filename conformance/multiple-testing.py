"""Writes multiple-testing.json: corrections of p-values, and levels of online FDR procedures.

Needs: numpy, statsmodels
"""

import json
import pathlib

import numpy as np
import statsmodels
from statsmodels.stats.multitest import multipletests

METHODS = {"benjamini_hochberg": "fdr_bh", "benjamini_yekutieli": "fdr_by", "holm": "holm", "bonferroni": "bonferroni"}
rng = np.random.default_rng(1995)


def correction(name, p):
    p = [float(f"{value:.4g}") for value in p]
    return {"name": name, "p_values": p, **{ours: multipletests(p, method=theirs)[1].tolist() for ours, theirs in METHODS.items()}}


def lord(p, alpha):
    """The sums of the paper, term by term: level i of test i = 1, 2, ... with rejections at taus before it."""
    gamma = lambda j: 0.07720838 * np.log(max(j, 2)) / (j * np.exp(np.sqrt(np.log(j))))
    w0, taus, levels = alpha / 10, [], []
    for t in range(1, len(p) + 1):
        level = gamma(t) * w0
        if taus:
            level += (alpha - w0) * gamma(t - taus[0]) + alpha * sum(gamma(t - tau) for tau in taus[1:])
        levels.append(float(level))
        if p[t - 1] <= level:
            taus.append(t)
    return levels


def saffron(p, alpha, candidate=0.5):
    zeta = sum(np.arange(1, 2_000_000, dtype=float) ** -1.6) + 2_000_000**-0.6 / 0.6
    gamma = lambda j: j**-1.6 / zeta
    w0, taus, levels = alpha / 2, [], []
    for t in range(1, len(p) + 1):
        since = lambda start: sum(1 for s in range(start + 1, t) if p[s - 1] <= candidate)
        level = w0 * gamma(t - since(0))
        if taus:
            level += (alpha - w0) * gamma(t - taus[0] - since(taus[0]))
            level += alpha * sum(gamma(t - tau - since(tau)) for tau in taus[1:])
        level = min(candidate, (1 - candidate) * level)
        levels.append(float(level))
        if p[t - 1] <= level:
            taus.append(t)
    return levels


def online(name, p, alpha):
    p = [float(f"{value:.4g}") for value in p]
    return {"name": name, "alpha": alpha, "p_values": p, "lord": lord(p, alpha), "saffron": saffron(p, alpha)}


def main():
    mixed = rng.uniform(size=40)
    mixed[::5] = 10 ** rng.uniform(-9, -3, size=8)
    document = {
        "source": f"statsmodels.stats.multitest.multipletests, statsmodels {statsmodels.__version__}; "
        "online levels by the formulas of Ramdas et al. (2017) and (2018)",
        "corrections": [
            correction("one", [0.03]),
            correction("ties", [0.01, 0.01, 0.04, 0.04, 0.2]),
            correction("ones and zeros", [0, 1, 0.5, 0, 1]),
            correction("Benjamini and Hochberg (1995), section 3", [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1]),
            correction("mixed", mixed),
        ],
        "online": [
            online("nothing to find", rng.uniform(size=40), 0.05),
            online("every fifth", mixed, 0.05),
            online("all from the twentieth on", np.concatenate([rng.uniform(size=20), 10 ** rng.uniform(-9, -4, size=20)]), 0.1),
        ],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n")


main()
