"""Inspectors that another client holds, and servers that only look like inspectors."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

import heapnb as hn
from heapnb.capture.inspector import Inspector
from heapnb.capture.targets import open_targets
from heapnb.errors import CaptureError, InspectorError

ESCAPE = "\x1b]0;title\x07"


@contextmanager
def listing(*targets: dict[str, str]) -> Iterator[int]:
    """Serve a list of targets, as an inspector does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            version = {"Browser": "Chrome/156.0"}
            body = json.dumps(version if "version" in self.path else targets).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def answering(*messages: object) -> Iterator[str]:
    """Serve a WebSocket that answers each command with the same messages."""

    def answer(connection: ServerConnection) -> None:
        for command in connection:
            number = json.loads(command)["id"]
            for message in messages:
                text = message if isinstance(message, str) else json.dumps(message)
                connection.send(text.replace('"ID"', str(number)))

    def list_targets(connection: ServerConnection, request: Request) -> Response | None:
        if not request.path.startswith("/json"):
            return None
        is_version = request.path.endswith("version")
        return connection.respond(200, json.dumps({"Browser": "Chrome/1"} if is_version else []))

    with serve(answer, "127.0.0.1", 0, process_request=list_targets) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/x"
        server.shutdown()


def test_a_target_that_another_client_holds() -> None:
    target = {"type": "page", "id": "1", "title": "Shop", "url": "https://shop.example/"}
    with (
        listing(target) as port,
        pytest.raises(InspectorError, match="another client is attached to 'Shop'"),
    ):
        open_targets(port=port).__enter__()


def test_several_pages_are_named() -> None:
    pages = [
        {"type": "page", "id": str(n), "title": f"Shop {n}{ESCAPE}", "url": f"https://x/{n}"}
        for n in range(12)
    ]
    with listing(*pages) as port:
        with pytest.raises(CaptureError, match="has 12 targets to choose from") as caught:
            open_targets(port=port).__enter__()
        with pytest.raises(CaptureError, match="shows no page whose title or URL contains 'B'"):
            open_targets(port=port, page="B").__enter__()
    hint = caught.value.hint or ""
    assert "'Shop 0" in hint
    assert "and 4 more" in hint
    assert "\x1b" not in hint


def test_the_host_of_a_listed_address_is_ignored() -> None:
    target = {
        "type": "page",
        "title": "Shop",
        "url": "https://shop.example/",
        "webSocketDebuggerUrl": "ws://192.0.2.1:9/devtools/page/1",
    }
    with (
        listing(target) as port,
        pytest.raises(InspectorError, match=f"ws://127.0.0.1:{port}/devtools/page/1"),
    ):
        open_targets(port=port).__enter__()


@pytest.mark.parametrize(
    "message",
    [
        "not JSON",
        "[1, 2]",
        '"text"',
        {"method": "NodeWorker.receivedMessageFromWorker", "params": {}},
        {"method": "NodeWorker.receivedMessageFromWorker", "params": {"message": "x"}},
        {"method": "NodeWorker.attachedToWorker", "params": {"sessionId": "1"}},
        {"method": "NodeWorker.attachedToWorker", "params": []},
    ],
)
def test_messages_that_are_not_of_the_protocol(message: object) -> None:
    with (
        answering(message) as url,
        Inspector.connect(url) as inspector,
        pytest.raises(InspectorError, match=r"not of the DevTools protocol|no answer"),
    ):
        inspector.call("Runtime.getHeapUsage", timeout=1)


def test_answers_to_other_commands_are_ignored() -> None:
    with (
        answering({"id": 999, "result": {"a": 1}}, {"id": "ID", "result": {"a": 2}}) as url,
        Inspector.connect(url) as inspector,
    ):
        assert inspector.call("Any.thing") == {"a": 2}
        assert inspector.call("Any.thing") == {"a": 2}


def test_a_snapshot_that_is_cut_off_leaves_no_file(tmp_path: Path) -> None:
    chunk = {"method": "HeapProfiler.addHeapSnapshotChunk", "params": {"chunk": '{"snapshot":'}}
    usage = {"usedSize": 1, "totalSize": 2, "result": {"value": None}}
    out = tmp_path / "out"
    with (
        answering(chunk, {"id": "ID", "result": usage}) as url,
        pytest.raises(CaptureError, match="is not complete: 12 bytes arrived"),
    ):
        hn.capture(url=url, out=out)
    assert list(out.iterdir()) == []
