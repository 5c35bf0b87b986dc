"""The parts of a tree table, and how they are sent to a front end.

The front end requests one page of rows at a time, so a class with two million instances costs what
its visible rows cost. Values are sent as they are (bytes, counts); the front end formats them by
the kind of their column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

from heapnb._typing import NodeArray
from heapnb.schema import COLUMNS, Kind

ColumnKind: TypeAlias = Literal[
    "bytes",
    "plain_bytes",
    "bytes_delta",
    "count",
    "count_delta",
    "percent",
    "distance",
    "text",
    "location",
]
"""How a front end formats the values of a column; sizes get a bar and their share of the heap,
unless they are plain: of objects that need not be in it."""

LabelRole: TypeAlias = Literal[
    "edge",
    "operator",
    "class",
    "function",
    "string",
    "value",
    "id",
    "location",
    "path",
    "prose",
    "soft",
    "badge",
]
"""What a piece of a label is: decides its colour. Locations and paths are cut in the middle.
Prose has code between back ticks."""

Label: TypeAlias = tuple[tuple[LabelRole, str], ...]
"""The text of a row in the tree's own column, in pieces."""

Effort: TypeAlias = Literal["none", "decode", "search"]
"""What the first page of a table costs: nothing beyond the derived arrays of every heap; decoding,
which reads the heap once; or a search, which takes several times as long."""

FilterKind: TypeAlias = Literal["text", "bytes", "choice"]
FilterValue: TypeAlias = str | int | bool | None
Cell: TypeAlias = str | int | float | None

LABEL: Final = "label"
"""The sort key of the tree's own column."""

LARGEST_PAGE: Final = 200
"""Rows that one answer holds at most."""

MOST_SELECTED: Final = 1000
"""Rows of a view that can be selected at once."""

MOST_EXPANDED: Final = 2000
"""Rows of a view that can be expanded at once."""

LONGEST_TEXT: Final = 160
"""Characters of a label or cell that are sent; the whole text is sent on request."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column beside the tree itself.

    Parameters
    ----------
    key : str
        Its name in `Row.cells`; that of the DataFrames' column where there is one.
    title : str
        Its heading.
    kind : str
        What its values are.
    description : str
        Shown when the pointer rests on the heading.
    """

    key: str
    title: str
    kind: ColumnKind
    description: str = ""


_SENT_AS: Final[dict[Kind, ColumnKind]] = {
    Kind.BYTES: "bytes",
    Kind.BYTES_DELTA: "bytes_delta",
    Kind.COUNT: "count",
    Kind.COUNT_DELTA: "count_delta",
    Kind.NUMBER: "count",
    Kind.SHARE: "percent",
    Kind.DISTANCE: "distance",
    # Text is not added up in groups.
    Kind.MILLISECONDS: "text",
    # A rank; node ids stand in labels.
    Kind.IDENTIFIER: "count",
    Kind.YES_NO: "text",
    Kind.LOCATION: "location",
    Kind.TEXT: "text",
}


def column(name: str, *, title: str | None = None, doc: str | None = None) -> Column:
    """Take a column from the schema."""
    known = COLUMNS[name]
    return Column(name, title or known.title, _SENT_AS[known.kind], doc or known.doc)


def count_of(things: str) -> Column:
    """Take the column ``count``, titled by what a group's rows are: "Closures", not "Count"."""
    # A heading has room for one word.
    title = things.rpartition(" ")[2].capitalize()
    return column("count", title=title, doc=f"How many {things} the row stands for.")


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of rows.

    Parameters
    ----------
    key : str
        Its name in `Window.filters`.
    title : str
        Its title.
    kind : str
        ``text`` (searched in names; a regular expression where the filter ``regex`` is true),
        ``bytes`` (a smallest size), or ``choice``.
    options : tuple of (str, str)
        For a choice: keys and titles; the first applies unless the user chooses another.
    """

    key: str
    title: str
    kind: FilterKind
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a tree table.

    Parameters
    ----------
    key : str
        Names the row within its table. A child's key is its parent's, a slash, and its own part.
    label : tuple of (role, text)
        The text of the tree's own column.
    cells : mapping of str to int, float, str or None
        Values by column; None is unknown, and columns that are missing do not apply.
    node_id : int or None
        The node that the row stands for, if it is one.
    expandable : bool
        Whether there may be rows below.
    flags : tuple of str
        ``detached``, ``weak``, ``added``, ``removed``, ``masked``, ``ignored``, ``repeated`` (it
        is above itself), ``edge`` (a real edge leads here), ``root``.
    title : str or None
        Shown when the pointer rests on it.
    """

    key: str
    label: Label
    cells: Mapping[str, Cell]
    node_id: int | None = None
    expandable: bool = False
    flags: tuple[str, ...] = ()
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows a front end requests.

    Parameters
    ----------
    offset, limit : int
        The first row and how many, among those that pass the filters.
    sort : str or None
        The key of a column, ``"label"``, or None for the table's own order.
    descending : bool
        Largest first.
    filters : mapping of str to str, int, bool or None
        Values by filter; missing ones do not apply.
    """

    offset: int = 0
    limit: int = 100
    sort: str | None = None
    descending: bool = True
    filters: Mapping[str, FilterValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows at one level.

    Parameters
    ----------
    rows : tuple of Row
        From `offset` on.
    total : int
        How many the level has.
    offset : int
        The index of the first.
    note : str or None
        What the reader must know, such as which rows are missing.
    """

    rows: tuple[Row, ...]
    total: int
    offset: int = 0
    note: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the data for the front end.

        Returns
        -------
        dict
            Plain values, fit for JSON.
        """
        return asdict(self)


class TreeTable(Protocol):
    """A table whose rows can be expanded."""

    @property
    def key(self) -> str:
        """Its name in requests."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def description(self) -> str:
        """One sentence on what it shows."""

    @property
    def label_title(self) -> str:
        """Heading of the tree's own column."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns beside the tree."""

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters of its rows."""

    @property
    def lists_every_node(self) -> bool:
        """Whether every node has a row, so that the table can show any node."""

    @property
    def effort(self) -> Effort:
        """What the first page costs."""

    @property
    def default_sort(self) -> tuple[str | None, bool]:
        """Column and whether descending, to begin with."""

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinals that a row stands for: one node, or all of a class."""

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return the path to a node: key and index at each level, or None if no row has it."""

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression that gives the same rows as a DataFrame, or a row's node."""
