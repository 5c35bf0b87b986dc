"""Requests to a small server, which counts them, too."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from heapnb.capture.http_load import send_requests
from heapnb.errors import CaptureError, HeapnbError


@contextmanager
def serving(status_of: object = lambda number: 200) -> Iterator[tuple[str, Counter[str]]]:
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length).decode()
            with lock:
                seen[f"{self.command} {self.path} {body}{self.headers.get('X-Key', '')}"] += 1
                seen["all"] += 1
                number = seen["all"]
            status = status_of(number)  # type: ignore[operator]
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def test_each_request_is_sent_once() -> None:
    told: list[tuple[int, int]] = []
    with serving() as (url, seen):
        result = send_requests(
            f"{url}/a?b=1", 101, concurrency=7, on_progress=lambda *step: told.append(step)
        )
    assert seen["GET /a?b=1 "] == seen["all"] == 101
    assert (result.requests, result.statuses, result.errors) == (101, {200: 101}, 0)
    assert told[-1][1] == 101


def test_methods_bodies_and_headers() -> None:
    with serving() as (url, seen):
        send_requests(url, 3, method="POST", body=b"text", headers={"X-Key": "1"})
    assert seen["POST / text1"] == 3


def test_refusals_are_counted() -> None:
    with serving(lambda number: 500 if number % 2 else 200) as (url, _):
        result = send_requests(url, 20, concurrency=2)
    assert result.statuses == {200: 10, 500: 10}
    assert result.errors == 10


def test_some_requests_without_an_answer_are_counted() -> None:
    with serving(lambda number: None if number % 5 == 0 else 200) as (url, _):
        result = send_requests(url, 20, concurrency=1)
    assert result.requests == 16
    assert sum(result.failures.values()) == result.errors == 4


def test_a_server_that_stops_answering_ends_the_load() -> None:
    with serving(lambda number: 200 if number <= 10 else None) as (url, seen):
        with pytest.raises(CaptureError, match="10 of 10,000 requests were answered"):
            send_requests(url, 10_000, concurrency=1)
        assert seen["all"] <= 70


def test_nothing_listens() -> None:
    with serving() as (url, _):
        pass
    with pytest.raises(CaptureError, match=r"0 of 3 requests were answered \(3 × Connection ref"):
        send_requests(url, 3)


@pytest.mark.parametrize(
    ("url", "requests", "concurrency", "message"),
    [
        ("localhost:3000", 1, 1, "not an HTTP URL"),
        ("ftp://localhost/", 1, 1, "not an HTTP URL"),
        ("http://127.0.0.1:1/", 0, 1, "requests must be 1 or more"),
        ("http://127.0.0.1:1/", 1, 0, "concurrency must be 1 or more"),
    ],
)
def test_arguments(url: str, requests: int, concurrency: int, message: str) -> None:
    with pytest.raises(HeapnbError, match=message):
        send_requests(url, requests, concurrency=concurrency)
