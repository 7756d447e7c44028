"""Evidently's DataDriftPreset over two Parquet files. Run by check.mjs."""

import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

reference = pd.read_parquet(sys.argv[1])
current = pd.read_parquet(sys.argv[2])
print(len(Report([DataDriftPreset()]).run(current, reference).json()))
