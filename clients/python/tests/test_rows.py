from __future__ import annotations

import importlib
import json
import unittest
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, List, Tuple
from uuid import UUID

from leeway import LeewayClientError
from leeway.client import _tensors
from leeway.rows import encode, records_of


def optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


numpy = optional("numpy")
pandas = optional("pandas")
CEST = timezone(timedelta(hours=2))


class EncodeTest(unittest.TestCase):
    def check(self, cases: List[Tuple[Any, Any]]) -> None:
        for given, wanted in cases:
            with self.subTest(given=repr(given)):
                self.assertEqual(json.loads(encode({"x": given}, "row 0")), {"x": wanted})

    def test_values_of_the_standard_library(self) -> None:
        self.check(
            [
                (float("nan"), None),
                (float("-inf"), None),
                ([1.5, float("nan"), {"y": float("inf")}], [1.5, None, {"y": None}]),
                (datetime(2025, 6, 1, 12, 0, 0, 123456, tzinfo=CEST), "2025-06-01T12:00:00.123+02:00"),
                (date(2025, 6, 1), "2025-06-01"),
                ([date(2025, 6, 1), float("nan")], ["2025-06-01", None]),
                (Decimal("1.25"), 1.25),
                (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
                ("é\u2028\ud800", "é\u2028\ud800"),
                (True, True),
            ]
        )

    def test_refused_with_the_name_of_the_row(self) -> None:
        unfit: List[Any] = [datetime(2025, 6, 1), object(), {1, 2}]
        for value in unfit:
            with self.subTest(value=repr(value)), self.assertRaisesRegex(LeewayClientError, "^bad_row: row 7: "):
                encode({"x": value}, "row 7")

    @unittest.skipIf(numpy is None, "numpy is not installed")
    def test_values_of_numpy(self) -> None:
        self.check(
            [
                (numpy.int64(3), 3),
                (numpy.float32(0.5), 0.5),
                (numpy.float32("nan"), None),
                (numpy.bool_(True), True),
                (numpy.array([1, 2]), [1, 2]),
                (numpy.datetime64("2025-06-01T12:00:00.5"), "2025-06-01T12:00:00.500Z"),
                (numpy.datetime64("NaT"), None),
            ]
        )

    @unittest.skipIf(pandas is None, "pandas is not installed")
    def test_values_of_pandas(self) -> None:
        frame = pandas.DataFrame(
            {"x": [1, 2], "t": [pandas.Timestamp("2025-06-01T12:00:00Z"), pandas.NaT], "c": ["a", pandas.NA]}
        )
        self.assertEqual(
            [json.loads(encode(row, "row")) for row in records_of(frame)],
            [{"x": 1, "t": "2025-06-01T12:00:00.000+00:00", "c": "a"}, {"x": 2, "t": None, "c": None}],
        )

    def test_a_column_of_vectors_is_a_tensor_as_wide_as_they_are(self) -> None:
        self.assertEqual(
            _tensors([{"v": [1.0, 2.0]}, {"v": None}]),
            [{"name": "v", "shape": [2, 2], "datatype": "FP32", "data": [[1.0, 2.0], [None, None]]}],
        )


if __name__ == "__main__":
    unittest.main()
