"""Code that trains, with a server of its own and with files alone."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, Dict, Optional
from unittest import mock

from fake_trainings import TOKEN, FakeTrainings

import leeway
from leeway import LeewayClientError
from leeway.environment import Environment
from leeway.training.params import Params

QUICK = Environment(chance=lambda: 0.5, sleep=lambda seconds, wake: None)


class TrainingTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        # Nothing of the environment of those who run the tests.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LEEWAY")}
        patch = mock.patch.dict(os.environ, {**clean, "LEEWAY_CACHE": str(self.folder / "cache")}, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def serve(self, files: Optional[Dict[str, bytes]] = None, **about: Any) -> FakeTrainings:
        server = FakeTrainings(files, **about)
        self.addCleanup(server.close)
        return server

    def refused(self, code: str, work: Callable[[], object]) -> LeewayClientError:
        with self.assertRaises(LeewayClientError) as caught:
            work()
        self.assertEqual(caught.exception.code, code)
        self.assertNotEqual(caught.exception.remedy, "")
        return caught.exception

    def local(self, **more: str) -> Dict[str, str]:
        schema = self.folder / "schema.json"
        schema.write_text(json.dumps({"task": "binary", "positive": "late", "label": "label", "features": {"x": {"type": "numeric"}}}))
        return {
            "LEEWAY_TRAIN_DATA": str(self.folder / "train.parquet"),
            "LEEWAY_HOLDOUT_DATA": str(self.folder / "holdout.parquet"),
            "LEEWAY_SCHEMA": str(schema),
            "LEEWAY_OUTPUT": str(self.folder / "out"),
            "LEEWAY_PARAMS": '{"trees": 7}',
            **more,
        }


class RemoteTest(TrainingTest):
    def test_what_a_training_is_told_and_what_it_leaves(self) -> None:
        server = self.serve({"champion": b"the model that serves"})
        with leeway.run(server.contract, environment=QUICK) as run:
            self.assertEqual((run.id, run.model, run.task, run.positive), ("run1", "flights", "binary", "late"))
            self.assertEqual((run.reason, run.trial, run.label), ("roc_auc fell", 0, "label"))
            self.assertEqual(run.feature_names, ["distance", "holiday", "carrier"])
            self.assertEqual((run.numeric, run.categorical), (["distance", "holiday"], ["carrier"]))
            self.assertEqual(run.params.number("C"), 0.5)
            self.assertEqual((run.train.read_bytes(), run.holdout.read_bytes()), (b"train", b"holdout"))
            assert run.champion is not None
            self.assertEqual((run.champion.name, run.champion_version), ("champion.onnx", "v3"))
            self.assertEqual(run.champion.read_bytes(), b"the model that serves")
            run.log(progress=0.5, message="half", loss=0.25)
            run.log(loss=0.125)
            run.save_model(b"an onnx file")
            run.save_explanations({"distance": 0.5})
            output = run.output
        self.assertEqual(server.end, {"state": "succeeded", "metrics": {"loss": 0.125}})
        self.assertEqual(set(server.output), {"model.onnx", "metrics.json", "explanations.json", "environment.json"})
        self.assertIn("python", json.loads(server.output["environment.json"])["environment"])
        self.assertEqual(server.output["model.onnx"], b"an onnx file")
        self.assertEqual(json.loads(server.output["explanations.json"]), {"method": "mean_abs_shap", "importance": {"distance": 0.5}})
        merged: Dict[str, Any] = {}
        for message in server.progress:
            merged.update(message)
        self.assertEqual(merged, {"progress": 0.5, "message": "half", "metrics": {"loss": 0.125}})
        self.assertFalse(output.exists())

    def test_without_a_champion(self) -> None:
        run = leeway.run(self.serve().contract, environment=QUICK)
        self.assertEqual((run.champion, run.champion_version), (None, None))
        run.fail("enough")

    def test_from_variables_and_from_parameters_in_every_form(self) -> None:
        server = self.serve()
        contract = server.contract
        with mock.patch.dict(os.environ, contract):
            leeway.run(environment=QUICK).fail("enough")
        with mock.patch.dict(os.environ, {"LEEWAY": json.dumps(contract)}):
            leeway.run(environment=QUICK).fail("enough")
        # The token may be a secret of the orchestrator's, and be no parameter.
        token = contract.pop("LEEWAY_TOKEN")
        with mock.patch.dict(os.environ, {"LEEWAY_TOKEN": token, "LEEWAY_URL": "http://wrong.invalid"}):
            for given in (contract, {**contract, "others": 1}, json.dumps(contract), {"leeway": contract}, {"leeway": json.dumps(contract)}):
                leeway.run(given, environment=QUICK).fail("enough")
        self.assertEqual(server.requests.count(("GET", "")), 7)

    def test_data_are_fetched_once_and_go_on_where_they_broke(self) -> None:
        data = bytes(range(256)) * 20_000
        server = self.serve({"train.parquet": data})
        server.cut = [3_000_000, 100, 1_000_000]
        server.trouble = {"files": [503]}
        run = leeway.run(server.contract, environment=QUICK)
        path = run.train
        self.assertEqual(path.read_bytes(), data)
        self.assertEqual(server.ranges, [None, "bytes=3000000-", "bytes=3000100-", "bytes=4000100-"])
        self.assertEqual(run.train, path)
        path.write_bytes(data[:-1] + b"?")  # spoilt on the disk
        self.assertEqual(run.train.read_bytes(), data)
        self.assertEqual(len(server.ranges), 5)
        self.assertEqual([file.name for file in path.parent.iterdir()], ["train.parquet"])
        run.fail("enough")

    def test_a_server_without_ranges_begins_again(self) -> None:
        server = self.serve({"train.parquet": b"abcdefgh"})
        server.cut, server.knows_ranges = [5], False
        run = leeway.run(server.contract, environment=QUICK)
        self.assertEqual(run.train.read_bytes(), b"abcdefgh")
        run.fail("enough")

    def test_other_bytes_than_announced_are_refused(self) -> None:
        server = self.serve()
        run = leeway.run(server.contract, environment=QUICK)
        server.files["train.parquet"] = b"trick"
        self.refused("damaged_file", lambda: run.train)
        self.assertEqual(list((self.folder / "cache").rglob("*.part")), [])
        run.fail("enough")

    def test_files_that_nobody_used_for_long_go(self) -> None:
        server = self.serve()
        run = leeway.run(server.contract, environment=QUICK)
        old = run.train
        os.utime(old, (0, 0))
        holdout = run.holdout
        self.assertEqual((old.exists(), holdout.exists()), (False, True))
        run.fail("enough")

    def test_a_failure_is_told_and_raised(self) -> None:
        server = self.serve()
        with self.assertRaises(ZeroDivisionError):
            with leeway.run(server.contract, environment=QUICK) as run:
                run.save_model(b"not good enough")
                raise ZeroDivisionError(f"no rows for {TOKEN}")
        assert server.end is not None
        self.assertEqual(server.end["state"], "failed")
        self.assertRegex(server.end["message"], r"^ZeroDivisionError: no rows for \*\*\* \(test_training.py, line \d+, in test_a_failure")
        self.assertEqual(server.output, {})

    def test_an_end_without_a_model_is_a_failure(self) -> None:
        for importance in ({}, {"distance": 1}):
            server = self.serve()
            with self.assertRaises(LeewayClientError) as caught:
                with leeway.run(server.contract, environment=QUICK) as run:
                    if importance:
                        run.save_explanations(importance)
            self.assertEqual(caught.exception.code, "nothing_saved")
            assert server.end is not None
            self.assertEqual(server.end["state"], "failed")
            self.assertIn("no model was saved", server.end["message"])

    def test_a_model_that_leeway_cannot_run_needs_its_predictions(self) -> None:
        model = self.folder / "model.pkl"
        model.write_bytes(b"pickled")
        server = self.serve()
        with self.assertRaisesRegex(LeewayClientError, "save_predictions"):
            with leeway.run(server.contract, environment=QUICK) as run:
                run.save_model(model)
        server = self.serve()
        with leeway.run(server.contract, environment=QUICK) as run:
            run.save_model(model)
            (run.output / "holdout_predictions.parquet").write_bytes(b"from elsewhere")
        self.assertEqual(set(server.output), {"model.pkl", "holdout_predictions.parquet", "environment.json"})

    def test_folders_of_mlflow_keep_their_shape(self) -> None:
        source = self.folder / "saved"
        (source / "code").mkdir(parents=True)
        (source / "MLmodel").write_text("flavors: {}")
        (source / "code" / "__init__.py").write_text("")
        (source / "model.onnx").write_bytes(b"onnx")
        server = self.serve()
        with leeway.run(server.contract, environment=QUICK) as run:
            run.save_model(source, name="model")
        self.assertEqual(set(server.output), {"model/MLmodel", "model/code/__init__.py", "model/model.onnx", "environment.json"})

    def test_a_candidate_elsewhere(self) -> None:
        server = self.serve()
        with leeway.run(server.contract, environment=QUICK) as run:
            run.candidate_mlflow("flights", 7)
        self.assertEqual(server.end, {"state": "succeeded", "candidate": {"kind": "mlflow", "model": "flights", "version": "7"}})

    def test_the_end_survives_trouble_and_counts_once(self) -> None:
        server = self.serve()
        server.trouble = {"output": [503, 500], "complete": [0, 502]}
        with leeway.run(server.contract, environment=QUICK) as run:
            run.save_model(b"onnx")
        self.assertEqual(server.output["model.onnx"], b"onnx")
        self.assertEqual(server.end, {"state": "succeeded"})
        run.finish()
        run.fail("too late")
        self.assertEqual(server.requests.count(("POST", "complete")), 3)

    def test_a_training_that_was_ended_meanwhile(self) -> None:
        server = self.serve()
        server.end = {"state": "failed", "message": "cancelled by ann"}
        with self.assertLogs("leeway", "WARNING"), self.assertRaises(LeewayClientError) as caught:
            with leeway.run(server.contract, environment=QUICK) as run:
                run.save_model(b"onnx")
        self.assertEqual((caught.exception.code, caught.exception.status), ("training_over", 409))

    def test_a_wrong_token(self) -> None:
        server = self.serve()
        error = self.refused("unauthenticated", lambda: leeway.run({**server.contract, "LEEWAY_TOKEN": "wrong"}, environment=QUICK))
        self.assertNotIn("wrong", str(error))


class ProgressTest(TrainingTest):
    def test_progress_never_breaks_a_training(self) -> None:
        server = self.serve()
        server.trouble = {"progress": [500] * 1_000}
        with self.assertLogs("leeway", "WARNING") as logs:
            with leeway.run(server.contract, environment=QUICK) as run:
                for step in range(50):
                    run.log(progress=step / 50, loss=float(step))
                run.save_model(b"onnx")
        self.assertEqual(len([line for line in logs.output if "could not be reported" in line]), 1)
        self.assertEqual(server.end, {"state": "succeeded", "metrics": {"loss": 49.0}})
        self.assertLess(server.requests.count(("POST", "progress")), 60)

    def test_passing_trouble_costs_nothing(self) -> None:
        server = self.serve()
        server.trouble = {"progress": [503, 429, 0]}
        with leeway.run(server.contract, environment=QUICK) as run:
            run.log(progress=0.5)
            run.save_model(b"onnx")
        self.assertEqual(server.progress[-1], {"progress": 0.5})

    def test_what_is_no_number_is_left_out(self) -> None:
        server = self.serve()
        with self.assertLogs("leeway", "WARNING") as logs:
            with leeway.run(server.contract, environment=QUICK) as run:
                run.log(progress=float("inf"))
                run.log(progress=7, bad=float("nan"), worse="high", none=None, good=True)
                run.save_model(b"onnx")
        self.assertEqual(len(logs.output), 3)
        self.assertEqual(server.end, {"state": "succeeded", "metrics": {"good": 1.0}})
        self.assertEqual(server.progress[0]["progress"], 1.0)

    def test_lines_of_logging_go_with_the_run(self) -> None:
        server = self.serve()
        logger = logging.getLogger("trainer")
        logger.addHandler(logging.NullHandler())
        with leeway.run(server.contract, environment=QUICK) as run:
            logger.warning("tree %d", 1)
            logging.getLogger("leeway.inner").warning("about itself")
            run.log_lines("one", "two\nthree")
            run.save_model(b"onnx")
        logger.warning("after the end")
        lines = [line for message in server.progress for line in message.get("lines", [])]
        self.assertEqual([line[-6:] for line in lines], ["tree 1", "one", "two", "three"])
        self.assertRegex(lines[0], "WARNING trainer: tree 1$")

    def test_many_lines_come_in_portions_and_the_latest_count(self) -> None:
        server = self.serve()
        started, hold = threading.Event(), threading.Event()

        def wait(seconds: float, wake: Optional[threading.Event]) -> None:
            started.set()
            hold.wait(10)

        server.trouble = {"progress": [503]}
        with leeway.run(server.contract, environment=Environment(chance=lambda: 0.5, sleep=wait)) as run:
            run.log_lines("first")
            self.assertTrue(started.wait(10))
            for number in range(1_500):
                run.log_lines(f"{number} {'x' * 3_000}")
            hold.set()
            run.save_model(b"onnx")
        lines = [line for message in server.progress for line in message["lines"]]
        self.assertEqual([line.split(" ")[0] for line in lines], ["first", *map(str, range(500, 1_500))])
        self.assertEqual({len(line) for line in lines[1:]}, {2_000})
        self.assertLess(max(sum(map(len, message["lines"])) for message in server.progress), 200_001)


class LocalTest(TrainingTest):
    def test_files_and_no_server(self) -> None:
        champion = self.folder / "champion.onnx"
        champion.write_bytes(b"c")
        given = self.local(LEEWAY_RUN_ID="run1", LEEWAY_TRIAL="2", LEEWAY_CHAMPION=str(champion), LEEWAY_CHAMPION_VERSION="v3")
        with leeway.run(given) as run:
            self.assertEqual((run.id, run.trial, run.params.integer("trees")), ("run1", 2, 7))
            self.assertEqual((run.train, run.holdout), (self.folder / "train.parquet", self.folder / "holdout.parquet"))
            self.assertEqual((run.champion, run.champion_version), (champion, "v3"))
            run.log(progress=0.5, validation_auc=0.75)
            run.log_metrics({"validation_auc": 0.8, "rows": 12})
            run.save_model(b"first")
            run.save_model(b"second", name="other.onnx")
        found = {path.name: path.read_bytes() for path in run.output.iterdir()}
        self.assertEqual(set(found), {"other.onnx", "metrics.json", "environment.json"})
        self.assertEqual(found["other.onnx"], b"second")
        self.assertEqual(json.loads(found["metrics.json"]), {"validation_auc": 0.8, "rows": 12.0})

    def test_metrics_that_the_trainer_wrote_itself_stay(self) -> None:
        with leeway.run(self.local()) as run:
            run.save_model(b"onnx")
            (run.output / "metrics.json").write_text('{"a": 1, "b": 2}')
            run.log(b=3)
        self.assertEqual(json.loads((run.output / "metrics.json").read_text()), {"a": 1, "b": 3})

    def test_progress_is_told_where_there_is_somebody_to_tell(self) -> None:
        server = self.serve()
        with leeway.run({**self.local(), **server.contract}, environment=QUICK) as run:
            run.log(progress=0.25)
            run.save_model(b"onnx")
        self.assertEqual(server.progress, [{"progress": 0.25}])
        # Its exit status says how it ended, and its files lie where Leeway sees them.
        self.assertEqual((server.end, server.output), (None, {}))
        with leeway.run({**self.local(), **server.contract}, environment=QUICK) as run:
            run.candidate_mlflow("flights", "7")
        self.assertEqual(server.end, {"state": "succeeded", "candidate": {"kind": "mlflow", "model": "flights", "version": "7"}})

    def test_a_model_for_one_class_of_task_only(self) -> None:
        with self.assertRaises(LeewayClientError):
            with leeway.run(self.local()) as run:
                for wrong in ({"not": "a model"}, 7):
                    self.refused("bad_model", lambda: run.save_model(wrong))
                self.refused("bad_model", lambda: run.save_model(self.folder))
                self.refused("bad_model", lambda: run.save_model(self.folder / "absent"))
                for name in ("metrics.json", "../model.onnx", "a/b.onnx"):
                    self.refused("bad_model", lambda: run.save_model(b"onnx", name=name))
                self.refused("bad_model", lambda: run.save_explanations({"x": float("nan")}))
                self.refused("bad_model", lambda: run.save_explanations({"x": -1}))

    def test_not_started_by_leeway(self) -> None:
        for given in (None, {}, "", {"others": 1}):
            self.assertIn("LEEWAY_TRAINING", str(self.refused("no_run", lambda: leeway.run(given))))
        self.assertIn("LEEWAY_TRAIN_DATA", str(self.refused("no_run", lambda: leeway.run({"LEEWAY_OUTPUT": "out"}))))
        for bad in ("{", "[1]", {"leeway": "{"}):
            self.refused("no_run", lambda: leeway.run(bad))
        self.refused("no_run", lambda: leeway.run(self.local(LEEWAY_PARAMS="[]")))
        self.refused("no_run", lambda: leeway.run(self.local(LEEWAY_TRIAL="first")))

    def test_params(self) -> None:
        params = Params({"a": 1, "b": 2.0, "c": "x", "d": True, "e": None, "f": 0.5})
        self.assertEqual((params.number("a"), params.number("b"), params.integer("b")), (1.0, 2.0, 2))
        self.assertEqual((params.text("c"), params.flag("d"), params.text("e", "y")), ("x", True, "y"))
        self.assertEqual((params["f"], len(params), dict(params)["a"]), (0.5, 6, 1))
        for wrong in (
            lambda: params.number("c"),
            lambda: params.number("d"),
            lambda: params.integer("f"),
            lambda: params.integer("d"),
            lambda: params.text("a"),
            lambda: params.flag("a"),
            lambda: params.number("absent"),
        ):
            self.refused("bad_param", wrong)


class ProcessTest(TrainingTest):
    """How a program ends, which takes a program."""

    def begin(self, program: str, contract: Dict[str, str]) -> "subprocess.Popen[str]":
        source = str(Path(leeway.__file__).parents[1])
        child = subprocess.Popen(
            [sys.executable, "-c", program],
            env={**os.environ, **contract, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(child.kill)
        return child

    def test_sigterm_is_a_cancellation(self) -> None:
        server = self.serve()
        program = """
import leeway, time
with leeway.run() as run:
    run.log(progress=0.1)
    time.sleep(60)
"""
        child = self.begin(program, server.contract)
        self.assertTrue(server.told.wait(30))
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=30)
        self.assertEqual(child.returncode, 143)
        self.assertEqual(server.end, {"state": "failed", "message": "cancelled"})

    def test_without_with(self) -> None:
        for program, returncode, end in (
            ("import leeway; run = leeway.run(); run.save_model(b'onnx'); run.finish('done')", 0, {"state": "succeeded", "message": "done"}),
            ("import leeway; run = leeway.run(); run.save_model(b'onnx')", 0, {"state": "failed", "message": "the program ended without run.finish()"}),
            ("import leeway; run = leeway.run(); 1 / 0", 1, {"state": "failed", "message": "ZeroDivisionError: division by zero (<string>, line 1, in <module>)"}),
        ):
            server = self.serve()
            child = self.begin(program, server.contract)
            child.communicate(timeout=30)
            self.assertEqual((child.returncode, server.end), (returncode, end))

    def test_exit_by_status(self) -> None:
        for status, state in ((0, "succeeded"), (3, "failed")):
            server = self.serve()
            program = f"import leeway, sys\nwith leeway.run() as run:\n    run.save_model(b'onnx')\n    sys.exit({status})"
            child = self.begin(program, server.contract)
            child.communicate(timeout=30)
            assert server.end is not None
            self.assertEqual((child.returncode, server.end["state"]), (status, state))

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_forked_worker_says_nothing(self) -> None:
        server = self.serve()
        program = """
import leeway, os, sys
with leeway.run() as run:
    run.log(progress=0.1)
    child = os.fork()
    if child == 0:
        run.log(progress=0.9)
        sys.exit(5)
    os.waitpid(child, 0)
    run.save_model(b'onnx')
"""
        child = self.begin(program, server.contract)
        child.communicate(timeout=30)
        self.assertEqual((child.returncode, server.end), (0, {"state": "succeeded"}))
        self.assertEqual(server.progress, [{"progress": 0.1}])


if __name__ == "__main__":
    unittest.main()
