"""A change detector of River over the doubles of a file, one by one; prints one JSON line. Run by detect.mjs."""

import json
import sys
import time

import numpy as np
import river
from river import drift

name, path = sys.argv[1:]
detector = {"adwin": drift.ADWIN, "ddm": drift.binary.DDM, "page_hinkley": drift.PageHinkley}[name]()
values = np.fromfile(path)
drifts = []
seconds = 0.0
for start in range(0, len(values), 1_000_000):
    # Python's own numbers, for which River is quickest; making them is not counted.
    part = values[start : start + 1_000_000].tolist()
    began = time.perf_counter()
    for i, value in enumerate(part, start):
        detector.update(value)
        if detector.drift_detected:
            drifts.append(i)
    seconds += time.perf_counter() - began
print(json.dumps({"version": river.__version__, "seconds": seconds, "drifts": drifts}))
