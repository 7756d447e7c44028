"""Against a real server, which packages/client/src/real.db.test.ts starts; its models are described there."""

from __future__ import annotations

import os
import re
import time
import unittest
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

from leeway import Leeway, LeewayClientError

README = Path(__file__).parents[1] / "README.md"
VIEWER = os.environ.get("LEEWAY_VIEWER_TOKEN")


@unittest.skipUnless(VIEWER, "needs a server: run packages/client/src/real.db.test.ts")
class RealServerTest(unittest.TestCase):
    def setUp(self) -> None:
        self.leeway = Leeway()
        self.addCleanup(self.leeway.close)

    def test_first_prediction_of_the_readme(self) -> None:
        found = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
        assert found is not None
        names: Dict[str, object] = {}
        exec(found.group(1), names)
        recorder = names["recorder"]
        self.assertEqual(recorder.counts.accepted, 1)  # type: ignore[attr-defined]

    def test_rows_sent_twice_are_stored_once(self) -> None:
        now = int(time.time() * 1_000)
        rows = [
            {"id": f"py-{number}", "time": now + number, "tenure": number, "plan": "basic", "prediction": "stays"}
            for number in range(3_000)
        ]
        self.assertEqual(self.leeway.predictions("churn", rows), {"accepted": 3_000, "duplicates": 0, "rejected": []})
        self.assertEqual(self.leeway.predictions("churn", rows), {"accepted": 0, "duplicates": 3_000, "rejected": []})

    def test_bad_rows_are_named(self) -> None:
        now = int(time.time() * 1_000)
        good = {"id": "py-good", "time": now, "tenure": float("nan"), "plan": None, "prediction": "churns"}
        result = self.leeway.predictions("churn", [good, {**good, "id": "py-bad", "tenure": "long"}])
        self.assertEqual((result["accepted"], [(r["row"], r["code"]) for r in result["rejected"]]), (1, [(1, "wrong_type")]))

    def test_feedback_and_its_form(self) -> None:
        said = {"feedback_id": "py-f1", "id": "py-1", "rating": "down", "correction": "stays"}
        self.assertEqual(self.leeway.feedback("churn", said)["accepted"], 1)
        self.assertEqual(self.leeway.feedback("churn", {"id": "py-1"})["rejected"][0]["code"], "empty_feedback")
        with urllib.request.urlopen(self.leeway.feedback_link("churn", "py-1")) as form:
            self.assertIn('name="rating"', form.read().decode())

    def test_gateway(self) -> None:
        rows: List[Dict[str, Any]] = [{"distance": 500.0, "hour": 6, "carrier": "AA"}, {"distance": 2000.0, "hour": 22, "carrier": None}]
        invoked = self.leeway.invoke("flights", rows)
        inferred = self.leeway.infer("flights", rows, version="v1")
        self.assertEqual(invoked.version, "v1")
        self.assertEqual((invoked.predictions, invoked.scores), (inferred.predictions, inferred.scores))
        assert invoked.scores is not None
        self.assertEqual(len(invoked.scores), 2)

    def test_errors_of_the_catalogue(self) -> None:
        cases: List[Tuple[Callable[[], object], str, int]] = [
            (lambda: self.leeway.predictions("nobody", {"id": "a"}), "unknown_model", 404),
            (lambda: self.leeway.alerts(), "forbidden", 403),
            (lambda: Leeway(token="wrong").labels("churn", {"id": "a"}), "unauthenticated", 401),
            (lambda: self.leeway.invoke("churn", {"tenure": 1, "plan": "basic"}), "no_champion", 409),
        ]
        for call, code, status in cases:
            with self.subTest(code), self.assertRaises(LeewayClientError) as caught:
                call()
            self.assertEqual((caught.exception.code, caught.exception.status), (code, status))
            self.assertNotEqual(caught.exception.remedy, "")

    def test_reading(self) -> None:
        viewer = Leeway(token=VIEWER)
        self.addCleanup(viewer.close)
        self.assertEqual([model["name"] for model in viewer.models()], ["churn", "flights"])
        self.assertEqual([version["version"] for version in viewer.versions("flights")], ["v1"])
        self.assertEqual((viewer.alerts(model="churn"), viewer.runs()), ([], []))
        self.assertEqual(viewer.measurements("churn", metric="roc_auc", start="2025-01-01"), [])
