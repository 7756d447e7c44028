"""Writes types.parquet: a column of each kind that a warehouse or a user may send, in two row groups, Snappy.

    pip install pandas pyarrow && python write_types.py
"""
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

table = pa.table(
    {
        "double": pa.array([1.5, None, float("nan"), -2.0, 0.0], pa.float64()),
        "int": pa.array([1, 2, None, 4, 2**40], pa.int64()),
        "bool": pa.array([True, None, False, True, False], pa.bool_()),
        "text": pa.array(["b", "a", None, "", "b"], pa.string()),
        "dictionary": pa.array(["x", "y", "x", None, "x"]).dictionary_encode(),
        "code": pa.array([7, 8, 7, 7, None], pa.int32()),
        "time": pa.array([0, 1, 2, 3, 4], pa.timestamp("ms")),
    }
)
pq.write_table(table, Path(__file__).parent / "types.parquet", row_group_size=3, compression="snappy")
