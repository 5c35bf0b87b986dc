"""Uses a page through a driver, Playwright, and takes its snapshots."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import CDPSession, sync_playwright

from tests.conftest import SERIES_NAMES
from tests.pagebench.capture import built
from tests.pagebench.cases import Page

_ROUNDS_OF_GARBAGE_COLLECTION: Final = 4
_REST: Final = 700
"""Milliseconds."""


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the files of a folder.

    Parameters
    ----------
    folder : Path
        The folder.

    Yields
    ------
    str
        The address.
    """
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()


def driven_snapshots(
    page: Page, form: str, chromium: str, selectors: tuple[str, ...]
) -> list[Path]:
    """Build a page, click in it through Playwright, and take three snapshots.

    Parameters
    ----------
    page : Page
        The page.
    form : str
        One of its forms.
    chromium : str
        Path of the browser.
    selectors : tuple of str
        What is clicked in each use. Playwright keeps a handle of each, as tests do that never
        dispose of them.

    Returns
    -------
    list of Path
        Beside the files of the page.
    """
    # Playwright's simple interface needs a thread without an event loop of another test.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_driven, page, form, chromium, selectors).result()


def _driven(page: Page, form: str, chromium: str, selectors: tuple[str, ...]) -> list[Path]:
    folder = built(page.folder, f"{page.name}-driven", form).main.parent
    rounds = (page.case.warm_up, page.case.units, 2 * page.case.units)
    files = []
    with served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(address)
        session = tab.context.new_cdp_session(tab)
        for name, count in zip(SERIES_NAMES, rounds, strict=True):
            for _ in range(count):
                for selector in selectors:
                    handle = tab.query_selector(selector)
                    assert handle is not None
                    handle.click()
            tab.wait_for_timeout(_REST)
            files.append(folder / f"{name}.heapsnapshot")
            _write_snapshot(session, files[-1])
        browser.close()
    return files


def _write_snapshot(session: CDPSession, file: Path) -> None:
    for _ in range(_ROUNDS_OF_GARBAGE_COLLECTION):
        session.send("HeapProfiler.collectGarbage")
    chunks: list[str] = []

    def receive(event: dict[str, Any]) -> None:
        chunks.append(event["chunk"])

    session.on("HeapProfiler.addHeapSnapshotChunk", receive)
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.remove_listener("HeapProfiler.addHeapSnapshotChunk", receive)
    text = "".join(chunks)
    assert json.loads(text)["snapshot"]["node_count"] > 0
    file.write_text(text, encoding="utf-8")


__all__ = ["driven_snapshots", "served"]
