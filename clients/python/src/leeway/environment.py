"""What the client takes from the world around it; a parameter, so that tests know what they get."""

from __future__ import annotations

import os
import random
import threading
import time
from dataclasses import dataclass
from typing import Callable, Optional


def _sleep(seconds: float, wake: Optional[threading.Event]) -> None:
    if wake is None:
        time.sleep(seconds)
    else:
        wake.wait(seconds)


@dataclass(frozen=True)
class Environment:
    # From 0 up to 1.
    chance: Callable[[], float] = random.random
    # Seconds since 1970.
    now: Callable[[], float] = time.time
    # Waits for the seconds, or until the event.
    sleep: Callable[[float, Optional[threading.Event]], None] = _sleep
    new_id: Callable[[], str] = lambda: os.urandom(16).hex()
