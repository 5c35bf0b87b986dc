"""Rows of nodes, and of the references of nodes: every tree ends in these.

A part of a key says what its row is: ``n`` and an ordinal for a node, ``e`` and an edge ordinal
for the target of a reference of the node above.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Hashable, Sequence
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import AnyArray, IntArray
from heapnb.graph import HeapGraph
from heapnb.workbench.model import Page, Row, Window
from heapnb.workbench.rows.filtering import left_out, minimum
from heapnb.workbench.rows.labels import NodeLabels
from heapnb.workbench.rows.ordering import Orders
from heapnb.workbench.rows.row_keys import no_row, parse_part
from heapnb.workbench.rows.sort_keys import SortKeys

LONGEST_WAY: Final = 100
"""Levels down to which a tree is searched for a node."""


class NodeRows:
    """Makes rows of a heap's nodes, one page at a time.

    Parameters
    ----------
    labels : NodeLabels
        Writes the labels of the heap's nodes.
    """

    def __init__(self, labels: NodeLabels) -> None:
        self.heap = labels.heap
        self.labels = labels
        self.sort_keys = SortKeys(self.heap)
        self.orders = Orders()

    # -- rows -------------------------------------------------------------------------------

    def rows(
        self,
        keys: Sequence[str],
        nodes: AnyArray,
        *,
        edges: AnyArray | None = None,
        joined_by: str = " :: ",
        flags: Sequence[tuple[str, ...]] | None = None,
    ) -> tuple[Row, ...]:
        """Make rows of nodes.

        Parameters
        ----------
        keys : sequence of str
            The rows' keys.
        nodes : integer[k]
            Ordinals.
        edges : integer[k], optional
            The edge whose name stands before each node; -1 for none.
        joined_by : str
            What stands between that name and the node.
        flags : sequence of tuple of str, optional
            Flags of each row besides those that follow from the node.

        Returns
        -------
        tuple of Row
        """
        heap = self.heap
        nodes = np.asarray(nodes, np.int64)
        edge_labels = [None] * len(nodes) if edges is None else self.labels.of_edges(edges)
        labels = self.labels.checked_of_nodes(nodes)
        ids = heap.node_id[nodes].tolist()
        cells = zip(
            heap.distance[nodes].tolist(),
            heap.shallow_size[nodes].tolist(),
            heap.retained_size[nodes].tolist(),
            strict=True,
        )
        has_edges = (heap.first_edge[nodes + 1] > heap.first_edge[nodes]).tolist()
        states = heap.detachedness
        is_detached = (
            [False] * len(nodes)
            if states is None
            else (states[nodes] == vocab.DETACHEDNESS_DETACHED).tolist()
        )
        rows = []
        for i, (key, node_id, (distance, shallow, retained)) in enumerate(
            zip(keys, ids, cells, strict=True)
        ):
            label, is_masked = labels[i]
            row_flags = list(flags[i]) if flags is not None else []
            edge_label = edge_labels[i]
            if edge_label is not None:
                label = (edge_label.piece, ("operator", joined_by), *label)
                row_flags += edge_label.flags
            if is_detached[i]:
                row_flags.append("detached")
            if is_masked:
                row_flags.append("masked")
            rows.append(
                Row(
                    key,
                    (*label, ("id", f" @{node_id}")),
                    {"distance": distance, "shallow_size": shallow, "retained_size": retained},
                    node_id,
                    has_edges[i],
                    tuple(dict.fromkeys(row_flags)),
                )
            )
        return tuple(rows)

    def page_of(
        self, parent: str, name: tuple[Hashable, ...], nodes: AnyArray, window: Window
    ) -> Page:
        """List nodes below a row, sorted by the window."""
        shown = nodes[self.places(name, nodes, window)]
        keys = [f"{parent}/n{node}" for node in shown.tolist()]
        return Page(self.rows(keys, shown), len(nodes), window.offset)

    def places(self, name: tuple[Hashable, ...], nodes: AnyArray, window: Window) -> IntArray:
        """Return the places among some nodes of those that a window shows; see `page_of`."""
        return self.orders.page(
            (*name, window.sort, window.descending),
            len(nodes),
            lambda: self.sort_keys.of_nodes(nodes, window),
            window.offset,
            window.limit,
        )

    def place_of(
        self, name: tuple[Hashable, ...], nodes: AnyArray, node: int, window: Window
    ) -> int:
        """Return where one of the nodes of `page_of` stands."""
        return self.orders.place_of(
            (*name, window.sort, window.descending),
            lambda: self.sort_keys.of_nodes(nodes, window),
            int(np.flatnonzero(nodes == node)[0]),
        )

    # -- references -------------------------------------------------------------------------

    def children(
        self, parent: str | None, node: int, window: Window, above: Collection[int] = ()
    ) -> Page:
        """List the references of a node.

        Parameters
        ----------
        parent : str or None
            Key of the node's row; None if it is above all rows.
        node : int
            Its ordinal.
        window : Window
            Which rows; a column that nodes lack sorts by retained size.
        above : collection of int
            Ordinals of the nodes above, which cannot be expanded again.

        Returns
        -------
        Page
        """
        edges, n_left_out = self._shown_edges(node, window)
        places = self.orders.page(
            _edges_name(node, window),
            len(edges),
            lambda: self.sort_keys.of_edges(edges, self.heap.edge_to[edges], window),
            window.offset,
            window.limit,
        )
        shown = edges[places]
        prefix = "" if parent is None else f"{parent}/"
        keys = [f"{prefix}e{edge}" for edge in shown.tolist()]
        ends = self.heap.edge_to[shown]
        rows = tuple(
            _repeated(row) if end == node or end in above else row
            for row, end in zip(self.rows(keys, ends, edges=shown), ends.tolist(), strict=True)
        )
        return Page(rows, len(edges), window.offset, left_out(n_left_out))

    def _shown_edges(self, node: int, window: Window) -> tuple[IntArray, int]:
        """Return the edges of a node that pass the filters, and how many targets are too small."""
        start, stop = self.heap.edges_of(node)
        edges: IntArray = np.arange(start, stop)
        invisible = self.heap.edge_type_index("invisible")
        if invisible != vocab.NO_INDEX:
            edges = edges[self.heap.edge_type[start:stop] != invisible]
        least = minimum(window)
        if not least:
            return edges, 0
        kept = edges[self.heap.retained_size[self.heap.edge_to[edges]] >= least]
        return kept, len(edges) - len(kept)

    def way(
        self, parent: str | None, edges: Sequence[int], window: Window
    ) -> tuple[tuple[str, int], ...] | None:
        """Find the rows of successive edges.

        Parameters
        ----------
        parent : str or None
            Key of the row from which the first edge leads; None if it is above all rows.
        edges : sequence of int
            Edge ordinals, each from the target of the one before.
        window : Window
            Sort and filters.

        Returns
        -------
        tuple of (str, int) or None
            Key and place at each level; None if a filter leaves one out.
        """
        found: list[tuple[str, int]] = []
        for edge in edges:
            place = self._place_of_edge(edge, window)
            if place is None:
                return None
            parent = f"e{edge}" if parent is None else f"{parent}/e{edge}"
            found.append((parent, place))
        return tuple(found)

    def _place_of_edge(self, edge: int, window: Window) -> int | None:
        """Return the place of an edge among those of its node."""
        node = int(self.heap.edge_from([edge])[0])
        edges, _ = self._shown_edges(node, window)
        at = int(np.searchsorted(edges, edge))
        if at == len(edges) or edges[at] != edge:
            return None
        return self.orders.place_of(
            _edges_name(node, window),
            lambda: self.sort_keys.of_edges(edges, self.heap.edge_to[edges], window),
            at,
        )

    # -- keys -------------------------------------------------------------------------------

    def follow(self, key: str, node: int, parts: Sequence[str]) -> int:
        """Return the last node of `path`."""
        return self.path(key, node, parts)[-1]

    def path(self, key: str | None, node: int, parts: Sequence[str]) -> list[int]:
        """Go down from a node by the parts of a key below it.

        Parameters
        ----------
        key : str
            The whole key, for the message if there is no such row.
        node : int
            Where to begin.
        parts : sequence of str
            Each ``e`` and an edge ordinal.

        Returns
        -------
        list of int
            The nodes on the way, both ends included.

        Raises
        ------
        HeapnbError
            If a part is not an edge of the node before it.
        """
        path = [node]
        for part in parts:
            path.append(follow_part(self.heap, key, path[-1], part, "e"))
        return path

    def below(self, key: str | None, node: int, parts: Sequence[str], window: Window) -> Page:
        """List the references of the node at the end of a key; see `path` and `children`."""
        path = self.path(key, node, parts)
        return self.children(key, path[-1], window, path)


def follow_part(
    heap: HeapGraph, key: str | None, node: int, part: str, letters: str = "ein"
) -> int:
    """Follow one part of a key from the node above.

    Parameters
    ----------
    heap : HeapGraph
        The heap.
    key : str or None
        The whole key, for the message if there is no such row.
    node : int
        Ordinal of the node above.
    part : str
        ``e`` and an edge that leaves it, ``i`` and an edge that leads to it, or ``n`` and any
        ordinal.
    letters : str
        Which of the three are allowed.

    Returns
    -------
    int
        Ordinal of the node that the part leads to.

    Raises
    ------
    HeapnbError
        If it leads to no node.
    """
    letter, number = parse_part(key, part)
    if letter in letters:
        if letter == "n" and number < heap.n_nodes:
            return number
        if letter == "e":
            start, stop = heap.edges_of(node)
            if start <= number < stop:
                return int(heap.edge_to[number])
        if letter == "i" and number < heap.n_edges and heap.edge_to[number] == node:
            return int(heap.edge_from([number])[0])
    raise no_row(key)


def _edges_name(node: int, window: Window) -> tuple[object, ...]:
    """Name the order of a node's edges."""
    return ("edges", node, minimum(window), window.sort, window.descending)


def _repeated(row: Row) -> Row:
    return dataclasses.replace(row, expandable=False, flags=(*row.flags, "repeated"))
