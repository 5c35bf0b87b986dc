"""Warnings about names that have changed, shown at the caller's own line."""

from __future__ import annotations

import sys
import warnings
from typing import Final

_NOT_THE_CALLER: Final = frozenset({"heapnb", "traitlets", "ipywidgets", "anywidget"})
"""Packages between a user's line and the warning."""


def warn_renamed(message: str) -> None:
    """Warn that a name has changed.

    Parameters
    ----------
    message : str
        Which name, and what it is called now.

    Notes
    -----
    Python shows a DeprecationWarning only where it is attributed to the user's own code, so the
    warning belongs to the first caller outside heapnb and the packages that call it back.
    """
    level = 1
    frame = sys._getframe()  # noqa: SLF001  there is no public way to the callers in Python 3.11
    while frame.f_back is not None and _package(frame.f_globals) in _NOT_THE_CALLER:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, DeprecationWarning, stacklevel=level)


def _package(variables: dict[str, object]) -> str:
    return str(variables.get("__name__", "")).partition(".")[0]
