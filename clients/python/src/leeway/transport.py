"""One request and its answer."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import threading
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any, Iterator, Mapping, Optional, Tuple, Union
from urllib.parse import urlsplit

from .environment import Environment
from .errors import LeewayClientError
from .retry import parse_retry_after

# Below this many bytes, packing costs more than it saves.
_WORTH_ZIPPING = 16_384


@dataclass(frozen=True)
class Call:
    method: str
    # Below the address of the server.
    path: str
    body: Optional[bytes] = None
    content_type: str = "application/json"
    # Whether the route takes gzip.
    may_zip: bool = False


@dataclass(frozen=True)
class Answer:
    data: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Response:
    status: int
    # Names in lower case.
    headers: Mapping[str, str]
    text: str


class _Kept:
    """The connection of a thread in a process; closed when the thread ends."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection = connection
        self.pid = os.getpid()

    def __del__(self) -> None:
        self.connection.close()


class Transport:
    """Keeps a connection for each thread. Whatever goes wrong comes out as a LeewayClientError."""

    def __init__(
        self,
        url: str,
        token: Optional[str],
        *,
        timeout: float,
        gzip: bool,
        ssl_context: Optional[ssl.SSLContext],
        environment: Environment,
    ) -> None:
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if parts.scheme not in ("http", "https") or not host:
            raise LeewayClientError(
                "bad_option", f'url: expected an address such as http://127.0.0.1:7373, got "{url}"'
            )
        self._url = url
        self._host, self._port = host, port
        self._prefix = parts.path.rstrip("/")
        self._tls = (ssl_context or ssl.create_default_context()) if parts.scheme == "https" else None
        self._token = token
        self._timeout = timeout
        self._gzip = gzip
        self._environment = environment
        self._local = threading.local()

    def request(self, call: Call) -> Answer:
        headers = {"accept": "application/json", **self._authorization()}
        body = call.body
        if body is not None:
            headers["content-type"] = call.content_type
            if call.may_zip and self._gzip and len(body) >= _WORTH_ZIPPING:
                packer = zlib.compressobj(level=3, wbits=31)
                body = packer.compress(body) + packer.flush()
                headers["content-encoding"] = "gzip"
        with self._named():
            try:
                response = self._exchange(call.method, self._prefix + call.path, body, headers)
            except (OSError, http.client.HTTPException):
                self.close()
                raise
        if 200 <= response.status < 300:
            try:
                return Answer(json.loads(response.text), response.headers)
            except ValueError as cause:
                detail = f"expected JSON, got {response.text[:60]!r}"
                raise LeewayClientError("bad_answer", detail, status=response.status) from cause
        raise self._failure(response)

    @contextmanager
    def open(
        self, method: str, path: str, body: Union[bytes, IO[bytes], None] = None, headers: Mapping[str, str] = {}
    ) -> Iterator[http.client.HTTPResponse]:
        """Sends a request over a connection of its own, whose answer is read bit by bit in a `with` statement.

        Raises LeewayClientError for an answer other than 2xx, and whatever goes wrong while it is read.
        """
        with closing(self._new_connection()) as connection:
            with self._named():
                response = self._begin(connection, method, path, body, headers)
            with response:
                # What the caller does in between, such as writing to a full disk, is no trouble of the network.
                try:
                    yield response
                except (ConnectionError, ssl.SSLError, socket.timeout, http.client.HTTPException):
                    with self._named():
                        raise

    def _begin(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: Union[bytes, IO[bytes], None],
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        try:
            connection.request(method, self._prefix + path, body, {**headers, **self._authorization()})
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses a body need not read it to its end; it may have said why.
            if connection.sock is None:
                raise
        response = connection.getresponse()
        if 200 <= response.status < 300:
            return response
        with response:
            raise self._failure(_read(response))

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Whatever goes wrong with the network within comes out as a LeewayClientError."""
        try:
            yield
        except socket.timeout as cause:
            raise LeewayClientError("timeout", f"{self._url}: no answer within {self._timeout:g} s") from cause
        except (OSError, http.client.HTTPException) as cause:
            raise LeewayClientError("unreachable", f"{self._url}: {cause or type(cause).__name__}") from cause

    def _authorization(self) -> Mapping[str, str]:
        return {} if self._token is None else {"authorization": f"Bearer {self._token}"}

    def close(self) -> None:
        """Closes the connection of this thread."""
        self._local.kept = None

    def _exchange(self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]) -> _Response:
        connection, reused = self._connect()
        try:
            return _ask(connection, method, path, body, headers)
        except (ConnectionResetError, BrokenPipeError):
            # A server may close an idle connection at the very moment at which it is used again.
            self.close()
            if not reused:
                raise
            connection, _ = self._connect()
            return _ask(connection, method, path, body, headers)

    def _connect(self) -> Tuple[http.client.HTTPConnection, bool]:
        """The connection of this thread, and whether it was in use before."""
        kept: Optional[_Kept] = getattr(self._local, "kept", None)
        # After a fork, the socket is the parent's.
        if kept is not None and kept.pid == os.getpid():
            return kept.connection, kept.connection.sock is not None
        connection = self._new_connection()
        self._local.kept = _Kept(connection)
        return connection, False

    def _new_connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)

    def _failure(self, response: _Response) -> LeewayClientError:
        status, headers = response.status, response.headers
        request_id = headers.get("x-request-id")
        if 300 <= status < 400:
            to = headers.get("location", "another address")
            return LeewayClientError("redirected", f"{self._url} points to {to}", status=status, request_id=request_id)
        retry_after = parse_retry_after(headers.get("retry-after"), self._environment.now())
        try:
            problem = json.loads(response.text)
        except ValueError:
            problem = None
        if not isinstance(problem, dict):
            problem = {}
        if isinstance(problem.get("code"), str):
            return LeewayClientError(
                problem["code"],
                str(problem.get("detail") or problem.get("title") or f"the server answered {status}"),
                status=status,
                remedy=str(problem.get("remedy") or ""),
                retry_after=retry_after,
                request_id=request_id,
            )
        # The Open Inference Protocol has {error}; what stands in between may answer anything.
        error = problem.get("error")
        detail = error if isinstance(error, str) else f"the server answered {status}"
        return LeewayClientError("http_error", detail, status=status, retry_after=retry_after, request_id=request_id)


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Optional[bytes],
    headers: Mapping[str, str],
) -> _Response:
    connection.request(method, path, body, dict(headers))
    return _read(connection.getresponse())


def _read(response: http.client.HTTPResponse) -> _Response:
    text = response.read().decode("utf-8", "replace")
    return _Response(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
