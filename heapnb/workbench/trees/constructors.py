"""Constructors, grouped as in DevTools' Summary, with their instances and references.

Keys: ``c`` and a row of ``class_keys``, ``n`` and an ordinal, then edges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
import pyarrow as pa

from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.constructors import ClassSums
from heapnb.analysis.members import members_of
from heapnb.frames import text_ranks
from heapnb.graph.locations import location_text
from heapnb.workbench.model import LABEL, Column, Effort, Filter, Page, Row, Window, count_of
from heapnb.workbench.python_code import node_code, quoted, table_code
from heapnb.workbench.rows.filtering import SIZE_FILTER, TEXT_FILTER, left_out, matching, minimum
from heapnb.workbench.rows.node_columns import NODE_COLUMNS, RETAINED_SIZE
from heapnb.workbench.rows.ordering import Key, Recent
from heapnb.workbench.rows.row_keys import no_row, parse_part, split_key
from heapnb.workbench.trees.presets import PRESET, preset_filter, preset_nodes, preset_sums

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench

COUNT: Final = count_of("objects")


@dataclass(frozen=True, eq=False)
class _Classes:
    """The classes that have members among chosen nodes."""

    workbench: Workbench
    preset: str
    sums: ClassSums
    names: pa.LargeStringArray

    @cached_property
    def chosen(self) -> BoolArray | None:
        return preset_nodes(self.workbench, self.preset)

    @cached_property
    def name_rank(self) -> IntArray:
        return text_ranks(self.names)


class ConstructorsTree:
    """Constructors, their instances, and what these refer to.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.
    """

    key: ClassVar[str] = "constructors"
    title: ClassVar[str] = "Constructors"
    description: ClassVar[str] = (
        "Objects grouped by constructor. Expand an object to see its references."
    )
    label_title: ClassVar[str] = "Constructor"
    columns: ClassVar[tuple[Column, ...]] = (COUNT, *NODE_COLUMNS)
    lists_every_node: ClassVar[bool] = True
    effort: ClassVar[Effort] = "none"
    default_sort: ClassVar[tuple[str | None, bool]] = (RETAINED_SIZE.key, True)

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.heap = workbench.heap
        self.node_rows = workbench.rows
        self._members = Recent()
        self._classes: dict[str, _Classes] = {}

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """What rows can be left out by."""
        return (TEXT_FILTER, SIZE_FILTER, preset_filter(self.workbench))

    # -- classes ----------------------------------------------------------------------------

    def _classes_of(self, window: Window) -> tuple[str, _Classes]:
        """Return the classes under the preset that is in force, and its name."""
        preset = str(window.filters.get(PRESET) or "all")
        found = self._classes.get(preset)
        if found is None:
            sums = preset_sums(self.workbench, preset)
            classes = self.heap.class_keys[sums.key, 0]
            names = self.heap.class_names.take(pa.array(classes))
            found = _Classes(self.workbench, preset, sums, names)
            self._classes[preset] = found
        return preset, found

    def _passing(self, classes: _Classes, window: Window) -> IntArray:
        """Return the rows of classes that pass the filters."""
        passes = classes.sums.retained_size >= minimum(window)
        if window.filters.get(TEXT_FILTER.key):
            passes &= matching(classes.names, window)
        return np.flatnonzero(passes)

    def _class_keys(self, classes: _Classes, rows: IntArray, window: Window) -> list[Key]:
        """Sort classes: equal ones by name, as DevTools does."""
        names = classes.name_rank[rows]
        if window.sort == LABEL:
            sizes = classes.sums.retained_size[rows]
            return [Key(names, descending=window.descending), Key(sizes, descending=True)]
        if window.sort is None:
            return [Key(classes.sums.retained_size[rows], descending=True), Key(names)]
        values = getattr(classes.sums, window.sort)[rows]
        return [Key(values, descending=window.descending), Key(names)]

    def _order_name(self, place: object, preset: str, window: Window) -> tuple[object, ...]:
        filters = window.filters
        text = (filters.get("text"), filters.get("regex")) if place is None else None
        return (self.key, place, preset, text, minimum(window), window.sort, window.descending)

    def _class_rows(self, window: Window) -> Page:
        preset, classes = self._classes_of(window)
        rows = self._passing(classes, window)
        places = self.node_rows.orders.page(
            self._order_name(None, preset, window),
            len(rows),
            lambda: self._class_keys(classes, rows, window),
            window.offset,
            window.limit,
        )
        sums = classes.sums
        shown = rows[places]
        columns = (sums.key, sums.count, sums.distance, sums.shallow_size, sums.retained_size)
        names = classes.names.take(pa.array(shown)).to_pylist()
        return Page(
            tuple(
                self._class_row(name, *values)
                for name, *values in zip(names, *(c[shown].tolist() for c in columns), strict=True)
            ),
            len(rows),
            window.offset,
        )

    def _class_row(
        self, name: str, key: int, count: int, distance: int, shallow: int, retained: int
    ) -> Row:
        place = location_text(self.heap, int(self.heap.class_keys[key, 1]))
        label = self.node_rows.labels.of_class(name, place)
        return Row(
            f"c{key}",
            label,
            {
                "count": count,
                "distance": distance,
                "shallow_size": shallow,
                "retained_size": retained,
            },
            expandable=True,
        )

    # -- instances --------------------------------------------------------------------------

    def _instances(self, key: int, window: Window) -> tuple[NodeArray, int]:
        """Return the members of a class that pass the filters, and how many are too small."""
        preset, classes = self._classes_of(window)
        least = minimum(window)
        members = members_of(self.heap, key)
        if classes.chosen is None and not least:
            return members, 0
        chosen = classes.chosen

        def choose() -> NodeArray:
            found = members if chosen is None else members[chosen[members]]
            return found[self.heap.retained_size[found] >= least]

        found = self._members.take((key, preset, least), choose)
        row = int(np.searchsorted(classes.sums.key, key))
        is_row = row < len(classes.sums) and classes.sums.key[row] == key
        return found, int(classes.sums.count[row]) - len(found) if is_row else 0

    def _instance_rows(self, parent: str, key: int, window: Window) -> Page:
        nodes, n_left_out = self._instances(key, window)
        preset, _ = self._classes_of(window)
        page = self.node_rows.page_of(parent, self._order_name(key, preset, window), nodes, window)
        return replace(page, note=left_out(n_left_out))

    # -- the protocol -----------------------------------------------------------------------

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        if parent is None:
            return self._class_rows(window)
        key, node, parts = self._parse(parent)
        if node is None:
            return self._instance_rows(parent, key, window)
        return self.node_rows.below(parent, node, parts, window)

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinals that a row stands for: one node, or all of a class."""
        class_key, node, parts = self._parse(key)
        if node is None:
            return members_of(self.heap, class_key)
        return np.array([self.node_rows.follow(key, node, parts)], np.uint32)

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return the way to a node: key and place at each level, or None if it is not here."""
        key = int(self.heap.class_key[node])
        preset, classes = self._classes_of(window)
        rows = self._passing(classes, window)
        row = np.flatnonzero(classes.sums.key[rows] == key)
        nodes, _ = self._instances(key, window)
        if not len(row) or node not in nodes:
            return None
        class_place = self.node_rows.orders.place_of(
            self._order_name(None, preset, window),
            lambda: self._class_keys(classes, rows, window),
            int(row[0]),
        )
        place = self.node_rows.place_of(self._order_name(key, preset, window), nodes, node, window)
        return ((f"c{key}", class_place), (f"c{key}/n{node}", place))

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression that gives the same rows as a DataFrame, or a row's node."""
        snapshot = self.workbench.expression
        if key is None:
            columns = {"class_name", *(column.key for column in self.columns)}
            table = f"{snapshot}.constructors()"
            return table_code(table, columns, ("class_name",), window, "class_name")
        class_key, node, parts = self._parse(key)
        if node is not None:
            node = self.node_rows.follow(key, node, parts)
            return node_code(snapshot, self.heap.node_id[[node]])
        name = self.heap.class_names[int(self.heap.class_keys[class_key, 0])].as_py()
        table = f"{snapshot}.find(class_name={quoted(name)})"
        return table_code(table, {"name", *_SORTS}, (), window, "name")

    def _parse(self, key: str) -> tuple[int, int | None, list[str]]:
        """Take a key apart: class, instance, edges below."""
        first, *parts = split_key(key)
        kind, class_key = parse_part(key, first)
        if kind != "c" or class_key >= len(self.heap.class_keys):
            raise no_row(key)
        if not parts:
            return class_key, None, []
        kind, node = parse_part(key, parts[0])
        if kind != "n" or node >= self.heap.n_nodes or self.heap.class_key[node] != class_key:
            raise no_row(key)
        return class_key, node, parts[1:]


_SORTS: Final = frozenset(column.key for column in NODE_COLUMNS)
