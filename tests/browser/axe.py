"""axe-core, which finds what keeps people from using a page without sight, mouse or colours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Frame, Page

from tests.conftest import REQUIRE_EVERYTHING

_SCRIPT: Final = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE: Final = frozenset({"serious", "critical"})


def assert_accessible(page: Page | Frame, selector: str | None = None) -> None:
    """Fail if axe finds a serious violation.

    Parameters
    ----------
    page : Page or Frame
        As it is shown now.
    selector : str, optional
        The part to look at; all of it by default.
    """
    found = violations(page, selector)
    assert not found, "\n".join(found)


def violations(page: Page | Frame, selector: str | None = None) -> list[str]:
    """Describe serious and critical violations.

    Parameters
    ----------
    page : Page or Frame
        As it is shown now.
    selector : str, optional
        The part to look at.

    Returns
    -------
    list of str
        Each with its rule and the elements it is about. Skips the test where axe is not
        installed (``npm ci --prefix tests/browser``), unless nothing may be skipped.
    """
    if not _SCRIPT.exists():
        if os.environ.get(REQUIRE_EVERYTHING):
            pytest.fail("needs axe-core: npm ci --prefix tests/browser", pytrace=False)
        pytest.skip("needs axe-core: npm ci --prefix tests/browser")
    # As a script of the debugger's, so that no policy of the page forbids it.
    page.evaluate(_SCRIPT.read_text("utf-8") + "; undefined")
    answer: dict[str, Any] = page.evaluate(
        "selector => axe.run(selector ?? document, {resultTypes: ['violations']})", selector
    )
    return [
        f"{one['id']} ({one['impact']}): {one['help']}\n  "
        + "\n  ".join(node["html"][:200] for node in one["nodes"])
        for one in answer["violations"]
        if one["impact"] in _GRAVE
    ]
