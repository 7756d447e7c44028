"""NannyML's CBPE over two Parquet files, fitted to the first and asked about the second. Run by estimate.mjs."""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import nannyml
import pandas as pd

nannyml.disable_usage_logging()
began = time.perf_counter()
reference = pd.read_parquet(sys.argv[1])
current = pd.read_parquet(sys.argv[2]).drop(columns="label")
estimator = nannyml.CBPE(
    y_pred_proba="score",
    y_pred="prediction",
    y_true="label",
    metrics=["roc_auc", "average_precision", "accuracy", "precision", "recall", "specificity", "f1"],
    problem_type="classification_binary",
    chunk_number=1,
)
estimator.fit(reference)
found = estimator.estimate(current).filter(period="analysis").to_df()
values = {metric: float(found[(metric, "value")].iloc[0]) for metric in ("roc_auc", "accuracy", "f1")}
print(json.dumps({"seconds": time.perf_counter() - began, "values": values}))
