"""NannyML's univariate drift over two Parquet files, every column by its default methods. Run by check.mjs."""

import sys
import warnings

warnings.filterwarnings("ignore")

import nannyml
import pandas as pd

nannyml.disable_usage_logging()
reference = pd.read_parquet(sys.argv[1])
current = pd.read_parquet(sys.argv[2])
calculator = nannyml.UnivariateDriftCalculator(column_names=list(reference.columns))
calculator.fit(reference)
print(len(calculator.calculate(current).to_df()))
