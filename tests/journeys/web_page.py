"""A page on loopback whose DevTools stay open: work in it, and snapshots of its heap."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, CDPSession, Page

FOLDER: Final = Path(__file__).parent / "page"

_ROUNDS_OF_GARBAGE_COLLECTION: Final = 3


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class DevTools:
    """The DevTools of a page. They run scripts without leaving objects of a test in its heap."""

    page: Page
    session: CDPSession

    def evaluate(self, expression: str) -> None:
        """Run a script in the page, as the console does."""
        answer = self.session.send("Runtime.evaluate", {"expression": expression})
        assert "exceptionDetails" not in answer, answer

    def write_snapshot(self, path: Path) -> None:
        """Write a heap snapshot, as *Save* in the Memory panel does."""
        for _ in range(_ROUNDS_OF_GARBAGE_COLLECTION):
            self.session.send("HeapProfiler.collectGarbage")
        chunks: list[str] = []

        def keep(event: dict[str, str]) -> None:
            chunks.append(event["chunk"])

        self.session.on("HeapProfiler.addHeapSnapshotChunk", keep)
        self.session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
        self.session.remove_listener("HeapProfiler.addHeapSnapshotChunk", keep)
        path.write_text("".join(chunks), encoding="utf-8")

    def reopened(self) -> DevTools:
        """Close DevTools, and open them again."""
        page = self.page
        self.session.detach()
        return DevTools(page, page.context.new_cdp_session(page))


@contextmanager
def opened_page(browser: Browser) -> Iterator[DevTools]:
    """Serve the page and open it while the block runs."""
    handler = partial(_Handler, directory=str(FOLDER))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    page = browser.new_page()
    try:
        page.goto(f"http://127.0.0.1:{server.server_port}", wait_until="networkidle")
        yield DevTools(page, page.context.new_cdp_session(page))
    finally:
        page.close()
        server.shutdown()
        server.server_close()
        thread.join()
