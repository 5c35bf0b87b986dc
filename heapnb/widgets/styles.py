"""The style sheets of the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import heapnb.drawing
import heapnb.views
import heapnb.workbench

_DRAWING: Final = Path(heapnb.drawing.__file__).parent / "static"
_VIEWS: Final = Path(heapnb.views.__file__).parent / "static"
_WORKBENCH: Final = Path(heapnb.workbench.__file__).parent / "static"


def browser_style() -> str:
    """Join the browser's style sheets.

    Returns
    -------
    str
        CSS, scoped to ``.heapnb-browser``, and that of drawings.
    """
    paths = [_DRAWING / "graph.css", _VIEWS / "flame_graph.css", *sorted(_WORKBENCH.glob("*.css"))]
    return "\n".join(path.read_text("utf-8") for path in paths)
