"""A real HTTP server that answers as it was told, one answer a request, and then stores everything."""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Sequence


@dataclass
class Seen:
    path: str
    headers: Dict[str, str]
    body: str


class FakeServer:
    def __init__(self, answers: Sequence[Dict[str, Any]] = ()) -> None:
        self.seen: List[Seen] = []
        self._over = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length", "0")))
                body = (gzip.decompress(raw) if self.headers.get("content-encoding") == "gzip" else raw).decode()
                answer = answers[len(fake.seen)] if len(fake.seen) < len(answers) else {}
                fake.seen.append(Seen(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                if answer.get("never"):
                    fake._over.wait(30)
                if answer.get("never") or answer.get("disconnect"):
                    self.close_connection = True
                    return
                stored = {"accepted": len(body.split("\n")), "duplicates": 0, "rejected": []}
                text = answer.get("text") or json.dumps(answer.get("body") or stored)
                self.send_response(answer.get("status", 200))
                for name, value in answer.get("headers", {}).items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def rows(self) -> List[List[Dict[str, Any]]]:
        """The rows of each request."""
        return [[json.loads(line) for line in seen.body.split("\n")] for seen in self.seen]

    @property
    def ids(self) -> List[List[str]]:
        return [[row["id"] for row in rows] for rows in self.rows]

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
