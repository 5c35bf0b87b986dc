"""How values of columns are written, by what the schema says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from heapnb._typing import AnyArray
from heapnb.schema import Kind, find_column
from heapnb.views import fmt

_MAX_LISTED: Final = 8
_FULL_TEXT_LENGTH: Final = 400
_EMPTY: Final = {"function": "(anonymous)"}
"""What an empty text means, by column."""


def _format_number(value: float) -> str:
    return fmt.format_count(int(value)) if value == int(value) else f"{value:,.3g}"


_WRITERS: Final[dict[Kind, Callable[[Any], str]]] = {
    Kind.BYTES: fmt.format_bytes,
    Kind.BYTES_DELTA: fmt.format_bytes_delta,
    Kind.COUNT: fmt.format_count,
    Kind.COUNT_DELTA: fmt.format_count_delta,
    Kind.NUMBER: _format_number,
    Kind.SHARE: fmt.format_percent,
    Kind.DISTANCE: fmt.format_distance,
    Kind.MILLISECONDS: _format_number,
    Kind.IDENTIFIER: str,
    Kind.YES_NO: str,
    Kind.LOCATION: str,
    Kind.TEXT: str,
}


def kind_of(column: str, *, is_numeric: bool = False) -> Kind:
    """Tell what a column holds.

    Parameters
    ----------
    column : str
        Its name.
    is_numeric : bool, optional
        Whether its values are numbers: decides for a column that is not in the schema, such as
        one of a user's own table or SQL.

    Returns
    -------
    Kind

    Examples
    --------
    >>> kind_of("retained_size"), kind_of("sum(x)", is_numeric=True), kind_of("my_size")
    (<Kind.BYTES: 'bytes'>, <Kind.NUMBER: 'number'>, <Kind.TEXT: 'text'>)
    """
    known = find_column(column)
    if known is not None:
        return known.kind
    return Kind.NUMBER if is_numeric else Kind.TEXT


def heading(column: str) -> str:
    """Return the title of a column; one that is not in the schema keeps its name.

    Examples
    --------
    >>> heading("retained_size"), heading("n_nodes"), heading("my_column")
    ('Retained size', 'Nodes', 'my_column')
    """
    known = find_column(column)
    return fmt.clean(column) if known is None else known.title


def label(name: str) -> str:
    """Write the name of a fact as words.

    Examples
    --------
    >>> label("freed_size"), label("gc root")
    ('freed size', 'GC root')
    """
    words = name.removeprefix("n_").replace("_", " ").strip()
    return fmt.clean(words.replace("gc root", "GC root"))


def write(value: object, kind: Kind, column: str = "") -> str:
    """Write a value: never empty, without anything that cannot be seen, not escaped.

    Parameters
    ----------
    value : object
        A number, a text, a sequence of either, or something missing.
    kind : Kind
        What it is.
    column : str, optional
        Where it stands, which says what an empty text means.

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
        return (fmt.clean_location if kind is Kind.LOCATION else fmt.clean)(value) or _EMPTY.get(
            column, '""'
        )
    if is_missing(value):
        return fmt.UNKNOWN
    if kind is Kind.COUNT and isinstance(value, float | np.floating):
        return _format_number(float(value))
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
