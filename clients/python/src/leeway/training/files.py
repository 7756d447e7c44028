"""Files on their way from and to the server."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import IO, Callable, Optional

from ..environment import Environment
from ..errors import LeewayClientError
from ..retry import RetryPolicy, decide_retry
from ..transport import Transport

_BLOCK = 1_048_576
# Files of the cache that nobody used for so many seconds go.
_KEPT_SECONDS = 7 * 86_400
_POLICY = RetryPolicy(attempts=8, base=0.5, most=20.0, most_retry_after=120.0)


def hash_file(path: Path) -> str:
    """SHA-256, in hex."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()


def download(
    transport: Transport, path: str, name: str, sha256: str, size: int, environment: Environment, cache: Path
) -> Path:
    """A file of the server in the cache, under its hash; fetched if it is not there already.

    A broken connection goes on where it broke. Raises LeewayClientError `damaged_file` where what came is not what was
    announced.
    """
    folder = cache / sha256
    found = folder / name
    if found.is_file() and found.stat().st_size == size and hash_file(found) == sha256:
        os.utime(found)
        return found
    _drop_old(cache)
    folder.mkdir(parents=True, exist_ok=True)
    # Of this process alone: two that wrote into one would spoil it.
    handle, part = tempfile.mkstemp(prefix=f"{name}.", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "w+b") as file:
            _fetch(transport, path, file, size, environment)
        got = hash_file(Path(part))
        if got != sha256:
            raise LeewayClientError("damaged_file", f"{name}: expected SHA-256 {sha256}, got {got}")
        os.replace(part, found)
    finally:
        if os.path.exists(part):
            os.remove(part)
    return found


def _fetch(transport: Transport, path: str, file: IO[bytes], size: int, environment: Environment) -> None:
    attempt = 1
    while True:
        before = file.tell()
        try:
            _continue(transport, path, file)
            if file.tell() >= size:
                return
            raise LeewayClientError("unreachable", f"{path} broke off after {file.tell()} of {size} bytes")
        except LeewayClientError as raised:
            error = raised
        # As long as something comes, it is worth going on.
        attempt = 1 if file.tell() > before else attempt
        wait = decide_retry(error, attempt, _POLICY, environment.chance())
        if wait is None:
            raise error
        environment.sleep(wait, None)
        attempt += 1


def _continue(transport: Transport, path: str, file: IO[bytes]) -> None:
    at = file.tell()
    with transport.open("GET", path, headers={"range": f"bytes={at}-"} if at > 0 else {}) as response:
        if at > 0 and response.status != 206:  # a server that knows no ranges begins again
            file.seek(0)
            file.truncate()
        for block in iter(lambda: response.read(_BLOCK), b""):
            file.write(block)


def upload(transport: Transport, path: str, file: Path, environment: Environment) -> None:
    """Puts a file to the server, with its hash, which the server checks."""
    sha256, size = hash_file(file), file.stat().st_size
    headers = {
        "content-type": "application/octet-stream",
        "content-length": str(size),
        "x-content-sha256": sha256,
    }

    def put() -> None:
        with open(file, "rb") as body, transport.open("PUT", path, body, headers) as response:
            response.read()

    persist(put, environment, _POLICY)


def persist(call: Callable[[], object], environment: Environment, policy: RetryPolicy) -> None:
    """Calls until it works, or trying again makes no sense."""
    attempt = 1
    while True:
        try:
            call()
            return
        except LeewayClientError as error:
            wait = decide_retry(error, attempt, policy, environment.chance())
            if wait is None:
                raise
        environment.sleep(wait, None)
        attempt += 1


def cache_folder(given: Optional[str]) -> Path:
    """Where fetched files lie: LEEWAY_CACHE, or a folder of this user's among the temporary ones."""
    if given:
        return Path(given)
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"leeway-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = os.lstat(folder)
        own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
        if own and stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o022:
            return folder
    except OSError:
        pass
    # Somebody else's: one of our own then, which nobody finds again.
    return Path(tempfile.mkdtemp(prefix="leeway-"))


def _drop_old(cache: Path) -> None:
    if not cache.is_dir():
        return
    for folder in cache.iterdir():
        for file in folder.iterdir() if folder.is_dir() else ():
            try:
                if file.stat().st_mtime < time.time() - _KEPT_SECONDS:
                    file.unlink()
            except OSError:
                continue
