"""Names that have changed, and the warnings about them, shown at the caller's own line.

docs/upgrading.md has a note for each; a test compares them.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class FormerName:
    """A name that still works, with a warning.

    Parameters
    ----------
    kind : str
        What it names, such as ``"view"``.
    name, current : str
        The name before and now.
    since, gone_in : str
        The version that warned first, and the one that no longer knows the name.
    """

    kind: str
    name: str
    current: str
    since: str
    gone_in: str

    @property
    def message(self) -> str:
        """What the warning says."""
        return (
            f"The {self.kind} {self.name!r} is now called {self.current!r}; heapnb {self.gone_in} "
            "will no longer know the former name."
        )


FORMER_NAMES: Final = (
    FormerName("view", "strings", "texts", "0.1.0", "0.3.0"),
    FormerName("view", "summary", "constructors", "0.1.0", "0.3.0"),
)
"""All former names that still work; `tests/unit/test_upgrading.py` fails for those that are due."""

_NOT_THE_CALLER: Final = frozenset({"heapnb", "traitlets", "ipywidgets", "anywidget"})
"""Packages between a user's line and the warning."""


def current_name(kind: str, name: str) -> str:
    """Return what a name of some kind is called now, with a DeprecationWarning if that changed.

    Parameters
    ----------
    kind, name : str
        See `FormerName`.

    Returns
    -------
    str
        The name itself if it did not change.

    Notes
    -----
    Python shows a DeprecationWarning only where it is attributed to the user's own code, so the
    warning belongs to the first caller outside heapnb and the packages that call it back.
    """
    former = next((one for one in FORMER_NAMES if (one.kind, one.name) == (kind, name)), None)
    if former is None:
        return name
    level = 1
    frame = sys._getframe()  # noqa: SLF001  there is no public way to the callers in Python 3.11
    while frame.f_back is not None and _package(frame.f_globals) in _NOT_THE_CALLER:
        frame, level = frame.f_back, level + 1
    warnings.warn(former.message, DeprecationWarning, stacklevel=level)
    return former.current


def _package(variables: dict[str, object]) -> str:
    return str(variables.get("__name__", "")).partition(".")[0]
