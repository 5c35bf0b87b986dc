"""The style sheets of the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import heapnb.views

_STATIC: Final = Path(heapnb.views.__file__).parent / "static"


def browser_style() -> str:
    """Join the browser's style sheets.

    Returns
    -------
    str
        CSS, scoped to ``.heapnb-browser``, and that of drawings.
    """
    paths = [_STATIC / "graph.css", *sorted((_STATIC / "browser").glob("*.css"))]
    return "\n".join(path.read_text("utf-8") for path in paths)
