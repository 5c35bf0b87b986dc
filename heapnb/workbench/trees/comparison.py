"""Comparison: objects added and removed since an earlier snapshot.

Keys: ``b``, the number of the earlier snapshot, ``c`` and a row of the comparison; below it ``n``
and an ordinal for an added object, ``o`` and an ordinal of the earlier snapshot for a removed
one; then edges.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
import pyarrow as pa

from heapnb._typing import IntArray, NodeArray
from heapnb.analysis.series.diff import Diff, diff
from heapnb.frames import text_ranks
from heapnb.views import fmt
from heapnb.workbench.model import LABEL, Column, Effort, Filter, Page, Row, Window, column
from heapnb.workbench.python_code import node_code, quoted, table_code
from heapnb.workbench.rows.filtering import TEXT_FILTER, matching
from heapnb.workbench.rows.labels import NodeLabels
from heapnb.workbench.rows.node_columns import RETAINED_SIZE, SHALLOW_SIZE
from heapnb.workbench.rows.node_rows import NodeRows
from heapnb.workbench.rows.ordering import Key
from heapnb.workbench.rows.row_keys import no_row, parse_part, split_key

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench

_BASE: Final = "base"
_CLASS = re.compile(r"b([0-9]{1,6})c([0-9]{1,9})")
_SIZES: Final = frozenset({"added_size", "removed_size", "size_delta"})


class ComparisonTree:
    """Objects added and removed since an earlier snapshot, by class.

    Parameters
    ----------
    workbench : Workbench
        What is browsed, with something to compare it with.
    """

    key: ClassVar[str] = "comparison"
    title: ClassVar[str] = "Comparison"
    description: ClassVar[str] = "Objects added and removed since an earlier snapshot."
    label_title: ClassVar[str] = "Constructor"
    lists_every_node: ClassVar[bool] = False
    effort: ClassVar[Effort] = "none"
    columns: ClassVar[tuple[Column, ...]] = (
        column("added_count"),
        column("removed_count"),
        column("count_delta"),
        column("added_size"),
        column("removed_size"),
        column("size_delta"),
        RETAINED_SIZE,
    )
    default_sort: ClassVar[tuple[str | None, bool]] = ("size_delta", True)

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.heap = workbench.heap
        self.node_rows = workbench.rows
        self._compared: dict[int, _Compared] = {}

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """What rows can be left out by, and with which snapshot to compare."""
        names = self.workbench.bases
        # The snapshot just before this one comes first.
        options = tuple(
            (str(number), fmt.clean(f"{number + 1}: {names[number]}"))
            for number in reversed(range(len(names)))
        )
        return (TEXT_FILTER, Filter(_BASE, "Compare with", "choice", options))

    def _compared_with(self, number: int) -> _Compared:
        found = self._compared.get(number)
        if found is None:
            base = self.workbench.open_base(number)
            found = _Compared(
                diff(base, self.heap), NodeRows(NodeLabels(base, self.workbench.masking))
            )
            self._compared[number] = found
        return found

    def _number(self, window: Window) -> int:
        return int(window.filters.get(_BASE) or len(self.workbench.bases) - 1)

    # -- rows -------------------------------------------------------------------------------

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        if parent is None:
            return self._class_rows(window)
        number, row, parts = self._parse(parent)
        compared = self._compared_with(number)
        if not parts:
            return self._object_rows(parent, compared, row, window)
        rows, node = self._node(parent, compared, row, parts[0])
        page = rows.below(parent, node, parts[1:], window)
        return page if rows is self.node_rows else dataclasses.replace(page, rows=_gone(page.rows))

    def _passing(self, compared: _Compared, window: Window) -> IntArray:
        if not window.filters.get(TEXT_FILTER.key):
            return np.arange(len(compared.names))
        return np.flatnonzero(matching(compared.names, window))

    def _order_name(self, place: object, window: Window) -> tuple[object, ...]:
        filters = window.filters
        text = (filters.get("text"), filters.get("regex")) if place is None else None
        return (self.key, self._number(window), place, text, window.sort, window.descending)

    def _class_keys(self, compared: _Compared, rows: IntArray, window: Window) -> list[Key]:
        names = compared.name_rank[rows]
        if window.sort == LABEL:
            return [Key(names, descending=window.descending)]
        table = compared.diff.table
        if window.sort not in table:
            # A column that only nodes have cannot sort classes.
            return [Key(table["size_delta"].to_numpy()[rows], descending=True), Key(names)]
        return [Key(table[window.sort].to_numpy()[rows], descending=window.descending), Key(names)]

    def _class_rows(self, window: Window) -> Page:
        number = self._number(window)
        compared = self._compared_with(number)
        rows = self._passing(compared, window)
        places = self.node_rows.orders.page(
            self._order_name(None, window),
            len(rows),
            lambda: self._class_keys(compared, rows, window),
            window.offset,
            window.limit,
        )
        shown = rows[places]
        table = compared.diff.table.iloc[shown]
        found = []
        for row, values in zip(shown.tolist(), table.to_dict("records"), strict=True):
            label = self.node_rows.labels.of_class(values.pop("class_name"), values.pop("location"))
            cells = {str(name): int(value) for name, value in values.items()}
            found.append(Row(f"b{number}c{row}", label, cells, expandable=True))
        notes = " ".join(compared.diff.warnings) or None
        return Page(tuple(found), len(rows), window.offset, notes)

    def _object_rows(self, parent: str, compared: _Compared, row: int, window: Window) -> Page:
        """List added objects, then removed ones."""
        added, removed = compared.diff.added_in(row), compared.diff.removed_in(row)
        first = self._side(parent, "n", self.node_rows, added, window)
        n_left = window.limit - len(first)
        rest = dataclasses.replace(window, offset=max(window.offset - len(added), 0), limit=n_left)
        last = self._side(parent, "o", compared.base_rows, removed, rest) if n_left else ()
        return Page((*first, *last), len(added) + len(removed), window.offset)

    def _side(
        self, parent: str, letter: str, rows: NodeRows, nodes: NodeArray, window: Window
    ) -> tuple[Row, ...]:
        by = _node_window(window)
        shown = nodes[rows.places((self.key, parent, letter), nodes, by)]
        is_added = letter == "n"
        made = rows.rows(
            [f"{parent}/{letter}{node}" for node in shown.tolist()],
            shown,
            flags=[("added" if is_added else "removed",)] * len(shown),
        )
        changed = tuple(_with_deltas(row, is_added=is_added) for row in made)
        return changed if is_added else _gone(changed)

    def _node(self, key: str, compared: _Compared, row: int, part: str) -> tuple[NodeRows, int]:
        """Return the node of a part, and what makes rows of its heap."""
        kind, node = parse_part(key, part)
        if kind == "n" and node in _Sorted(compared.diff.added_in(row)):
            return self.node_rows, node
        if kind == "o" and node in _Sorted(compared.diff.removed_in(row)):
            return compared.base_rows, node
        raise no_row(key)

    # -- the protocol -----------------------------------------------------------------------

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinals that a row stands for; none for removed objects."""
        number, row, parts = self._parse(key)
        compared = self._compared_with(number)
        if not parts:
            return compared.diff.added_in(row)
        rows, node = self._node(key, compared, row, parts[0])
        node = rows.follow(key, node, parts[1:])
        return np.array([node] if rows is self.node_rows else [], np.uint32)

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return the path to an added node: key and place at each level."""
        number = self._number(window)
        compared = self._compared_with(number)
        row = compared.diff.row_of_added(node)
        rows = self._passing(compared, window)
        if row is None or row not in _Sorted(rows):
            return None
        class_place = self.node_rows.orders.place_of(
            self._order_name(None, window),
            lambda: self._class_keys(compared, rows, window),
            int(np.searchsorted(rows, row)),
        )
        parent = f"b{number}c{row}"
        added = compared.diff.added_in(row)
        by = _node_window(window)
        place = self.node_rows.place_of((self.key, parent, "n"), added, node, by)
        return ((parent, class_place), (f"{parent}/n{node}", place))

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression that gives the same rows as a DataFrame, or a row's node."""
        snapshot = self.workbench.expression
        number = self._number(window) if key is None else self._parse(key)[0]
        source = self._compared_with(number).diff.before.raw.source
        comparison = f"hn.diff({quoted(source.path or source.name)}, {snapshot})"
        if key is None:
            columns = {"class_name", *(column.key for column in self.columns)}
            table = f"{comparison}.constructors()"
            return table_code(table, columns, ("class_name",), window, "class_name")
        nodes = self.nodes(key)
        if len(nodes):
            return node_code(snapshot, self.heap.node_id[nodes])
        return f"{comparison}.removed"

    def _parse(self, key: str) -> tuple[int, int, list[str]]:
        """Take a key apart: snapshot, row of the comparison, what is below."""
        first, *parts = split_key(key)
        match = _CLASS.fullmatch(first)
        if match is None or int(match[1]) >= len(self.workbench.bases):
            raise no_row(key)
        number, row = int(match[1]), int(match[2])
        if row >= len(self._compared_with(number).diff.table):
            raise no_row(key)
        return number, row, parts


@dataclasses.dataclass(frozen=True, eq=False)
class _Compared:
    """A comparison, and what makes rows of the earlier snapshot's nodes."""

    diff: Diff
    base_rows: NodeRows

    @cached_property
    def names(self) -> pa.Array:
        return pa.array(self.diff.table["class_name"], pa.large_string())

    @cached_property
    def name_rank(self) -> IntArray:
        return text_ranks(self.names)


class _Sorted:
    """Ascending numbers for fast searches."""

    def __init__(self, numbers: IntArray | NodeArray) -> None:
        self._numbers = numbers

    def __contains__(self, number: int) -> bool:
        at = int(np.searchsorted(self._numbers, number))
        return at < len(self._numbers) and int(self._numbers[at]) == number


def _node_window(window: Window) -> Window:
    """Sort nodes by what the columns of classes mean for one."""
    sort = SHALLOW_SIZE.key if window.sort in _SIZES else window.sort
    return dataclasses.replace(window, sort=sort)


def _gone(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Remove the ids: these nodes do not exist in the snapshot that is browsed."""
    return tuple(dataclasses.replace(row, node_id=None) for row in rows)


def _with_deltas(row: Row, *, is_added: bool) -> Row:
    size = int(row.cells["shallow_size"] or 0)
    deltas = (
        {"added_size": size, "size_delta": size}
        if is_added
        else {"removed_size": size, "size_delta": -size}
    )
    return dataclasses.replace(row, cells={**row.cells, **deltas})
