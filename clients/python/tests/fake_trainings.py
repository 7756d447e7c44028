"""Leeway's API for training code, as strict as the real one, for one training."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import unquote

KEY = "leeway-run1-0"
TOKEN = "good-for-one-training"
FEATURES = {"distance": {"type": "numeric"}, "holiday": {"type": "boolean"}, "carrier": {"type": "categorical"}}

_PROGRESS = {"progress": (int, float), "message": str, "metrics": dict, "lines": list}
_COMPLETE = {"state": str, "metrics": dict, "message": str, "candidate": dict, "log_url": str}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*){0,7}")


class FakeTrainings:
    """`files` are what can be fetched; `about` changes what the training says of itself."""

    def __init__(self, files: Optional[Dict[str, bytes]] = None, **about: Any) -> None:
        self.files = {"train.parquet": b"train", "holdout.parquet": b"holdout", "schema.json": b"{}", **(files or {})}
        self.about = about
        # What came.
        self.requests: List[Tuple[str, str]] = []
        self.ranges: List[Optional[str]] = []
        self.progress: List[Dict[str, Any]] = []
        self.output: Dict[str, bytes] = {}
        self.end: Optional[Dict[str, Any]] = None
        # Statuses for the next requests, by the word after the key; 0 does the work and loses the answer.
        self.trouble: Dict[str, List[int]] = {}
        # The next download breaks off after so many bytes.
        self.cut: List[int] = []
        self.knows_ranges = True
        # Set by every message of progress.
        self.told = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                fake._answer(self)

            do_POST = do_PUT = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/leeway"

    @property
    def contract(self) -> Dict[str, str]:
        return {"LEEWAY_TRAINING": KEY, "LEEWAY_URL": self.url, "LEEWAY_TOKEN": TOKEN, "LEEWAY_RUN_ID": "run1"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def training(self) -> Dict[str, Any]:
        def file(name: str) -> Dict[str, Any]:
            data = self.files[name]
            # The address is that under which people know the server, which a trainer may be unable to reach.
            return {"url": f"http://leeway.invalid/{name}", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}

        champion = {"version": "v3", "format": "onnx", **file("champion")} if "champion" in self.files else None
        found = {
            "run": "run1",
            "training": KEY,
            "model": "flights",
            "task": "binary",
            "reason": "roc_auc fell",
            "trial": 0,
            "params": {"C": 0.5},
            "label": "label",
            "positive": "late",
            "features": FEATURES,
            "data": {
                "train": {**file("train.parquet"), "rows": 3},
                "holdout": {**file("holdout.parquet"), "rows": 2},
                "schema": file("schema.json"),
            },
            "champion": champion,
            "deadline": "2026-01-01T00:00:00.000Z",
        }
        return {**found, **self.about}

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("content-length", "0")))
        method, path = request.command, request.path
        start = f"/leeway/api/v1/trainings/{KEY}"
        rest = path[len(start) :].lstrip("/") if path.startswith(start) else None
        self.requests.append((method, path if rest is None else rest))
        word = "" if rest is None else rest.split("/")[0]
        status = self.trouble.get(word, []).pop(0) if self.trouble.get(word) else None
        if status:
            return _problem(request, status, "unavailable", "not now")
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _problem(request, 401, "unauthenticated", "no such token")
        if rest is None:
            return _problem(request, 403, "forbidden", "the token is good for one training")
        try:
            if (method, rest) == ("GET", ""):
                answer: Any = self.training()
            elif method == "GET" and rest.startswith("files/"):
                return self._send_file(request, rest[len("files/") :])
            elif (method, rest) == ("POST", "progress"):
                answer = self._note(_read(body, _PROGRESS))
            elif method == "PUT" and rest.startswith("output/"):
                answer = self._keep(unquote(rest[len("output/") :]), request, body)
            elif (method, rest) == ("POST", "complete"):
                answer = self._complete(_read(body, _COMPLETE))
            else:
                return _problem(request, 404, "not_found", f"{method} {path}")
        except _Refused as refused:
            return _problem(request, refused.status, refused.code, str(refused))
        if status == 0:  # the work is done, and the answer is lost
            request.close_connection = True
            return
        _send(request, 200, json.dumps(answer).encode())

    def _send_file(self, request: BaseHTTPRequestHandler, name: str) -> None:
        if name not in self.files:
            return _problem(request, 404, "not_found", name)
        data = self.files[name]
        given = request.headers.get("range")
        self.ranges.append(given)
        found = re.fullmatch(r"bytes=(\d+)-", given or "")
        at = int(found.group(1)) if found and self.knows_ranges else 0
        request.send_response(206 if at else 200)
        request.send_header("content-length", str(len(data) - at))
        request.end_headers()
        if self.cut:
            request.wfile.write(data[at : at + self.cut.pop(0)])
            request.close_connection = True
            return
        request.wfile.write(data[at:])

    def _note(self, given: Dict[str, Any]) -> Any:
        if self.end is not None:
            raise _Refused(409, "training_over", "it has ended")
        if not 0 <= given.get("progress", 0) <= 1 or len(given.get("message", "")) > 2_000 or len(given.get("lines", [])) > 1_000:
            raise _Refused(400, "invalid_request", str(given)[:80])
        self.progress.append(given)
        self.told.set()
        return {"ok": True}

    def _keep(self, name: str, request: BaseHTTPRequestHandler, body: bytes) -> Any:
        if self.end is not None:
            raise _Refused(409, "training_over", "it has ended")
        if request.headers.get("content-type") != "application/octet-stream" or not _NAME.fullmatch(name):
            raise _Refused(400, "invalid_request", name)
        sha256 = hashlib.sha256(body).hexdigest()
        if request.headers.get("x-content-sha256", sha256) != sha256:
            raise _Refused(400, "invalid_request", "another hash")
        self.output[name] = body
        return {"name": name, "bytes": len(body), "sha256": sha256}

    def _complete(self, given: Dict[str, Any]) -> Any:
        if given.get("state") not in ("succeeded", "failed"):
            raise _Refused(400, "invalid_request", "state")
        candidate = given.get("candidate")
        if candidate is not None and set(candidate) != {"kind", "model", "version"}:
            raise _Refused(400, "invalid_request", "candidate")
        if self.end is not None and self.end != given:
            raise _Refused(409, "training_over", f"it has {self.end['state']}")
        self.end = given
        return {"ok": True}


class _Refused(Exception):
    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


def _read(body: bytes, fields: Dict[str, Any]) -> Dict[str, Any]:
    given: Dict[str, Any] = json.loads(body)
    for name, value in given.items():
        if name not in fields or not isinstance(value, fields[name]):
            raise _Refused(400, "invalid_request", f"{name}: {value!r:.40}")
    if not all(isinstance(value, (int, float)) for value in given.get("metrics", {}).values()):
        raise _Refused(400, "invalid_request", "metrics")
    return given


def _problem(request: BaseHTTPRequestHandler, status: int, code: str, detail: str) -> None:
    _send(request, status, json.dumps({"code": code, "detail": detail, "remedy": "look", "status": status}).encode())


def _send(request: BaseHTTPRequestHandler, status: int, data: bytes) -> None:
    request.send_response(status)
    request.send_header("content-length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)
