"""What is counted while a file goes by, and the search for its first value out of range."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb._typing import AnyArray, BoolArray, IntArray, NodeArray
from heapnb.format.arrow import to_arrow, to_texts
from heapnb.format.meta import SnapshotMeta
from heapnb.format.ranges import Fault, is_indexed
from heapnb.format.sections import SCOPE_SECTIONS
from heapnb.kernels import totals as kernels

MOST_OF_SCOPES: Final = 1 << 21
"""More numbers of scopes are counted, but not checked."""

_KINDS: Final = 256
_MOST_NAMES: Final = 1 << 18
"""Names that are told apart; programs have some thousands of classes."""

_MOST_NAME_BYTES: Final = 1 << 25
_MOST_LISTS: Final = 1 << 16
_MOST_HELD: Final = 1 << 22


class FoundError(Exception):
    """The search for a value is over."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class Counts:
    """Adds up a file; a `heapnb.format.streaming.Consumer`.

    Parameters
    ----------
    named_by_node : collection of str
        The node types whose nodes have their class as name.
    look_for : collection of str
        Strings to look for.
    """

    def __init__(self, named_by_node: Collection[str], look_for: Collection[str]) -> None:
        self.meta = SnapshotMeta((), (), (), ())
        self.n_nodes = self.n_edges = self.n_strings = 0
        self.n_declared_edges = 0
        self.size_as_float = 0.0
        self.type_count = np.zeros(_KINDS, np.int64)
        self.type_sized = np.zeros(_KINDS, np.int64)
        self.type_size = np.zeros(_KINDS, np.uint64)
        self.named = NamedNodes()
        self.lists = RootLists()
        self.string_bytes = 0
        self.first_string: str | None = None
        self.found_strings: set[str] = set()
        self.bad_location: tuple[int, int] | None = None
        self.of_scopes: dict[str, IntArray] = {}
        self._named_by_node = named_by_node
        self._look_for = to_texts(sorted(look_for))
        self._largest = dict.fromkeys(
            (
                *(("nodes", "type"), ("nodes", "name"), ("edges", "type")),
                *(("edges", "to_node"), ("edges", "name_or_index")),
            ),
            -1,
        )
        self._has_index = np.zeros(_KINDS, np.bool_)

    def begin(self, meta: SnapshotMeta) -> None:
        """Receive the header."""
        self.meta = meta
        self.named.begin(_marked(meta.node_types[: meta.n_listed_node_types], self._named_by_node))
        self.lists.begin(meta)
        self._has_index = has_index(meta)

    def bounds(self) -> list[tuple[str, str, int, int, str]]:
        """List fields with their largest value, the number that it must be below, and its meaning.

        They are in the order of `heapnb.format.ranges.first_fault`.
        """
        meta = self.meta
        return [
            (section, name, self._largest[section, name], bound, what)
            for section, name, bound, what in (
                ("nodes", "type", len(meta.node_types), "not a node type"),
                ("edges", "type", len(meta.edge_types), "not an edge type"),
                ("edges", "to_node", self.n_nodes, "not the offset of a node"),
                ("nodes", "name", self.n_strings, "not an index of a string"),
                ("edges", "name_or_index", self.n_strings, "not an index of a string"),
            )
        ]

    def take_nodes(self, columns: dict[str, AnyArray]) -> None:
        """Count nodes."""
        kinds, names, sizes = columns["type"], columns["name"], columns["self_size"]
        kernels.add_up_types(kinds, sizes, self.type_count, self.type_sized, self.type_size)
        self.size_as_float += float(sizes.sum(dtype=np.float64))
        self._see("nodes", "type", kinds)
        self._see("nodes", "name", names)
        self.named.take_nodes(kinds, names, sizes)
        self.lists.take_nodes(self.n_nodes, self.n_declared_edges, kinds, columns["edge_count"])
        self.n_nodes += len(kinds)
        self.n_declared_edges += int(columns["edge_count"].sum(dtype=np.uint64))

    def take_edges(self, columns: dict[str, AnyArray]) -> None:
        """Count edges."""
        kinds, names, targets = columns["type"], columns["name_or_index"], columns["to_node"]
        self._see("edges", "type", kinds)
        self._see("edges", "to_node", targets)
        largest = kernels.largest_name(kinds, names, self._has_index)
        key = "edges", "name_or_index"
        self._largest[key] = max(self._largest[key], largest)
        self.lists.take_edges(self.n_edges, kinds, targets)
        self.n_edges += len(kinds)

    def take_strings(self, strings: pa.LargeStringArray) -> None:
        """Count strings, and pick out those that are names."""
        if self.first_string is None:
            self.first_string = strings[0].as_py()
        self.string_bytes += int(strings.buffers()[2].size)
        if len(self._look_for):
            is_wanted = pc.is_in(strings, value_set=self._look_for)
            self.found_strings.update(pc.filter(strings, is_wanted).to_pylist())
        self.named.take_strings(self.n_strings, strings)
        self.n_strings += len(strings)

    def take_numbers(self, section: str, first: int, values: IntArray) -> None:
        """Check locations, and keep scopes, which are few."""
        if section in SCOPE_SECTIONS:
            kept = self.of_scopes.get(section, np.empty(0, np.int64))
            if len(kept) <= MOST_OF_SCOPES:
                self.of_scopes[section] = np.concatenate([kept, values])
        elif section == "locations" and self.meta.location_fields and self.bad_location is None:
            stride, size = len(self.meta.location_fields), len(self.meta.node_fields)
            start = (self.meta.location_fields.index("object_index") - first) % stride
            offsets = values[start::stride]
            bad = (offsets % size != 0) | (offsets < 0) | (offsets >= self.n_nodes * size)
            if bad.any():
                row = int(np.argmax(bad))
                self.bad_location = first + start + row * stride, int(offsets[row])

    def _see(self, section: str, name: str, column: AnyArray) -> None:
        self._largest[section, name] = max(self._largest[section, name], int(column.max()))


class NamedNodes:
    """Nodes by name, in a hash table of fixed size."""

    def __init__(self) -> None:
        self._name = np.full(2 * _MOST_NAMES, -1, np.int64)
        self._count = np.zeros(2 * _MOST_NAMES, np.int64)
        self._size = np.zeros(2 * _MOST_NAMES, np.uint64)
        self._n_used = 0
        self._others = np.zeros(2, np.uint64)
        self._has_name = np.zeros(_KINDS, np.bool_)
        self._wanted: IntArray | None = None
        self._rows = np.empty(0, np.int64)
        self._texts: list[pa.LargeStringArray] = []
        self._n_bytes = 0

    def begin(self, has_name: BoolArray) -> None:
        """Receive which node types have names."""
        self._has_name = has_name

    def take_nodes(self, kinds: AnyArray, names: AnyArray, sizes: AnyArray) -> None:
        """Count nodes by the index of their name."""
        self._n_used = kernels.add_up_names(
            *(kinds, names, sizes, self._has_name, self._name, self._count, self._size),
            *(self._n_used, _MOST_NAMES, self._others),
        )

    def take_strings(self, first: int, strings: pa.LargeStringArray) -> None:
        """Keep the strings that are names, as long as there is room."""
        if self._wanted is None:
            rows = np.flatnonzero(self._name >= 0)
            self._rows = rows[np.argsort(self._name[rows])]
            self._wanted = self._name[self._rows]
        start, stop = np.searchsorted(self._wanted, [first, first + len(strings)])
        if start == stop or self._n_bytes > _MOST_NAME_BYTES:
            return
        taken = strings.take(to_arrow(self._wanted[start:stop] - first))
        self._n_bytes += taken.nbytes
        self._texts.append(taken)

    def found(self) -> tuple[pa.LargeStringArray, IntArray, IntArray]:
        """Return the names, how many nodes have each, and their bytes."""
        names = pa.concat_arrays([to_texts([]), *self._texts])
        rows = self._rows[: len(names)]
        return names, self._count[rows], self._size[rows].astype(np.int64)

    def others(self) -> tuple[int, int]:
        """Return number and bytes of the nodes whose names found no room."""
        rows = self._rows[sum(map(len, self._texts)) :]
        count = int(self._others[0]) + int(self._count[rows].sum())
        return count, int(self._others[1]) + int(self._size[rows].sum())


class RootLists:
    """The nodes that the lists of roots hold; see `heapnb.analysis.summary.gc_roots`."""

    def __init__(self) -> None:
        self._root = self._synthetic = self._weak = -1
        self._rows: list[int] = []
        self._owners: list[int] = []
        self._starts: list[int] = []
        self._stops: list[int] = []
        self._held: dict[int, list[NodeArray]] = {}
        self._n_held = 0
        self._has_room = True

    def begin(self, meta: SnapshotMeta) -> None:
        """Receive the header."""
        self._root = meta.root_offset // len(meta.node_fields)
        self._synthetic = _index(meta.node_types, "synthetic")
        self._weak = _index(meta.edge_types, "weak")

    def take_nodes(self, base: int, first_edge: int, kinds: AnyArray, counts: AnyArray) -> None:
        """Note where the edges of lists will be."""
        is_list = kinds == self._synthetic
        rows = np.flatnonzero(is_list)
        self._has_room = self._has_room and len(self._rows) + len(rows) <= _MOST_LISTS
        if not self._has_room:
            return
        self._rows += (rows + base).tolist()
        at = self._root - base
        if 0 <= at < len(kinds) and not is_list[at]:
            rows = np.union1d(rows, [at])
        if not len(rows):
            return
        stops = first_edge + np.cumsum(counts, dtype=np.int64)[rows]
        for row, stop, count in zip(
            rows.tolist(), stops.tolist(), counts[rows].tolist(), strict=True
        ):
            if count:
                self._owners.append(base + row)
                self._starts.append(stop - count)
                self._stops.append(stop)

    def take_edges(self, first: int, kinds: AnyArray, targets: AnyArray) -> None:
        """Keep the targets of the lists."""
        if not self._has_room:
            return
        begin = int(np.searchsorted(self._stops, first, side="right"))
        end = int(np.searchsorted(self._starts, first + len(kinds), side="left"))
        for i in range(begin, end):
            part = slice(max(self._starts[i] - first, 0), self._stops[i] - first)
            held = np.unique(targets[part][kinds[part] != self._weak])
            self._held.setdefault(self._owners[i], []).append(held)
            self._n_held += len(held)
        self._has_room = self._n_held <= _MOST_HELD

    def n_held(self) -> int | None:
        """Count the nodes that lists below the root hold, without the lists; None without room."""
        if not self._has_room:
            return None
        lists = np.array(self._rows, np.uint32)
        seen = {self._root}
        pending = [self._root]
        held: list[NodeArray] = []
        while pending:
            for targets in self._held.get(pending.pop(), ()):
                is_list = np.isin(targets, lists)
                held.append(targets[~is_list])
                below = set(targets[is_list].tolist()) - seen
                seen |= below
                pending += below
        return len(np.unique(np.concatenate(held))) if held else 0


class Search:
    """Looks for the first value that is out of range; a `heapnb.format.streaming.Consumer`.

    Parameters
    ----------
    fault : Fault
        Section and field.
    bound : int
        What the value must be below.
    """

    def __init__(self, fault: Fault, bound: int) -> None:
        self._fault = fault
        self._bound = bound
        self._n_rows = {"nodes": 0, "edges": 0}
        self._has_index = np.zeros(_KINDS, np.bool_)

    def begin(self, meta: SnapshotMeta) -> None:
        """Receive the header."""
        self._has_index = has_index(meta)

    def take_nodes(self, columns: dict[str, AnyArray]) -> None:
        """Look at nodes."""
        self._look("nodes", columns)

    def take_edges(self, columns: dict[str, AnyArray]) -> None:
        """Look at edges."""
        self._look("edges", columns)

    def take_strings(self, strings: pa.LargeStringArray) -> None:
        """Pass over strings."""

    def take_numbers(self, section: str, first: int, values: IntArray) -> None:
        """Pass over other numbers."""

    def _look(self, section: str, columns: dict[str, AnyArray]) -> None:
        first = self._n_rows[section]
        self._n_rows[section] = first + len(columns["type"])
        if section != self._fault.section:
            return
        column = columns[self._fault.field]
        bad = column >= self._bound
        if self._fault.field == "name_or_index":
            bad &= ~self._has_index[columns["type"]]
        if bad.any():
            row = int(np.argmax(bad))
            raise FoundError(self._fault._replace(row=first + row, value=int(column[row])))


def has_index(meta: SnapshotMeta) -> BoolArray:
    """Tell for each number of an edge type whether its edges have an index in place of a name."""
    marked = np.zeros(_KINDS, np.bool_)
    listed = is_indexed(meta)[:_KINDS]
    marked[: len(listed)] = listed
    return marked


def _marked(types: tuple[str, ...], wanted: Collection[str]) -> BoolArray:
    """Mark the numbers of some types."""
    marked = np.zeros(_KINDS, np.bool_)
    for number, name in enumerate(types[:_KINDS]):
        marked[number] = name in wanted
    return marked


def _index(types: tuple[str, ...], name: str) -> int:
    return types.index(name) if name in types else -1


__all__ = ["MOST_OF_SCOPES", "Counts", "FoundError", "NamedNodes", "RootLists", "Search"]
