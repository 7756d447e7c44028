"""Tells Leeway how a training gets on, in the background."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any, Callable, Dict, List, Mapping, Optional

from ..environment import Environment
from ..errors import LeewayClientError
from ..retry import RetryPolicy, decide_retry

_logger = logging.getLogger("leeway")

# Lines that wait to be sent; beyond it the oldest go.
_MOST_LINES = 1_000
_MOST_LINE_LENGTH = 2_000
# Characters of lines in one message.
_MOST_CHARACTERS = 200_000
# Seconds between two messages: what is reported in between goes together.
_PAUSE = 1.0
_POLICY = RetryPolicy(attempts=6, base=0.5, most=15.0, most_retry_after=30.0)


class Reporter:
    """Sends the latest progress, message and metrics, and the lines since the last time. It never raises and never waits:
    what cannot be sent after some tries is dropped, and a warning says so once.
    """

    def __init__(self, send: Callable[[Dict[str, Any]], object], environment: Environment, pause: float = _PAUSE) -> None:
        self._send = send
        self._environment = environment
        self._pause = pause
        self._pid = os.getpid()
        self._changed = threading.Condition()
        # What waits; None when nothing does.
        self._progress: Optional[float] = None
        self._message: Optional[str] = None
        self._metrics: Dict[str, float] = {}
        self._lines: List[str] = []
        self._sending = False
        self._closed = False
        self._over = threading.Event()
        self._warned = False
        self._thread: Optional[threading.Thread] = None

    def report(
        self,
        *,
        progress: Optional[float] = None,
        message: Optional[str] = None,
        metrics: Mapping[str, float] = {},
        lines: List[str] = [],
    ) -> None:
        # A forked worker has no thread that sends; what it says is its own.
        if os.getpid() != self._pid:
            return
        with self._changed:
            if self._closed:
                return
            if progress is not None:
                self._progress = progress
            if message is not None:
                self._message = message
            self._metrics.update(metrics)
            self._lines.extend(line[:_MOST_LINE_LENGTH] for line in lines)
            del self._lines[:-_MOST_LINES]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leeway-reporter", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self, timeout: float) -> None:
        """Sends what waits, for so many seconds at most, and takes no more."""
        if os.getpid() != self._pid:
            return
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            end = time.monotonic() + timeout
            while self._thread is not None and (self._waiting() or self._sending) and time.monotonic() < end:
                self._changed.wait(end - time.monotonic())
        self._over.set()

    def _waiting(self) -> bool:
        return self._progress is not None or self._message is not None or bool(self._metrics) or bool(self._lines)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting() and not self._closed:
                    self._changed.wait()
                if not self._waiting() or self._over.is_set():
                    return
                body = self._take()
                self._sending = True
            self._deliver(body)
            with self._changed:
                self._sending = False
                self._changed.notify_all()
                if not self._closed:
                    self._changed.wait_for(lambda: self._closed, self._pause)

    def _take(self) -> Dict[str, Any]:
        body: Dict[str, Any] = {}
        if self._progress is not None:
            body["progress"] = self._progress
        if self._message is not None:
            body["message"] = self._message
        if self._metrics:
            body["metrics"] = self._metrics
        if self._lines:
            count = 1
            characters = len(self._lines[0])
            while count < len(self._lines) and characters + len(self._lines[count]) <= _MOST_CHARACTERS:
                characters += len(self._lines[count])
                count += 1
            body["lines"] = self._lines[:count]
            del self._lines[:count]
        self._progress, self._message, self._metrics = None, None, {}
        return body

    def _deliver(self, body: Dict[str, Any]) -> None:
        attempt = 1
        while not self._over.is_set():
            try:
                self._send(body)
                return
            except LeewayClientError as error:
                wait = decide_retry(error, attempt, _POLICY, self._environment.chance())
                if wait is None:
                    self._warn(error)
                    return
            except Exception as error:  # whatever it is, training goes on
                self._warn(error)
                return
            self._environment.sleep(wait, self._over)
            attempt += 1

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            _logger.warning("progress of the training could not be reported, and will be dropped if so again: %s", error)


class LineHandler(logging.Handler):
    """A handler of Python's logging whose lines are kept with the run."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        # What the client says of itself may be that it cannot report.
        if record.name == "leeway" or record.name.startswith("leeway."):
            return
        try:
            self._reporter.report(lines=self.format(record).splitlines())
        except Exception:
            self.handleError(record)
