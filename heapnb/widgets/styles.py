"""The style sheets of the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import heapnb.views

_FOLDER: Final = Path(heapnb.views.__file__).parent / "static" / "browser"


def browser_style() -> str:
    """Join the browser's style sheets.

    Returns
    -------
    str
        CSS, scoped to ``.heapnb-browser``.
    """
    return "\n".join(path.read_text("utf-8") for path in sorted(_FOLDER.glob("*.css")))
