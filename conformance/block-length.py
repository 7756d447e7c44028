"""Writes block-length.json: lengths of blocks by the rule of Politis and White.

Needs: numpy, arch
"""

import json
import pathlib

import arch
import numpy as np
from arch.bootstrap import optimal_block_length

rng = np.random.default_rng(2004)


def series(n, phi):
    noise = rng.normal(size=n)
    values = np.zeros(n)
    values[0] = noise[0]
    for i in range(1, n):
        values[i] = phi * values[i - 1] + noise[i]
    return [round(float(value), 3) for value in values]


def main():
    cases = []
    for n, phi in ((20, 0.5), (60, 0.0), (100, 0.7), (300, -0.5), (400, 0.9)):
        values = series(n, phi)
        cases.append({"series": values, "expected": float(optimal_block_length(np.array(values))["circular"].iloc[0])})
    document = {"source": f"arch.bootstrap.optimal_block_length, circular, arch {arch.__version__}", "cases": cases}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n")


main()
