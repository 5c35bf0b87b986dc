"""The tables in which V8 keeps the entries of collections, and the properties of objects.

Maps and Sets have tables that remember the order of insertion; WeakMaps and WeakSets, objects
with many properties, and objects with far-apart indices have tables of open addressing. All are
arrays of words: what is said here about their shape follows from their size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.decode.links import (
    ARRAY_HEADER_WORDS,
    WORD_SIZES,
    edges_of_type,
    nodes_named,
    property_of,
)
from heapnb.format.arrow import to_arrow, to_numpy

if TYPE_CHECKING:
    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph

_MAX_DIGITS: Final = 9
_HOLE: Final = "system / Hole"


@dataclass(frozen=True)
class Layout:
    """Where the words of a table are.

    Parameters
    ----------
    kind : str
        What it is for.
    prefix : int
        Words before the entries, and before one word a bucket where there are buckets.
    entry : int
        Words of an entry: its key first, then its value if there is one.
    has_value : bool
        Whether entries have values.
    min_capacity : int
        Entries that the smallest table has room for.
    is_ordered : bool
        Whether the table has buckets, of two entries each.
    """

    kind: str
    prefix: int
    entry: int
    has_value: bool
    min_capacity: int
    is_ordered: bool = False

    def capacities(self, n_words: IntArray) -> IntArray:
        """Tell how many entries tables have room for.

        Parameters
        ----------
        n_words : int64[k]
            Words of each table, without its header.

        Returns
        -------
        int64[k]
            -1 for tables that cannot have this layout: capacities are powers of two.
        """
        per_bucket = 2 if self.is_ordered else 1
        bucket = self.entry * per_bucket + self.is_ordered
        n_buckets, rest = np.divmod(n_words - self.prefix, bucket)
        capacity = n_buckets * per_bucket
        fits = (rest == 0) & (capacity >= self.min_capacity) & (n_buckets & (n_buckets - 1) == 0)
        return np.where(fits, capacity, vocab.NO_INDEX)


MAP: Final = Layout("Map", 3, 3, has_value=True, min_capacity=4, is_ordered=True)
SET: Final = Layout("Set", 3, 2, has_value=False, min_capacity=4, is_ordered=True)
WEAK: Final = Layout("WeakMap", 3, 2, has_value=True, min_capacity=4)
PROPERTIES: Final = Layout("object", 6, 3, has_value=True, min_capacity=2)
OLDER_PROPERTIES: Final = Layout("object", 5, 3, has_value=True, min_capacity=2)
# No size fits more than one of the tables that an edge called "table" leads to.
_COLLECTIONS: Final = (MAP, SET, WEAK)


@dataclass(frozen=True)
class Tables:
    """Some tables of one or several layouts.

    Parameters
    ----------
    layouts : tuple of Layout
        What they may be.
    layout : int64[k]
        Which of them each table has, -1 for other nodes.
    capacity : int64[k]
        How many entries each has room for.
    """

    layouts: tuple[Layout, ...]
    layout: IntArray
    capacity: IntArray

    def is_kind(self, kind: str) -> BoolArray:
        """Tell which tables are of one kind."""
        wanted = [i for i, layout in enumerate(self.layouts) if layout.kind == kind]
        found: BoolArray = np.isin(self.layout, wanted)
        return found


@dataclass(frozen=True)
class EntryRows:
    """The entries of several tables, as far as the file has them.

    Parameters
    ----------
    table : int64[m]
        Which of the tables each entry is in; ascending.
    key, value : int64[m]
        Ordinals, -1 for what the file leaves out: small integers, and in older versions
        ``undefined``, ``null`` and booleans. Values are all -1 for a Set.
    """

    table: IntArray
    key: IntArray
    value: IntArray

    def counts(self, n_tables: int) -> IntArray:
        """Count the entries of each table, as ``int64[n_tables]``."""
        return np.bincount(self.table, minlength=n_tables).astype(np.int64)


@dataclass(frozen=True)
class Entries:
    """What a Map, Set, WeakMap or WeakSet holds, as far as the file has it.

    Parameters
    ----------
    kind : str
        ``"Map"``, ``"Set"`` or ``"WeakMap"``, which a WeakSet is to the engine.
    key, value : int64[k]
        Ordinals in the order of insertion; -1 for what the file leaves out: small integers,
        ``undefined``, ``null``, booleans. Values are all -1 for a Set.
    """

    kind: str
    key: IntArray
    value: IntArray


def entries(graph: HeapGraph, node: int) -> Entries | None:
    """Read the entries of a Map, Set, WeakMap or WeakSet.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal of an object.

    Returns
    -------
    Entries or None
        None for objects of other kinds. Entries with neither key nor value in the file are
        left out.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>m m/table>t t/5>key t/6>value t/9>other")
    >>> graph = builder.node("t", type="array", size=16 + 8 * (3 + 2 + 4 * 3)).graph()
    >>> found = entries(graph, builder.ordinal("m"))
    >>> found.kind, found.key.tolist(), found.value.tolist()
    ('Map', [3, -1], [4, 5])
    """
    table = tables_of(graph, np.array([node]))
    shapes = collection_tables(graph, table)
    if table[0] < 0 or shapes.layout[0] < 0:
        return None
    rows = entry_rows(graph, table, shapes)
    return Entries(shapes.layouts[int(shapes.layout[0])].kind, rows.key, rows.value)


def tables_of(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Follow collections to their tables, as ``int64[k]``."""
    table = property_of(graph, nodes, "table", edge_type="internal")
    is_array = graph.node_type[np.maximum(table, 0)] == graph.node_type_index("array")
    return np.where((table >= 0) & is_array, table, vocab.NO_INDEX)


def collection_tables(graph: HeapGraph, tables: IntArray) -> Tables:
    """Tell what tables of collections are for, and how many entries they have room for."""
    return shapes_of(graph, tables, _COLLECTIONS)


def shapes_of(graph: HeapGraph, tables: IntArray, layouts: tuple[Layout, ...]) -> Tables:
    """Tell from the sizes of arrays which layout they have.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    tables : int64[k]
        Ordinals, -1 for none.
    layouts : tuple of Layout
        What they may be; the first that fits is taken.

    Returns
    -------
    Tables
    """
    layout = np.full(len(tables), vocab.NO_INDEX, np.int64)
    capacity = np.zeros(len(tables), np.int64)
    for word in WORD_SIZES:
        n_words, odd = np.divmod(graph.self_size[np.maximum(tables, 0)].astype(np.int64), word)
        is_open = (tables >= 0) & (odd == 0)
        for number, candidate in enumerate(layouts):
            found = candidate.capacities(n_words - ARRAY_HEADER_WORDS)
            fits = is_open & (layout < 0) & (found >= 0)
            layout[fits] = number
            capacity[fits] = found[fits]
    return Tables(layouts, layout, capacity)


def entry_rows(graph: HeapGraph, tables: IntArray, shapes: Tables) -> EntryRows:
    """Read the entries of many tables.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    tables : int64[k]
        Ordinals, -1 for none.
    shapes : Tables
        What they are.

    Returns
    -------
    EntryRows
        Entries with neither key nor value in the file are left out.
    """
    known = np.flatnonzero(shapes.layout >= 0)
    # What a weak table holds it refers to weakly.
    found = [indexed_edges(graph, tables[known], kind) for kind in ("internal", "weak")]
    row, word, target = (np.concatenate(parts) for parts in zip(*found, strict=True))
    layout, capacity = shapes.layout[known][row], shapes.capacity[known][row]
    by_layout = [
        (each.prefix, each.entry, each.has_value, each.is_ordered) for each in shapes.layouts
    ]
    prefix, size, has_value, is_ordered = np.array(by_layout, np.int64).T[:, layout]
    place = word - prefix - np.where(is_ordered, capacity // 2, 0)
    entry, part = np.divmod(place, size)
    is_cell = (entry >= 0) & (entry < capacity) & (part <= has_value)
    row, entry, part, target = row[is_cell], entry[is_cell], part[is_cell], target[is_cell]
    number = row * (int(entry.max(initial=0)) + 1) + entry
    # As the file has them they are nearly in order.
    order = np.argsort(number, kind="stable")
    row, part, target, number = row[order], part[order], target[order], number[order]
    is_new = np.ones(len(row), np.bool_)
    is_new[1:] = number[1:] != number[:-1]
    which = np.cumsum(is_new) - 1
    cells = np.full((2, int(is_new.sum())), vocab.NO_INDEX, np.int64)
    cells[part, which] = target
    return EntryRows(known[row[is_new]], cells[0], cells[1])


def indexed_edges(
    graph: HeapGraph, nodes: IntArray, edge_type: str
) -> tuple[IntArray, IntArray, IntArray]:
    """List the edges of arrays that are named by the index of a word.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.
    edge_type : str
        Type of the edges, one that has names.

    Returns
    -------
    row : int64[m]
        Which of the nodes.
    index : int64[m]
        Of the word.
    target : int64[m]
        Ordinals.
    """
    row, edges = edges_of_type(graph, nodes, edge_type)
    # All tables together use few names: those of their words.
    is_used = np.zeros(len(graph.strings), np.bool_)
    is_used[graph.edge_name[edges]] = True
    used = np.flatnonzero(is_used)
    names = graph.strings.take(to_arrow(used))
    is_index = pc.match_substring_regex(names, f"^[0-9]{{1,{_MAX_DIGITS}}}$")
    index_of_name = np.full(len(graph.strings), vocab.NO_INDEX, np.int64)
    chosen = used[to_numpy(is_index)]
    index_of_name[chosen] = to_numpy(pc.cast(names.filter(is_index), pa.int64()))
    index = index_of_name[graph.edge_name[edges]]
    target = graph.edge_to[edges].astype(np.int64)
    is_item = index >= 0
    # Some versions show what deleted entries leave behind.
    hole = nodes_named(graph, [_HOLE], None)
    if len(hole):
        is_item &= ~np.isin(target, hole)
    return row[is_item], index[is_item], target[is_item]
