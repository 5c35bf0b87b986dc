"""Pages for browser tests, answered from files: nothing listens anywhere."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from playwright.sync_api import Browser, Page, Route

from tests.conftest import PACKAGE

Theme: TypeAlias = Literal["light", "dark"]

HOST: Final = "https://heapnb.test"

_FOLDERS: Final = {
    "fixtures": Path(__file__).parent / "fixtures",
    "browser": PACKAGE / "workbench" / "static",
    "views": PACKAGE / "views" / "static",
    "drawing": PACKAGE / "drawing" / "static",
}


@dataclass
class Visit:
    """A page, and what went wrong or was asked for in vain while it was open."""

    page: Page
    problems: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)


def open_page(
    browser: Browser,
    name: str,
    *,
    width: int = 1280,
    height: int = 900,
    theme: Theme = "light",
) -> Visit:
    """Open a page of ``fixtures``; ``/browser/`` and ``/drawing/`` hold our static files.

    Parameters
    ----------
    browser : Browser
        Chromium.
    name : str
        A file in ``fixtures``.
    width, height : int
        Of the window, in pixels.
    theme : {"light", "dark"}
        What the system prefers.

    Returns
    -------
    Visit
        Its page has no network: a request for anything else is a stray.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
    )
    page = context.new_page()
    visit = Visit(page)
    page.on("console", lambda message: visit.problems.append(message.text))
    page.on("pageerror", lambda error: visit.problems.append(str(error)))
    page.on("dialog", lambda dialog: visit.problems.append(f"dialog: {dialog.message}"))
    page.route("**/*", lambda route: _answer(route, visit))
    page.goto(f"{HOST}/fixtures/{name}")
    return visit


def _answer(route: Route, visit: Visit) -> None:
    url = route.request.url
    path = url.removeprefix(HOST).lstrip("/")
    folder, _, name = path.partition("/")
    if folder == "browser" and name == "flame_graph.js":
        # The linker puts it beside the modules of the browser.
        folder = "views"
    file = _FOLDERS[folder] / name if folder in _FOLDERS else None
    if not url.startswith(HOST) or file is None or not file.is_file():
        visit.strays.append(url)
        route.abort()
        return
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    route.fulfill(body=file.read_bytes(), content_type=f"{kind}; charset=utf-8")
