"""Writes thresholds.json: thresholds from reference chunks as NannyML gives them.

Needs: numpy, nannyml
"""

import importlib.metadata
import json
import pathlib

import numpy as np
from nannyml.thresholds import ConstantThreshold, StandardDeviationThreshold, calculate_threshold_values

VALUES = {
    "zero to nine": list(range(10)),
    "one chunk without a value": [0.81, 0.79, None, 0.8, 0.82, 0.78, 0.8],
    "near the limit": [0.97, 0.99, 0.98, 0.96, 0.995, 0.99],
    "equal": [0.5] * 6,
}


def vector(name, threshold, options, limits=(None, None)):
    data = np.array([np.nan if value is None else value for value in VALUES[name]], dtype=float)
    lower, upper = calculate_threshold_values(threshold, data, *limits)
    plain = lambda value: None if value is None else float(value)
    return {
        "name": f"{name}, {options}, limits {limits}",
        "values": VALUES[name],
        "options": {**options, "limits": limits},
        "lower": plain(lower),
        "upper": plain(upper),
    }


def main():
    vectors = [
        vector(name, StandardDeviationThreshold(k, k), {"method": "mean_sigma", "k": k}, limits)
        for name in VALUES
        for k, limits in ((3, (None, None)), (2, (0, 1)))
    ]
    vectors += [
        vector("zero to nine", StandardDeviationThreshold(None, 3), {"method": "mean_sigma", "side": "upper"}),
        vector("zero to nine", StandardDeviationThreshold(3, None), {"method": "mean_sigma", "side": "lower"}),
        vector("zero to nine", ConstantThreshold(None, 0.1), {"method": "constant", "upper": 0.1}),
        vector("zero to nine", ConstantThreshold(-1, 5), {"method": "constant", "lower": -1, "upper": 5}, (0, 4)),
    ]
    document = {"source": f"nannyml.thresholds, nannyml {importlib.metadata.version('nannyml')}", "thresholds": vectors}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n")


main()
