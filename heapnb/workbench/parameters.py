"""Parameters of a front end's requests: each is checked before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from heapnb.errors import HeapnbError
from heapnb.views import fmt
from heapnb.workbench.model import (
    LABEL,
    LARGEST_PAGE,
    Filter,
    FilterValue,
    TreeTable,
    Window,
)
from heapnb.workbench.rows.filtering import REGEX, TEXT_FILTER

LARGEST_ID: Final = (1 << 64) - 1
"""The largest node id that a request can name."""

_DEFAULT_LIMIT: Final = 100
_LONGEST_FILTER: Final = 1_000
_MOST_ROWS: Final = 1 << 53
_MOST_IDS: Final = 10_000

_REQUIRED: Final = object()


class Params:
    """Parameters of a request; each is checked when it is read.

    Parameters
    ----------
    params : mapping
        As they arrived.

    Raises
    ------
    HeapnbError
        From every method, if the parameter is missing or not what it must be.
    """

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    def _get(self, name: str, default: Any) -> Any:
        value = self._params.get(name)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise HeapnbError(f"The parameter {name!r} is missing.")
        return default

    def text(self, name: str, default: Any = _REQUIRED) -> Any:
        """Return a text."""
        value = self._get(name, default)
        if value is not default and not isinstance(value, str):
            raise HeapnbError(f"The parameter {name!r} must be a text.")
        return value

    def integer(
        self, name: str, default: Any = _REQUIRED, *, least: int = 0, most: int = _MOST_ROWS
    ) -> Any:
        """Return an integer from `least` to `most`."""
        value = self._get(name, default)
        return value if value is default else _integer(name, value, least, most)

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return True or False."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise HeapnbError(f"The parameter {name!r} must be true or false.")
        return value

    def integers(self, name: str) -> list[int]:
        """Return node ids; none if the parameter is missing."""
        values = self._get(name, [])
        if not isinstance(values, list | tuple) or len(values) > _MOST_IDS:
            raise HeapnbError(f"The parameter {name!r} must be a list of node ids.")
        return [_integer(name, value, 0, LARGEST_ID) for value in values]

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return an object; an empty one if the parameter is missing."""
        value = self._get(name, {})
        if not isinstance(value, Mapping):
            raise HeapnbError(f"The parameter {name!r} must be an object.")
        return value


def _integer(name: str, value: object, least: int, most: int) -> int:
    # JavaScript has no integers: 7 may arrive as 7.0.
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not is_whole or not least <= value <= most:  # type: ignore[operator]
        raise HeapnbError(f"The parameter {name!r} must be an integer from {least} to {most}.")
    return int(value)  # type: ignore[call-overload, no-any-return]


def read_window(params: Params, tree: TreeTable) -> Window:
    """Read which rows of a table are asked for.

    Parameters
    ----------
    params : Params
        ``offset``, ``limit``, ``sort``, ``descending``, ``filters``; all optional.
    tree : TreeTable
        Whose columns and filters are allowed.

    Returns
    -------
    Window

    Raises
    ------
    HeapnbError
        If the table has no such column or filter, or a value is not allowed.
    """
    sort, is_descending = tree.default_sort
    asked = params.text("sort", None)
    if asked is not None:
        columns = [column.key for column in tree.columns]
        if asked != LABEL and asked not in columns:
            raise HeapnbError(
                f"Rows cannot be sorted by {fmt.clean(asked)!r}.",
                hint=f"one of {', '.join([LABEL, *columns])}.",
            )
        sort, is_descending = asked, True
    return Window(
        offset=params.integer("offset", 0),
        limit=params.integer("limit", _DEFAULT_LIMIT, least=1, most=LARGEST_PAGE),
        sort=sort,
        descending=params.boolean("descending", default=is_descending),
        filters=_filters(params.mapping("filters"), tree.filters),
    )


def _filters(values: Mapping[str, Any], filters: tuple[Filter, ...]) -> dict[str, FilterValue]:
    known = {one.key: one for one in filters}
    found: dict[str, FilterValue] = {}
    for key, value in values.items():
        if value is None or value == "":
            continue
        if key == REGEX and TEXT_FILTER.key in known:
            found[key] = Params({key: value}).boolean(key, default=False)
        elif key in known:
            found[key] = _filter_value(known[key], value)
        else:
            raise HeapnbError(
                f"There is no filter {fmt.clean(str(key))!r}.",
                hint=f"one of {', '.join(known)}." if known else None,
            )
    return found


def _filter_value(one: Filter, value: object) -> FilterValue:
    if one.kind == "bytes":
        return _integer(one.key, value, 0, _MOST_ROWS)
    if not isinstance(value, str) or len(value) > _LONGEST_FILTER:
        raise HeapnbError(
            f"The filter {one.key!r} must be a text of at most {_LONGEST_FILTER} characters."
        )
    options = [key for key, _ in one.options]
    if one.kind == "choice" and value not in options:
        raise HeapnbError(
            f"The filter {one.key!r} cannot be {fmt.clean(value)!r}.",
            hint=f"one of {', '.join(options)}.",
        )
    return value
