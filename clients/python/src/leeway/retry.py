"""When to try again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Optional

from .errors import LeewayClientError


@dataclass(frozen=True)
class RetryPolicy:
    # How often a request is made at most; infinity for as long as it takes.
    attempts: float
    # The first wait is a random part of this, each next one of twice as much.
    base: float
    # Waits are a random part of this at most.
    most: float
    # A server that wants to be left alone for longer than this is not asked again.
    most_retry_after: float = math.inf


# Answers after which the same request may do better. All that is sent carries ids, so sending it twice does no harm.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 507})


def decide_retry(error: LeewayClientError, attempt: int, policy: RetryPolicy, chance: float) -> Optional[float]:
    """How long to wait before the next attempt, or None to give up.

    Full jitter: clients that failed together do not come back together; what the server asks for with Retry-After comes on
    top, so nobody comes back before that.
    """
    if attempt >= policy.attempts or not _is_passing(error):
        return None
    asked = error.retry_after or 0.0
    if asked > policy.most_retry_after:
        return None
    return asked + chance * min(policy.most, policy.base * 2.0 ** min(attempt - 1, 60))


def _is_passing(error: LeewayClientError) -> bool:
    if error.status is None:
        return error.code in ("unreachable", "timeout")
    return error.status in _PASSING


def parse_retry_after(header: Optional[str], now: float) -> Optional[float]:
    """Seconds of a Retry-After header, given as seconds or as a date; None where it is absent or can't be read."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (TypeError, ValueError, IndexError):
        return None
