from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Dict, List, Tuple

from fake_server import FakeServer

from leeway import Leeway, LeewayClientError
from leeway.environment import Environment

SRC = str(Path(__file__).parents[1] / "src")


class RecorderTest(unittest.TestCase):
    def setUp(self) -> None:
        self.server = FakeServer()
        self.addCleanup(self.server.close)
        fixed = Environment(new_id=lambda: "made", now=lambda: 1_750_000_000.0)
        self.leeway = Leeway(self.server.url, "secret", environment=fixed)
        self.addCleanup(self.leeway.close)
        self.told: List[Tuple[str, int]] = []

    def on_error(self, error: LeewayClientError, lost: int) -> None:
        self.told.append((error.code, lost))

    def sent(self) -> List[Dict[str, Any]]:
        return [row for rows in self.server.rows for row in rows]

    def test_row_without_id_and_time_gets_both_and_stays_as_it_is(self) -> None:
        recorder = self.leeway.recorder("m", id_column="order", time_column="at")
        row = {"x": 1}
        self.assertEqual(recorder.record(row), "made")
        recorder.close()
        self.assertEqual(self.sent(), [{"x": 1, "order": "made", "at": 1_750_000_000_000}])
        self.assertEqual(row, {"x": 1})

    def test_ids_are_texts_as_the_server_writes_them(self) -> None:
        recorder = self.leeway.recorder("m")
        self.assertEqual([recorder.record({"id": given}) for given in (0, 12, 12.0, "12.0")], ["0", "12", "12", "12.0"])
        recorder.close()
        self.assertEqual(self.server.ids, [["0", "12", "12", "12.0"]])

    def test_row_is_taken_as_it_is_at_that_moment(self) -> None:
        recorder = self.leeway.recorder("m")
        row = {"id": "a", "x": 1}
        recorder.record(row)
        row["x"] = 2
        recorder.close()
        self.assertEqual(self.sent()[0]["x"], 1)

    def test_row_that_cannot_be_sent_is_counted_and_told_never_raised(self) -> None:
        circular: Dict[str, Any] = {"id": "c"}
        circular["self"] = circular
        unfit: List[Tuple[Any, str]] = [(circular, "c"), (None, "made"), ({"id": "d", "x": object()}, "d"), ("text", "made")]
        for row, row_id in unfit:
            with self.subTest(row_id=row_id):
                self.told.clear()
                recorder = self.leeway.recorder("m", on_error=self.on_error)
                self.assertEqual(recorder.record(row), row_id)
                recorder.close()
                self.assertEqual(self.told, [("bad_row", 1)])
                self.assertEqual(recorder.counts.dropped, 1)
        self.assertEqual(self.server.seen, [])

    def test_listener_that_raises_harms_nothing(self) -> None:
        def listener(error: LeewayClientError, lost: int) -> None:
            raise RuntimeError("no")

        recorder = self.leeway.recorder("m", on_error=listener)
        with self.assertLogs("leeway", "ERROR"):
            recorder.record({"id": "a", "x": object()})
            recorder.record({"id": "b"})
            self.assertTrue(recorder.close())
        self.assertEqual(recorder.counts.accepted, 1)

    def test_without_listener_a_warning_comes_once_a_minute_at_most(self) -> None:
        with self.assertLogs("leeway", "WARNING") as logs:
            recorder = self.leeway.recorder("m")
            recorder.record({"id": "a", "x": object()})
            recorder.flush()
            recorder.record({"id": "b", "x": object()})
            recorder.close()
        self.assertEqual(len(logs.output), 1)
        self.assertIn("recorder of m: bad_row", logs.output[0])

    def test_rows_of_many_threads_go_out_once_each(self) -> None:
        recorder = self.leeway.recorder("m", max_rows=100)

        def work(worker: int) -> None:
            for number in range(1_000):
                recorder.record({"id": f"{worker}-{number}", "time": 0})

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(recorder.flush())
        sent = [row["id"] for row in self.sent()]
        self.assertEqual(len(sent), 8_000)
        self.assertEqual(len(set(sent)), 8_000)
        self.assertEqual(recorder.counts.accepted, 8_000)
        recorder.close()

    def test_record_does_not_wait_for_a_server_that_does_not_answer(self) -> None:
        server = FakeServer([{"never": True}])
        self.addCleanup(server.close)
        recorder = Leeway(server.url, "secret").recorder("m", max_rows=10, on_error=self.on_error)
        began = time.perf_counter()
        for number in range(10_000):
            recorder.record({"id": str(number), "time": 0})
        self.assertLess(time.perf_counter() - began, 2)
        self.assertFalse(recorder.close(0.05))
        self.assertEqual(recorder.counts.dropped, 10_000)

    def test_with_statement_closes(self) -> None:
        with self.leeway.recorder("m") as recorder:
            recorder.record({"id": "a"})
        self.assertEqual(self.server.ids, [["a"]])

    def run_program(self, program: str) -> None:
        environment = {**os.environ, "PYTHONPATH": SRC, "LEEWAY_URL": self.server.url, "LEEWAY_TOKEN": "secret"}
        subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=20)

    def test_what_waits_is_sent_when_the_interpreter_ends(self) -> None:
        self.run_program("import leeway; leeway.Leeway().recorder('m', max_wait=60).record({'id': 'a'})")
        self.assertEqual(self.server.ids, [["a"]])
        self.assertEqual(self.server.seen[0].headers["authorization"], "Bearer secret")

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_forked_child_sends_its_own_rows_and_not_its_parents(self) -> None:
        program = """
import leeway, os
recorder = leeway.Leeway().recorder('m', max_wait=60)
recorder.record({'id': 'parent'})
child = os.fork()
recorder.record({'id': 'child' if child == 0 else 'parent-2'})
if child == 0:
    recorder.close()
    os._exit(0)
os.waitpid(child, 0)
"""
        self.run_program(program)
        self.assertEqual(sorted(self.server.ids), [["child"], ["parent", "parent-2"]])


class ClientTest(unittest.TestCase):
    def setUp(self) -> None:
        self.server = FakeServer()
        self.addCleanup(self.server.close)
        self.leeway = Leeway(self.server.url, "secret")
        self.addCleanup(self.leeway.close)

    def test_rows_of_a_large_send_go_in_portions(self) -> None:
        rows = ({"id": str(number), "time": 0} for number in range(25_000))
        self.assertEqual(self.leeway.predictions("m", rows), {"accepted": 25_000, "duplicates": 0, "rejected": []})
        self.assertEqual([len(ids) for ids in self.server.ids], [10_000, 10_000, 5_000])

    def test_single_row_may_be_sent_without_a_list(self) -> None:
        self.assertEqual(self.leeway.labels("m", {"id": "a", "label": None})["accepted"], 1)
        self.assertEqual(self.server.rows, [[{"id": "a", "label": None}]])

    def test_connection_that_the_server_closed_meanwhile_is_replaced(self) -> None:
        server = FakeServer([{}, {"disconnect": True}])
        self.addCleanup(server.close)
        leeway = Leeway(server.url, "secret", attempts=1)
        self.addCleanup(leeway.close)
        leeway.predictions("m", {"id": "a"})
        self.assertEqual(leeway.predictions("m", {"id": "b"})["accepted"], 1)
        self.assertEqual(server.ids, [["a"], ["b"], ["b"]])

    def test_options_that_cannot_be_used_are_refused_at_once(self) -> None:
        unfit: List[Dict[str, Any]] = [{"url": "leeway:7373"}, {"url": ""}, {"attempts": 0}, {"timeout": float("nan")}]
        for options in unfit:
            with self.subTest(options), self.assertRaises(LeewayClientError) as caught:
                Leeway(**options)
            self.assertEqual(caught.exception.code, "bad_option")


if __name__ == "__main__":
    unittest.main()
