"""Send HTTP requests from several threads, and count the answers."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from heapnb.errors import CaptureError, HeapnbError

DEFAULT_CONCURRENCY: Final = 10
DEFAULT_TIMEOUT: Final = 30.0

_FIRST_FAILURE_STATUS: Final = 400
_POLL_SECONDS: Final = 0.05
_MOST_FAILURES: Final = 50
"""Requests without an answer, in a row and over all threads, after which the load stops."""


@dataclass(frozen=True)
class LoadResult:
    """The answers to a load.

    Parameters
    ----------
    requests : int
        Requests that were answered.
    seconds : float
        How long it took.
    statuses : mapping of int to int
        Answers by HTTP status.
    failures : mapping of str to int
        Requests without an answer, by reason.
    """

    requests: int
    seconds: float
    statuses: Mapping[int, int]
    failures: Mapping[str, int]

    @property
    def errors(self) -> int:
        """Answers with a status of 400 or more, and requests without an answer."""
        refused = sum(n for status, n in self.statuses.items() if status >= _FIRST_FAILURE_STATUS)
        return refused + sum(self.failures.values())


@dataclass(frozen=True)
class Request:
    """An HTTP request.

    Parameters
    ----------
    host, port : str, int or None
        Where it goes; None for the scheme's port.
    path : str
        Path and query.
    method : str, default "GET"
        The HTTP method.
    body : bytes, optional
        Its body.
    headers : mapping of str to str, optional
        Its headers.
    is_encrypted : bool, default False
        Whether it goes over HTTPS.
    """

    host: str
    port: int | None
    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_encrypted: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"{'https' if self.is_encrypted else 'http'}://{host}{port}{self.path}"


def send_requests(
    url: str,
    requests: int,
    *,
    concurrency: int = DEFAULT_CONCURRENCY,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    on_progress: Callable[[int, int], None] | None = None,
) -> LoadResult:
    """Send a number of HTTP requests, over connections that stay open.

    Parameters
    ----------
    url : str
        ``http://HOST:PORT/PATH`` or the same with ``https``.
    requests : int
        How many.
    concurrency : int, default 10
        Connections; each sends its next request when the last one is answered.
    method : str, default "GET"
        The HTTP method.
    body : bytes, optional
        Sent with each request.
    headers : mapping of str to str, optional
        Sent with each request.
    timeout : float, default 30
        Seconds to wait for an answer.
    on_progress : callable, optional
        Called with (done, total) a few times a second, in this thread.

    Returns
    -------
    LoadResult

    Raises
    ------
    CaptureError
        If no request at all is answered, or 50 in a row are not.
    HeapnbError
        If an argument is invalid.

    Examples
    --------
    >>> send_requests("http://127.0.0.1:3000/orders", 1000).statuses  # doctest: +SKIP
    {200: 1000}
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise HeapnbError(f"{url!r} is not an HTTP URL.", hint="pass http://HOST:PORT/PATH.")
    for name, value in (("requests", requests), ("concurrency", concurrency)):
        if value < 1:
            raise HeapnbError(f"{name} must be 1 or more (got {value}).")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = Request(
        *(parts.hostname, parts.port, path, method, body, dict(headers or {})),
        is_encrypted=parts.scheme == "https",
    )
    return send_all(
        lambda _: request,
        range(requests),
        concurrency=concurrency,
        timeout=timeout,
        on_progress=on_progress,
    )


def send_all(
    request_of: Callable[[int], Request],
    numbers: range,
    *,
    concurrency: int,
    timeout: float = DEFAULT_TIMEOUT,
    per_connection: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> LoadResult:
    """Send one request for each number.

    Parameters
    ----------
    request_of : callable
        Gets a number, and returns its request.
    numbers : range
        The numbers.
    concurrency : int
        Threads; each sends its next request when the last one is answered.
    timeout : float, default 30
        Seconds to wait for an answer.
    per_connection : int, optional
        Requests after which a connection is replaced by a new one.
    on_progress : callable, optional
        Called with (done, total) a few times a second, in this thread. An error that it raises
        stops the load.

    Returns
    -------
    LoadResult

    Raises
    ------
    CaptureError
        If no request at all is answered, or 50 in a row are not.
    """
    load = _Load(request_of, numbers, timeout, per_connection)
    requests = len(numbers)
    start = time.monotonic()
    threads = [
        threading.Thread(target=load.work, daemon=True) for _ in range(min(concurrency, requests))
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(_POLL_SECONDS)
                if on_progress is not None:
                    on_progress(load.done, requests)
    finally:
        load.stop()
    answered = sum(load.statuses.values())
    if answered == 0 or load.is_broken:
        reasons = ", ".join(f"{n:,} × {reason}" for reason, n in load.failures.most_common(3))
        raise CaptureError(
            f"{request_of(numbers[0])}: {answered:,} of {requests:,} requests were answered"
            f" ({reasons}).",
            hint="check the address, and that the program serves it.",
        )
    return LoadResult(
        requests=answered,
        seconds=time.monotonic() - start,
        statuses=dict(sorted(load.statuses.items())),
        failures=dict(load.failures),
    )


class _Load:
    """What the threads share."""

    def __init__(
        self,
        request_of: Callable[[int], Request],
        numbers: range,
        timeout: float,
        per_connection: int | None,
    ) -> None:
        self._request_of = request_of
        self._numbers = iter(numbers)
        self._timeout = timeout
        self._per_connection = per_connection
        self._lock = threading.Lock()
        self._is_stopped = False
        self._failures_in_a_row = 0
        self.done = 0
        self.statuses: Counter[int] = Counter()
        self.failures: Counter[str] = Counter()

    @property
    def is_broken(self) -> bool:
        return self._failures_in_a_row >= _MOST_FAILURES

    def stop(self) -> None:
        with self._lock:
            self._is_stopped = True

    def work(self) -> None:
        """Send requests until there are none left."""
        connections = _Connections(self._timeout, self._per_connection)
        while (number := self._take()) is not None:
            try:
                self._note(connections.status_of(self._request_of(number)), None)
            except (OSError, http.client.HTTPException) as error:
                self._note(None, str(getattr(error, "strerror", None) or type(error).__name__))
        connections.close()

    def _take(self) -> int | None:
        with self._lock:
            if self._is_stopped or self.is_broken:
                return None
            return next(self._numbers, None)

    def _note(self, status: int | None, failure: str | None) -> None:
        with self._lock:
            self.done += 1
            if status is not None:
                self.statuses[status] += 1
                self._failures_in_a_row = 0
            if failure is not None:
                self.failures[failure] += 1
                self._failures_in_a_row += 1


class _Connections:
    """The open connections of one thread, one to each server."""

    def __init__(self, timeout: float, per_connection: int | None) -> None:
        self._timeout = timeout
        self._most = per_connection
        self._open: dict[tuple[str, int | None, bool], http.client.HTTPConnection] = {}
        self._used: Counter[tuple[str, int | None, bool]] = Counter()

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()

    def status_of(self, request: Request) -> int:
        """Send a request and return the status of its answer."""
        key = (request.host, request.port, request.is_encrypted)
        if self._used[key] == self._most:
            self._drop(key)
        try:
            return self._sent(key, request)
        except (OSError, http.client.HTTPException):
            self._drop(key)
            raise

    def _sent(self, key: tuple[str, int | None, bool], request: Request) -> int:
        connection = self._open.get(key)
        if connection is None:
            encrypted = http.client.HTTPSConnection
            kind = encrypted if request.is_encrypted else http.client.HTTPConnection
            connection = kind(request.host, request.port, timeout=self._timeout)
            self._open[key] = connection
        self._used[key] += 1
        connection.request(request.method, request.path, request.body, request.headers)
        response = connection.getresponse()
        response.read()
        return response.status

    def _drop(self, key: tuple[str, int | None, bool]) -> None:
        connection = self._open.pop(key, None)
        self._used[key] = 0
        if connection is not None:
            connection.close()
