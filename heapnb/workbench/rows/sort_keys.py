"""Sort keys of nodes and edges: by a column, or by name as DevTools sorts names."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from heapnb._typing import AnyArray, BoolArray, NodeArray
from heapnb.frames import text_ranks
from heapnb.graph import HeapGraph, derived
from heapnb.graph.edges import is_string
from heapnb.workbench.model import LABEL, Window
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.rows.ordering import Key

_TIES_BY_NAME: Final = 10_000
"""Up to this many edges, edges with equal targets are sorted by name."""

_NAMES_BY_TABLE: Final = 50_000
"""From this many nodes on, names are sorted by the ranks of all strings, which are kept."""

_PROTO: Final = "__proto__"
_NODE_SORTS: Final = frozenset(column.key for column in NODE_COLUMNS)


class SortKeys:
    """Makes the keys by which nodes and edges of a heap are sorted.

    Parameters
    ----------
    heap : HeapGraph
        Whose nodes.
    """

    def __init__(self, heap: HeapGraph) -> None:
        self.heap = heap

    def of_edges(self, edges: AnyArray, ends: AnyArray, window: Window) -> list[Key]:
        """Sort edges by a column of the nodes that are shown, then by name.

        Parameters
        ----------
        edges : integer[k]
            Edge ordinals.
        ends : integer[k]
            Ordinals of the nodes that are shown: sources or targets.
        window : Window
            Its sort; a column that nodes lack sorts by retained size.

        Returns
        -------
        list of Key
        """
        if window.sort == LABEL:
            return self._name_keys(edges, descending=window.descending)
        ties = self._name_keys(edges) if len(edges) <= _TIES_BY_NAME else []
        return [self._column_key(ends, window), *ties]

    def _name_keys(self, edges: AnyArray, *, descending: bool = False) -> list[Key]:
        """Sort as DevTools: names by text, then indices, ``__proto__`` at the end."""
        heap = self.heap
        values = heap.edge_name[edges]
        is_index = heap.is_indexed_edge_type[heap.edge_type[edges]]
        named = np.flatnonzero(~is_index)
        numbers = values.astype(np.int64)
        group = is_index.astype(np.int64)
        if len(named):
            ranks, place = self._ranks_of(values[named])
            numbers[named] = ranks[place]
            group[named[self._is_proto[values[named]]]] = 2
        return [Key(group, descending=descending), Key(numbers, descending=descending)]

    @cached_property
    def _is_proto(self) -> BoolArray:
        return is_string(self.heap, [_PROTO])

    def _column_key(self, nodes: AnyArray, window: Window) -> Key:
        """Sort nodes by the window's column, or by retained size if nodes lack it."""
        if window.sort in _NODE_SORTS:
            return Key(getattr(self.heap, window.sort), nodes, window.descending)
        return Key(self.heap.retained_size, nodes, descending=True)

    def of_nodes(self, nodes: AnyArray, window: Window) -> list[Key]:
        """Sort nodes by a column or by name."""
        if window.sort == LABEL:
            return [Key(*self._ranks_of(self.heap.node_name[nodes]), window.descending)]
        return [self._column_key(nodes, window)]

    def _ranks_of(self, names: AnyArray) -> tuple[AnyArray, AnyArray]:
        """Return ranks of strings, and the index into them of each name."""
        if len(names) > _NAMES_BY_TABLE:
            return string_ranks(self.heap), names
        strings, place = np.unique(names, return_inverse=True)
        ranks = text_ranks(self.heap.strings.take(pa.array(strings)))
        return ranks, place.astype(np.uint32)


@derived(name="string_rank")
def string_ranks(heap: HeapGraph) -> NodeArray:
    """Number all strings of a heap by their order in JavaScript.

    Parameters
    ----------
    heap : HeapGraph
        Whose strings.

    Returns
    -------
    uint32[n_strings]
        From 0; equal strings have the same number.
    """
    return text_ranks(heap.strings).astype(np.uint32)
