"""What the client reports when something goes wrong."""

from __future__ import annotations

from typing import Optional, Sequence

from .resources import Rejection

# What can go wrong before or beside an answer of the server; its own codes are listed at docs/reference/errors.md.
_REMEDIES = {
    "unreachable": "Is `leeway serve` running, and is `url` its address?",
    "timeout": "Look at the load of the server, or raise `timeout`.",
    "redirected": "Give the address that it points to as `url`; a redirect is not followed, since a token would go with it.",
    "bad_answer": "Is `url` the address of Leeway itself, and nothing in between that answers for it?",
    "http_error": "Look at the detail; it may come from something between the client and Leeway.",
    "bad_option": "Look at the options in the README of the client.",
    "bad_row": "A row is a mapping whose values JSON can hold.",
    "rows_rejected": "Mend what the messages name; the server keeps the rows in quarantine.",
    "queue_full": "Raise `max_queued_rows`, or see why the server does not take the rows.",
    "recorder_closed": "Record before `close()`, and give `close()` the time that it needs.",
    "no_run": "Let Leeway start the program, or give `leeway.run()` what the orchestrator was given; see the guide on training code.",
    "bad_param": "Look at `retrain.params` and `retrain.tuning` of the model.",
    "damaged_file": "Try again; if it happens again, something between Leeway and here changes what it hands on.",
    "missing_package": "Install the package that is named.",
    "bad_model": "Look at the guide on training code for what can be saved, or save it as a file of your own.",
    "nothing_saved": "Save a model, or name one by `candidate_mlflow()`, before the end.",
}


class LeewayClientError(Exception):
    """Everything that the client reports is one of these.

    `code` is stable: one of the server's catalogue, or of the client's own. `detail` says what happened, `remedy` what to do.
    `status` is the HTTP status, None where no answer came; `retry_after` the seconds that the server wants to be left alone;
    `rejected` the rows that it refused; under `request_id` its log has the request.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: Optional[int] = None,
        remedy: Optional[str] = None,
        retry_after: Optional[float] = None,
        rejected: Sequence[Rejection] = (),
        request_id: Optional[str] = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status
        self.remedy = _REMEDIES.get(code, "") if remedy is None else remedy
        self.retry_after = retry_after
        self.rejected = rejected
        self.request_id = request_id
