"""Filters that many trees share: text, regular expression, smallest retained size."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb._typing import BoolArray
from heapnb.frames import texts_matching
from heapnb.views import fmt
from heapnb.workbench.model import Filter, Window

TEXT_FILTER: Final = Filter("text", "Filter", "text")
SIZE_FILTER: Final = Filter("min_retained_size", "At least", "bytes")

REGEX: Final = "regex"
"""The filter that says whether the text is a regular expression."""


def minimum(window: Window) -> int:
    """Return the smallest retained size that a window asks for."""
    value = window.filters.get(SIZE_FILTER.key)
    return int(value) if value else 0


def left_out(count: int) -> str | None:
    """Say how many rows the size filter hides."""
    return f"{fmt.plural(count, 'smaller row')} hidden by the size filter." if count else None


def matching(texts: pa.Array, window: Window) -> BoolArray:
    """Find the texts that pass a window's text filter.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts; a missing one never passes.
    window : Window
        Its filters ``text`` and ``regex``. Case does not matter.

    Returns
    -------
    bool[k]

    Raises
    ------
    PatternError
        If it is marked as a regular expression but is not a valid one.
    """
    wanted = str(window.filters.get(TEXT_FILTER.key) or "")
    if window.filters.get(REGEX):
        return texts_matching(pc.fill_null(texts, ""), f"(?i){wanted}")
    found = pc.match_substring(texts, wanted, ignore_case=True)
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), np.bool_)


def joined_notes(*notes: str | None) -> str | None:
    """Join notes; None if there are none."""
    return " ".join(filter(None, notes)) or None
