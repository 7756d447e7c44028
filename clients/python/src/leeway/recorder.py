"""Collects predictions and sends them in the background."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Any, Callable, Deque, Dict, List, Mapping, Optional, Tuple

from .environment import Environment
from .errors import LeewayClientError
from .resources import IngestResult
from .retry import RetryPolicy, decide_retry
from .rows import Request, encode, send_lines

OnError = Callable[[LeewayClientError, int], object]

# Rows are held until the server takes them or the cap is reached.
_PATIENCE = RetryPolicy(float("inf"), base=0.5, most=30.0)
_MOST_WAIT = 300.0
# A request that makes the server fail so often in a row is given up, so that it does not hold up those behind it.
_MOST_SERVER_FAILURES = 5
# Seconds that the end of the process leaves to rows that wait.
_AT_EXIT = 5.0

_log = logging.getLogger("leeway")


@dataclass
class RecorderCounts:
    """What became of the recorded rows."""

    # Still to be sent.
    queued: int = 0
    accepted: int = 0
    duplicates: int = 0
    # Refused by the server one by one, and kept there in quarantine.
    rejected: int = 0
    # Lost: beyond the cap, refused as a whole, not JSON, or still unsent when the recorder was closed.
    dropped: int = 0


class Recorder:
    """Made by `leeway.recorder(model)`, once, and kept; any thread may record.

    `record()` costs one json.dumps, never waits for the server and never raises; what goes wrong shows in `counts` and is told
    to `on_error`. A row's id and time are settled when it is recorded, so an attempt that is repeated stores nothing twice.

    max_rows: rows that are sent together at most; so many waiting rows are sent at once.
    max_wait: seconds that a row waits for company at most.
    max_queued_rows: rows that may wait, beside those on their way, while the server does not take them; beyond it the oldest
        are dropped.
    id_column, time_column: the columns of the model that hold id and time.
    on_error: told of every attempt that failed and of every row lost, as (error, lost); `lost` is 0 while the rows are still
        held. It is called from the recorder's own thread, or from that which closes it. Default: a warning to the logger
        `leeway`, once a minute at most.

    What waits is sent when the interpreter ends, within five seconds. In processes that end otherwise (os._exit, a signal,
    children of multiprocessing), call `close()`, or use the recorder in a `with` statement.
    """

    def __init__(
        self,
        model: str,
        request: Request,
        environment: Environment,
        *,
        max_rows: int = 1_000,
        max_wait: float = 1.0,
        max_queued_rows: int = 100_000,
        id_column: str = "id",
        time_column: str = "time",
        on_error: Optional[OnError] = None,
    ) -> None:
        for name, value, least in (
            ("max_rows", max_rows, 1),
            ("max_wait", max_wait, 0),
            ("max_queued_rows", max_queued_rows, 1),
        ):
            if not value >= least:
                raise LeewayClientError("bad_option", f"{name}: expected a number of at least {least}, got {value}")
        self.model = model
        self._request = request
        self._environment = environment
        self._max_rows = min(max_rows, max_queued_rows)
        self._max_wait = max_wait
        self._max_queued_rows = max_queued_rows
        self._id_column = id_column
        self._time_column = time_column
        self._on_error = on_error or _WarnAtTimes(model)
        self._begin()
        _recorders.add(self)

    def _begin(self) -> None:
        """The state of a recorder without rows; anew in a forked child, whose parent sends the rows there were."""
        # Guards all that follows; notified when the thread or a waiting flush has something to look at.
        self._changed = threading.Condition()
        self._queue: Deque[str] = deque()
        self._counts = RecorderCounts()
        # Lost rows, still to be told, by the code of the error.
        self._untold: Dict[str, Tuple[LeewayClientError, int]] = {}
        # Waiting rows, from the oldest on, that are sent without more company.
        self._due = 0
        self._in_flight = 0
        # When the rows that wait have waited long enough.
        self._deadline = 0.0
        self._thread: Optional[threading.Thread] = None
        # Cuts a wait between attempts short.
        self._hurry = threading.Event()
        # Ends whatever is under way.
        self._end = threading.Event()
        self._closed = False

    @property
    def counts(self) -> RecorderCounts:
        with self._changed:
            counts = self._counts
            queued = len(self._queue) + self._in_flight
            return RecorderCounts(queued, counts.accepted, counts.duplicates, counts.rejected, counts.dropped)

    def record(self, row: Mapping[str, Any]) -> str:
        """Takes a prediction and returns its id, which the label will need; makes one, and the time, where the row has none."""
        row_id = ""
        line = None
        error = None
        try:
            row_id = _id_text(row.get(self._id_column)) or self._environment.new_id()
            settled = dict(row)
            settled[self._id_column] = row_id
            if settled.get(self._time_column) is None:
                settled[self._time_column] = int(self._environment.now() * 1_000)
            line = encode(settled, f"row {row_id}")
        except LeewayClientError as thrown:
            error = thrown
        except Exception as thrown:  # noqa: BLE001: a row must not fail the prediction that it is about
            error = LeewayClientError("bad_row", f"{type(thrown).__name__}: {thrown}")
        with self._changed:
            if self._closed:
                error = LeewayClientError("recorder_closed", f"a row for {self.model} came too late")
            if error is not None:
                self._lose(error, 1)
            elif line is not None:
                if not self._queue:
                    self._deadline = time.monotonic() + self._max_wait
                self._queue.append(line)
                self._trim()
            if error is not None or len(self._queue) == 1 or len(self._queue) == self._max_rows:
                self._wake()
        return row_id or self._environment.new_id()

    def flush(self, timeout: float = 10.0) -> bool:
        """Sends what waits now, without the rest of a back-off unless the server asked for it.

        Returns True when nothing waits any more, False when the time was not enough; never raises.
        """
        with self._changed:
            self._hurry.set()
            self._hurry = threading.Event()
            self._due = len(self._queue)
            if self._due > 0:
                self._wake()
            return self._changed.wait_for(lambda: self._due == 0 and self._in_flight == 0, timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Takes no more rows, gives those that wait the time to be sent, and drops the rest. Returns as `flush` does."""
        with self._changed:
            self._closed = True
        done = self.flush(timeout)
        with self._changed:
            self._end.set()
            self._hurry.set()
            lost = len(self._queue) + self._in_flight
            self._queue.clear()
            self._due = self._in_flight = 0
            if lost > 0:
                detail = f"rows for {self.model} were not sent within {timeout:g} s"
                self._lose(LeewayClientError("recorder_closed", detail), lost)
            self._changed.notify_all()
        self._tell()
        return done

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wake(self) -> None:
        """Lets the thread look at what there is to do; begins it if there is none. With the lock held."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=f"leeway-{self.model}", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # the interpreter is about to end, or there are too many threads
                self._thread = None
        self._changed.notify_all()

    def _run(self) -> None:
        attempt = 1
        server_failures = 0
        while True:
            self._tell()
            lines = self._take()
            if lines is None:
                return
            failure = self._send(lines) if lines else None
            if failure is not None and failure.status == 500:
                server_failures += 1
            wait = None
            if failure is not None and server_failures < _MOST_SERVER_FAILURES:
                wait = decide_retry(failure, attempt, _PATIENCE, self._environment.chance())
            with self._changed:
                # Where the recorder was closed meanwhile, the rows were given up already.
                given_up = self._in_flight == 0
                self._in_flight = 0
                if failure is None or wait is None:
                    attempt, server_failures = 1, 0
                    if failure is not None and not given_up:
                        self._lose(failure, len(lines))
                    self._changed.notify_all()
                    continue
                if given_up:
                    continue
                attempt += 1
                self._queue.extendleft(reversed(lines))
                self._due += len(lines)
                self._trim()
                pause = self._end if failure.retry_after is not None else self._hurry
            self._report(failure, 0)
            self._environment.sleep(min(wait, _MOST_WAIT), pause)

    def _take(self) -> Optional[List[str]]:
        """Waits for the next rows to send: as many as go together, or those that waited long enough.

        None is the end; no rows mean that there is something to tell.
        """
        with self._changed:
            while True:
                waiting = len(self._queue)
                if waiting >= self._max_rows or self._due > 0:
                    count = self._max_rows if waiting >= self._max_rows else self._due
                    lines = [self._queue.popleft() for _ in range(count)]
                    self._due = max(0, self._due - count)
                    self._in_flight = count
                    self._deadline = time.monotonic() + self._max_wait
                    return lines
                if self._untold:
                    return []
                if self._end.is_set():
                    return None
                left = self._deadline - time.monotonic()
                if waiting and left <= 0:
                    self._due = waiting
                else:
                    self._changed.wait(left if waiting else None)

    def _send(self, lines: List[str]) -> Optional[LeewayClientError]:
        try:
            result = send_lines(self._request, self.model, "predictions", lines)
            self._count(result, len(lines))
            return None
        except LeewayClientError as error:
            return error
        except Exception as thrown:  # noqa: BLE001: the thread must live
            return LeewayClientError("bad_answer", f"{type(thrown).__name__}: {thrown}")

    def _count(self, result: IngestResult, rows: int) -> None:
        rejected = result["rejected"]
        with self._changed:
            if self._in_flight == 0:
                return  # given up as the recorder was closed
            self._counts.accepted += result["accepted"]
            self._counts.duplicates += result["duplicates"]
            self._counts.rejected += len(rejected)
        if rejected:
            detail = f"{len(rejected)} of {rows} rows for {self.model}, the first: {rejected[0]['message']}"
            self._report(LeewayClientError("rows_rejected", detail, status=200, rejected=rejected), len(rejected))

    def _trim(self) -> None:
        """Drops the oldest rows beyond the cap. With the lock held."""
        excess = len(self._queue) - self._max_queued_rows
        if excess <= 0:
            return
        for _ in range(excess):
            self._queue.popleft()
        self._due = max(0, self._due - excess)
        detail = f"more than {self._max_queued_rows} rows wait for {self.model}; the oldest were dropped"
        self._lose(LeewayClientError("queue_full", detail), excess)

    def _lose(self, error: LeewayClientError, rows: int) -> None:
        """Counts rows as lost, to be told by the thread. With the lock held."""
        self._counts.dropped += rows
        _, before = self._untold.get(error.code, (error, 0))
        self._untold[error.code] = (error, before + rows)

    def _tell(self) -> None:
        with self._changed:
            untold = list(self._untold.values())
            self._untold.clear()
        for error, lost in untold:
            self._report(error, lost)

    def _report(self, error: LeewayClientError, lost: int) -> None:
        try:
            self._on_error(error, lost)
        except Exception:  # noqa: BLE001: a listener that fails must not end the recorder
            _log.exception("leeway: on_error of the recorder of %s failed", self.model)


class _WarnAtTimes:
    """The default listener: a warning, once a minute at most."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._last = float("-inf")
        self._lost = 0

    def __call__(self, error: LeewayClientError, lost: int) -> None:
        self._lost += lost
        if time.monotonic() - self._last < 60:
            return
        self._last = time.monotonic()
        _log.warning("recorder of %s: %s (%d rows lost). %s", self._model, error, self._lost, error.remedy)
        self._lost = 0


def _id_text(given: Any) -> str:
    """An id as the server will write it: a whole number has no decimals there."""
    if given is None:
        return ""
    if isinstance(given, float) and given.is_integer():
        return str(int(given))
    return str(given)


_recorders: "weakref.WeakSet[Recorder]" = weakref.WeakSet()


def _close_all() -> None:
    for recorder in list(_recorders):
        recorder.close(_AT_EXIT)


def _begin_all() -> None:
    for recorder in list(_recorders):
        recorder._begin()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_begin_all)
