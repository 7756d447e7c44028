"""Evidently's DataDriftPreset over two Parquet files; prints one JSON line. Run by check.mjs in a venv of its own."""

import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
started = time.perf_counter()

import evidently
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

imported = time.perf_counter()
reference = pd.read_parquet(sys.argv[1])
current = pd.read_parquet(sys.argv[2])
read = time.perf_counter()
answer = Report([DataDriftPreset()]).run(current, reference).json()
done = time.perf_counter()

metrics = json.loads(answer)["metrics"]
print(
    json.dumps(
        {
            "version": evidently.__version__,
            "import_s": imported - started,
            "read_s": read - imported,
            "report_s": done - read,
            "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "drifted": metrics[0]["value"]["count"],
        }
    )
)
