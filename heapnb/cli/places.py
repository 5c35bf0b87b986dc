"""Tables in brief: one row for each place, the program's own code first."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb.views.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.analysis.tables import DecodedTable
    from heapnb.cli.frontend import Table
    from heapnb.graph import HeapGraph

_OWN, _PACKAGE, _REST = range(3)
_OWNERS: Final = {"own": _OWN, "npm": _PACKAGE, "runtime": _REST}
_SECTIONS: Final = {_PACKAGE: "Packages:", _REST: "JavaScript and runtime:"}
_SHARES: Final = (4, 1, 1)
"""How the rows that are shown are divided between own code, packages and the rest."""

_LOCATIONS: Final = ("location", "filename")
_BUILT_IN: Final = "built_in"
_LIST: Final = "variables"


@dataclass(frozen=True)
class Selection:
    """Rows to show.

    Parameters
    ----------
    frame : pandas.DataFrame or Rows
        The rows, in order.
    sections : dict of int to str
        Titles, by the number of the row that they precede.
    is_own_first : bool
        Whether rows of the program's own code precede the others.
    """

    frame: Table
    sections: dict[int, str] = field(default_factory=dict)
    is_own_first: bool = False


def own_code_first(frame: Table, limit: int) -> Selection:
    """Choose the rows to show: first of the program, then of packages, then all others.

    Parameters
    ----------
    frame : pandas.DataFrame or Rows
        Rows in order; a location, a file or ``built_in`` tells whose they are.
    limit : int
        How many rows to choose. Each owner gets a share of them, and what others leave over.

    Returns
    -------
    Selection
        Rows keep their order within an owner.
    """
    owners = _owners(frame)
    by_owner = [np.flatnonzero(owners == owner) for owner in (_OWN, _PACKAGE, _REST)]
    if len(by_owner[_OWN]) == 0:
        return Selection(frame.head(limit))
    chosen: list[int] = []
    sections = {}
    for owner, n_rows in enumerate(_shared_out(limit, [len(rows) for rows in by_owner])):
        if n_rows and owner in _SECTIONS:
            sections[len(chosen)] = _SECTIONS[owner]
        chosen += by_owner[owner][:n_rows].tolist()
    rows = frame.take(chosen) if isinstance(frame, Rows) else frame.iloc[chosen]
    return Selection(rows, sections, is_own_first=bool(sections))


def _shared_out(limit: int, wanted: list[int]) -> list[int]:
    shares = [
        min(n, limit * share // sum(_SHARES)) for n, share in zip(wanted, _SHARES, strict=True)
    ]
    for owner, n_rows in enumerate(wanted):
        shares[owner] += min(n_rows - shares[owner], limit - sum(shares))
    return shares


def _owners(frame: Table) -> IntArray:
    """Tell whose each row is: ``int64[n_rows]``."""
    column = next((name for name in _LOCATIONS if name in frame), None)
    if isinstance(frame, Rows):
        places = [None] * len(frame) if column is None else frame.columns[column]
        return np.array([_REST if one is None else _owner_of(one) for one in places], np.int64)
    if _BUILT_IN in frame:
        return np.where(frame[_BUILT_IN].fillna(value=True).to_numpy(bool), _REST, _OWN)
    if column is None:
        return np.full(len(frame), _REST)
    numbers, locations = frame[column].factorize()
    # The last one is that of -1: rows without a location.
    owners = [_owner_of(str(location)) for location in locations]
    owner_of_row: IntArray = np.array([*owners, _REST], np.int64)[np.asarray(numbers)]
    return owner_of_row


@cache
def _owner_of(location: str) -> int:
    from heapnb.analysis.packages import package_of

    return _OWNERS[package_of(location).kind]


def by_place(graph: HeapGraph, table: DecodedTable, frame: pd.DataFrame) -> pd.DataFrame:
    """Group the rows of a decoded table by place.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    table : DecodedTable
        Says by which columns.
    frame : pandas.DataFrame
        Its rows.

    Returns
    -------
    pandas.DataFrame
        One row for each group, largest retained size first: the columns that make the group,
        ``count`` of its rows, values that all its rows share or their sum, sizes in bytes (each
        byte once), and ``node_id`` of the object that retains most.
    """
    from heapnb.workbench.model import column
    from heapnb.workbench.rows.node_columns import RETAINED_SIZE, SHALLOW_SIZE
    from heapnb.workbench.trees.grouped_frame import GroupedFrame

    more = [name for name in table.in_tree if name not in {*table.groups, _LIST}]
    wanted = [*table.groups, *more, table.subject, "shallow_size", "retained_size"]
    rows = frame[[name for name in wanted if name in frame]]
    rows = rows.rename(columns={table.subject: "node_id"})
    rows = rows.sort_values("retained_size", ascending=False, kind="stable")
    columns = (*map(column, more), SHALLOW_SIZE, RETAINED_SIZE)
    groups = GroupedFrame(graph, rows, columns, table.groups)
    sums = groups.sums_of(np.arange(len(rows)))
    sort = table.sort if table.sort in sums else "retained_size"
    sums = sums.sort_values(sort, ascending=False, kind="stable")
    shown = [*table.groups, "count", *more, "shallow_size", "retained_size", "node_id"]
    return sums[[name for name in shown if name in sums]]


def spare_columns(table: DecodedTable) -> tuple[str, ...]:
    """Return the columns of `by_place` to leave out on a narrow terminal, the first one first."""
    more = [name for name in table.in_tree if name not in table.groups]
    return (*more[::-1], "shallow_size")
