"""The behaviour that clients share, whatever the language: clients/cases.json."""

from __future__ import annotations

import json
import threading
import time
import unittest
from dataclasses import asdict
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from fake_server import FakeServer

from leeway import Leeway, LeewayClientError
from leeway.environment import Environment

Case = Dict[str, Any]
CASES: List[Case] = json.loads((Path(__file__).parents[2] / "cases.json").read_text(encoding="utf-8"))["cases"]

# The table has JavaScript's names and milliseconds.
_OPTIONS: Dict[str, Callable[[Any], Dict[str, Any]]] = {
    "attempts": lambda value: {"attempts": value},
    "gzip": lambda value: {"gzip": value},
    "timeoutMs": lambda value: {"timeout": value / 1_000},
    "maxRows": lambda value: {"max_rows": value},
    "maxQueuedRows": lambda value: {"max_queued_rows": value},
    "maxWaitMs": lambda value: {"max_wait": value / 1_000},
    "version": lambda value: {"version": value},
}


def _options(given: Dict[str, Any]) -> Dict[str, Any]:
    return {name: value for key in given for name, value in _OPTIONS[key](given[key]).items()}


class CaseTest(unittest.TestCase):
    maxDiff = None

    def play(self, case: Case) -> None:
        server = FakeServer(case["answers"])
        self.addCleanup(server.close)
        waits: List[float] = []
        release = threading.Event()

        def sleep(seconds: float, wake: Optional[threading.Event]) -> None:
            release.clear()
            waits.append(round(seconds * 1_000, 6))
            while case.get("hold") and not release.is_set() and not (wake is not None and wake.is_set()):
                time.sleep(0.002)

        leeway = Leeway(
            server.url,
            "secret",
            environment=Environment(chance=lambda: 0.5, sleep=sleep),
            **_options(case.get("options", {})),
        )
        self.addCleanup(leeway.close)
        wanted = case["expect"]

        def row(row_id: str) -> Dict[str, Any]:
            if case["do"] == "labels":
                return {"id": row_id, "label": "yes"}
            pad = {"pad": "x" * case["pad"]} if "pad" in case else {}
            return {"id": row_id, "time": 1_750_000_000_000, "x": 1, "prediction": "yes", **pad}

        def until(found: Callable[[], int], count: int) -> None:
            end = time.monotonic() + 5
            while found() != count and time.monotonic() < end:
                time.sleep(0.002)
            self.assertEqual(found(), count)

        def record() -> None:
            told: List[List[Any]] = []
            options = {"max_rows": 100, "max_wait": 60.0, **_options(case.get("recorder", {}))}
            recorder = leeway.recorder("m", on_error=lambda error, lost: told.append([error.code, lost]), **options)
            for step in case["steps"]:
                for row_id in step.get("record", []):
                    self.assertEqual(recorder.record(row(row_id)), row_id)
                if "flush" in step:
                    self.assertIs(recorder.flush(step["flush"] / 1_000), step.get("done", True))
                if "close" in step:
                    self.assertIs(recorder.close(step["close"] / 1_000), step.get("done", True))
                if "untilPauses" in step:
                    until(lambda: len(waits), step["untilPauses"])
                if "untilRequests" in step:
                    until(lambda: len(server.seen), step["untilRequests"])
                if "untilTold" in step:
                    until(lambda: len(told), step["untilTold"])
                if "resume" in step:
                    release.set()
            self.assertEqual(asdict(recorder.counts), wanted["counts"])
            self.assertEqual(told, wanted["told"])
            self.assertEqual(server.ids, wanted["requests"])
            recorder.close(0)

        def call() -> Any:
            rows = [row(row_id) for row_id in case.get("rows", [])]
            options = _options(case.get("call", {}))
            if case["do"] == "send":
                return leeway.predictions("m", rows)
            if case["do"] == "labels":
                return leeway.labels("m", rows)
            if case["do"] == "record":
                return record()
            given = leeway.invoke("m", rows, **options) if case["do"] == "invoke" else leeway.infer("m", rows, **options)
            answer = asdict(given)
            answer["requestId"] = answer.pop("request_id")
            return answer

        if "error" in wanted:
            with self.assertRaises(LeewayClientError) as caught:
                call()
            error = {key: getattr(caught.exception, key) for key in wanted["error"]}
            self.assertEqual(error, wanted["error"])
            self.assertNotEqual(caught.exception.remedy, "")
        else:
            self.assertEqual(call(), wanted.get("result"))
        if "requests" in wanted and case["do"] != "record":
            self.assertEqual(server.ids, wanted["requests"])
        if "count" in wanted:
            self.assertEqual(len(server.seen), wanted["count"])
        if "waits" in wanted:
            self.assertEqual(waits, wanted["waits"])
        if "path" in wanted:
            self.assertEqual(server.seen[0].path, wanted["path"])
        if "body" in wanted:
            self.assertEqual(json.loads(server.seen[0].body), wanted["body"])
        for name, value in wanted.get("headers", {}).items():
            self.assertEqual(server.seen[0].headers.get(name), value)


def _test_of(case: Case) -> Callable[[CaseTest], None]:
    def test(self: CaseTest) -> None:
        self.play(case)

    test.__doc__ = f"{case['do']}: {case['name']}"
    return test


for number, case in enumerate(CASES):
    setattr(CaseTest, f"test_{number:02}_{case['do']}", _test_of(case))


if __name__ == "__main__":
    unittest.main()
