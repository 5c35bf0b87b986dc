"""What the columns of results mean, by their names, and how their values are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, Final

import numpy as np

from heapnb._typing import AnyArray
from heapnb.views import fmt

_MAX_LISTED: Final = 8
_FULL_TEXT_LENGTH: Final = 400


class Kind(Enum):
    """What the values of a column are."""

    BYTES = auto()
    BYTES_DELTA = auto()
    COUNT = auto()
    COUNT_DELTA = auto()
    SHARE = auto()
    DISTANCE = auto()
    IDENTIFIER = auto()
    LOCATION = auto()
    TEXT = auto()

    @property
    def is_number(self) -> bool:
        """Whether values belong at the right of their column."""
        return self not in {Kind.LOCATION, Kind.TEXT}


_WRITERS: Final[dict[Kind, Callable[[Any], str]]] = {
    Kind.BYTES: fmt.format_bytes,
    Kind.BYTES_DELTA: fmt.format_bytes_delta,
    Kind.COUNT: fmt.format_count,
    Kind.COUNT_DELTA: fmt.format_count_delta,
    Kind.SHARE: fmt.format_percent,
    Kind.DISTANCE: fmt.format_distance,
    Kind.IDENTIFIER: str,
    Kind.LOCATION: str,
    Kind.TEXT: str,
}

# The first that is found in the name of a column decides.
_KIND_OF_NAME: Final = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"(size|bytes|shallow|retained)_delta$", Kind.BYTES_DELTA),
        (r"_delta$", Kind.COUNT_DELTA),
        (r"(^|_)(size|bytes)(_\d+|_per_snapshot)?$", Kind.BYTES),
        (r"^(shallow|retained)(_\d+|_per_snapshot)?$|^(total|byte_length)$", Kind.BYTES),
        (r"(^|_)count(_\d+|_per_snapshot)?$|^n_|^(length|times)$", Kind.COUNT),
        (r"(^|_)(share|confidence|ratio)$", Kind.SHARE),
        (r"^distance$", Kind.DISTANCE),
        (r"(^|_)(ids?|ordinal|line|column|rank)$", Kind.IDENTIFIER),
        (r"(^|_)(location|script|path|file)$", Kind.LOCATION),
    )
)


def kind_of(column: str, *, is_numeric: bool = False) -> Kind:
    """Tell what a column holds.

    Parameters
    ----------
    column : str
        Its name.
    is_numeric : bool, optional
        Whether its values are numbers; used where the name does not tell.

    Returns
    -------
    Kind

    Examples
    --------
    >>> kind_of("retained_size"), kind_of("size_delta"), kind_of("class_name")
    (<Kind.BYTES: 1>, <Kind.BYTES_DELTA: 2>, <Kind.TEXT: 9>)
    """
    for pattern, kind in _KIND_OF_NAME:
        if pattern.search(column):
            return kind
    return Kind.COUNT if is_numeric else Kind.TEXT


def heading(column: str) -> str:
    """Write the name of a column for people.

    Examples
    --------
    >>> heading("retained_size"), heading("n_nodes")
    ('retained size', 'nodes')
    """
    words = column.removeprefix("n_").replace("_", " ").strip()
    return fmt.clean(words.replace("gc root", "GC root"))


def write(value: object, kind: Kind) -> str:
    """Write a value: never empty, without anything that cannot be seen, not escaped.

    Parameters
    ----------
    value : object
        A number, a text, a sequence of either, or something missing.
    kind : Kind
        What it is.

    Returns
    -------
    str

    Examples
    --------
    >>> write(1200, Kind.BYTES), write(None, Kind.COUNT), write((1, 20), Kind.COUNT)
    ('1.2 kB', '–', '1 → 20')
    """
    if isinstance(value, list | tuple | np.ndarray):
        return _write_several(value, kind)
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return (fmt.clean_location if kind is Kind.LOCATION else fmt.clean)(value) or '""'
    if is_missing(value):
        return fmt.UNKNOWN
    if kind is Kind.COUNT and isinstance(value, float | np.floating) and value != int(value):
        return f"{value:,.3g}"
    return fmt.clean(_WRITERS[kind](value))


def write_exactly(value: object, kind: Kind) -> str | None:
    """Write what `write` leaves out: bytes to the last one, longer texts.

    Parameters
    ----------
    value : object
        As for `write`.
    kind : Kind
        What it is.

    Returns
    -------
    str or None
        None where nothing is left out.
    """
    if isinstance(value, str):
        is_long = len(value) > fmt.MAX_TEXT_LENGTH
        return fmt.clean(value, _FULL_TEXT_LENGTH) if is_long else None
    if isinstance(value, list | tuple | np.ndarray | bool | np.bool_) or is_missing(value):
        return None
    if kind is Kind.BYTES:
        return f"{fmt.format_count(value)} bytes"  # type: ignore[arg-type]  # a number
    if kind is Kind.BYTES_DELTA:
        return f"{fmt.format_count_delta(value)} bytes"  # type: ignore[arg-type]  # a number
    return None


def is_missing(value: object) -> bool:
    """Tell None, NaN and pandas' NA from values."""
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124  NaN is not itself
    except TypeError:  # pandas' NA is neither true nor false
        return True


def _write_several(values: Sequence[object] | AnyArray, kind: Kind) -> str:
    shown = [write(value, kind) for value in list(values[:_MAX_LISTED])]
    if len(values) > _MAX_LISTED:
        shown.append(f"… {fmt.format_count(len(values) - _MAX_LISTED)} more")
    # Numbers in one cell belong to successive snapshots.
    return (" → " if kind.is_number else ", ").join(shown) or fmt.UNKNOWN
