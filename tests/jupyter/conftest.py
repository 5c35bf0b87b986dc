"""One server, one Chromium and, but for tests that break it, one notebook for all tests here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.conftest import sample_series
from tests.jupyter.lab import Notebook, Server, running_server

SIZE: ViewportSize = {"width": 1400, "height": 1100}

SETTING_UP = f"""
import heapnb as hn
files = {[str(path) for path in sample_series("listener_per_request")]!r}
snap = hn.load(files[-1], progress=False)
"""

OpenNotebook = Callable[..., Notebook]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def open_notebook(server: Server, browser: Browser) -> Iterator[OpenNotebook]:
    contexts = []

    def open_it(name: str, **options: str) -> Notebook:
        context = browser.new_context(
            viewport=SIZE, permissions=["clipboard-read", "clipboard-write"]
        )
        contexts.append(context)
        notebook = Notebook(context.new_page())
        notebook.open(server, name, **options)  # type: ignore[arg-type]
        notebook.run(SETTING_UP)
        return notebook

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def book(open_notebook: OpenNotebook) -> Notebook:
    """A notebook in JupyterLab with a snapshot in `snap` and its series in `files`."""
    return open_notebook("workbench.ipynb")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    return tmp_path_factory.mktemp("pictures")
