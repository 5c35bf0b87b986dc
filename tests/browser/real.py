"""The browser of a real heap in a page: a widget's source answers, its state is the start."""

from __future__ import annotations

import json
from typing import Any, Final

from playwright.sync_api import Browser

from heapnb.widgets import HeapBrowser
from tests.browser.serving import Visit, open_page

STATE: Final = ("view", "pane", "settings", "selected", "selected_keys", "expanded", "focus_id")

_MOUNT: Final = """async ({description, state}) => {
  const { mountBrowser } = await import("/browser/browser.js");
  const { MemoryStore } = await import("/browser/state.js");
  const request = async (method, params) =>
    JSON.parse(await answer(method, JSON.stringify(params)));
  window.store = new MemoryStore(state);
  window.mounted = mountBrowser(document.querySelector("#host"), { description, request }, store);
}"""


def open_browser(chrome: Browser, widget: HeapBrowser, **window: Any) -> Visit:
    """Show a widget's browser in a page without Jupyter.

    Parameters
    ----------
    chrome : Browser
        Chromium.
    widget : HeapBrowser
        Answers requests; its state is that in which the page opens.
    **window
        As for `open_page`.

    Returns
    -------
    Visit
    """
    visit = open_page(chrome, "shell.html", **window)
    source = widget._source

    def answer(method: str, params: str) -> str:
        return json.dumps(source.answer(method, json.loads(params)))

    visit.page.expose_function("answer", answer)
    state = {name: getattr(widget, name) for name in STATE}
    visit.page.evaluate(_MOUNT, {"description": source.description, "state": state})
    return visit
