"""One node of a snapshot, and the questions to it."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np

from heapnb._showing import Shown
from heapnb.graph import HeapGraph
from heapnb.graph.locations import location_of
from heapnb.table_origin import knows_heap

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.allocation.stacks import AllocationStack
    from heapnb.analysis.retention.retaining_path import RetainingPath
    from heapnb.analysis.retention.what_if import WhatIf
    from heapnb.decode.source_text import SourceText
    from heapnb.drawing.retainer_graph import RetainerGraph
    from heapnb.views.describe import View


class Node(Shown):
    """One node; `Snapshot.node` makes them. Sizes are in bytes.

    Parameters
    ----------
    graph : HeapGraph
        The heap that it belongs to.
    ordinal : int
        Its place in the file, from 0.

    Raises
    ------
    IndexError
        If the heap has no such place.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map Map/table>table").snapshot()
    >>> node = snap.node(3)
    >>> node.class_name, node.shallow_size, node.retained_size, node.distance
    ('Map', 16, 32, 1)
    >>> node.dominator == snap.node_at(0)
    True
    """

    __slots__ = ("_graph", "_ordinal")

    def __init__(self, graph: HeapGraph, ordinal: int) -> None:
        place = operator.index(ordinal)
        if not 0 <= place < graph.n_nodes:
            raise IndexError(f"No node {place}: the snapshot has nodes 0 to {graph.n_nodes - 1}.")
        self._graph = graph
        self._ordinal = place

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        return self._graph is other._graph and self._ordinal == other._ordinal

    def __hash__(self) -> int:
        return hash((id(self._graph), self._ordinal))

    # -- facts ------------------------------------------------------------------------------

    @property
    def heap(self) -> HeapGraph:
        """The heap that it belongs to."""
        return self._graph

    @property
    def ordinal(self) -> int:
        """Its place in the file, from 0: the index of `Snapshot.nodes`."""
        return self._ordinal

    @property
    def id(self) -> int:
        """V8's id, which an object keeps from one snapshot of a process to the next."""
        return int(self._graph.node_id[self._ordinal])

    @property
    def type(self) -> str:
        """Node type, such as ``"object"``, ``"closure"``, ``"string"``."""
        return self._graph.node_type_names[int(self._graph.node_type[self._ordinal])]

    @property
    def class_name(self) -> str:
        """The class that DevTools lists it under."""
        return self._graph.class_name(self._ordinal)

    @property
    def name(self) -> str:
        """The name that DevTools shows: a string's text, a function's name, or ``{a, b}``."""
        return self._graph.display_name(self._ordinal)

    @property
    def self_size(self) -> int:
        """Bytes of the node as the file has them."""
        return int(self._graph.self_size[self._ordinal])

    @property
    def shallow_size(self) -> int:
        """Bytes of the node with the backing stores that only it owns."""
        return int(self._graph.shallow_size[self._ordinal])

    @property
    def retained_size(self) -> int:
        """Bytes that would be freed if the node went."""
        return int(self._graph.retained_size[self._ordinal])

    @property
    def distance(self) -> int:
        """Number of edges from the roots, as DevTools counts them."""
        return int(self._graph.distance[self._ordinal])

    @property
    def detachedness(self) -> int | None:
        """0 unknown, 1 attached, 2 detached; None where the file does not say."""
        states = self._graph.detachedness
        return None if states is None else int(states[self._ordinal])

    @property
    def location(self) -> str | None:
        """Where a function, or an object's class, is written: ``file.js:12:5``, from 1."""
        return location_of(self._graph, self._ordinal)

    @property
    def allocation_stack(self) -> AllocationStack | None:
        """The call stack that allocated it; None where the file does not say."""
        from heapnb.analysis.allocation.stacks import allocation_stack

        return allocation_stack(self._graph, self._ordinal)

    @property
    def dominator(self) -> Node | None:
        """The immediate dominator; None for the root."""
        if self._ordinal == self._graph.root:
            return None
        return Node(self._graph, int(self._graph.dominator[self._ordinal]))

    # -- what it refers to, and what refers to it -------------------------------------------

    @knows_heap
    def edges(self) -> pd.DataFrame:
        """List what the node refers to.

        Returns
        -------
        pandas.DataFrame
            One row an edge, in the file's order: ``edge_type``, ``edge_name``, and ``node_id``,
            ``class_name``, ``name``, ``distance``, ``shallow_size``, ``retained_size`` of the
            target. The index holds edge ordinals.
        """
        from heapnb.frames import edges_at

        edges = np.arange(*self._graph.edges_of(self._ordinal))
        return edges_at(self._graph, edges, self._graph.edge_to[edges]).set_index(edges)

    @knows_heap
    def retainers(self) -> pd.DataFrame:
        """List what refers to the node, in the order of DevTools' Retainers pane.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.retention.retainers.retainers` for the columns.
        """
        from heapnb.analysis.retention.retainers import retainers

        return retainers(self._graph, self._ordinal)

    def retaining_path(self) -> RetainingPath | None:
        """Find the path from the roots to the node that all views show.

        Returns
        -------
        RetainingPath or None
            None where nothing retains the node. The path prefers what the program wrote, so it
            can have more edges than `distance`.
        """
        from heapnb.analysis.retention.paths import preferred_path

        return preferred_path(self._graph, self._ordinal)

    def retaining_paths(self, k: int = 5) -> list[RetainingPath]:
        """Find several paths from the roots to the node, through different retainers.

        Parameters
        ----------
        k : int, default 5
            How many at most.

        Returns
        -------
        list of RetainingPath
        """
        from heapnb.analysis.retention.paths import distinct_paths

        return distinct_paths(self._graph, self._ordinal, k)

    @knows_heap
    def dominators(self) -> pd.DataFrame:
        """List what all paths from the root to the node lead through.

        Returns
        -------
        pandas.DataFrame
            The immediate dominator first, the root last; columns and index as in
            `Snapshot.nodes`.
        """
        from heapnb.frames import nodes_at
        from heapnb.kernels.chains import dominator_chain

        chain = np.empty(self._graph.n_nodes, np.uint32)
        length = dominator_chain(self._graph.dominator, self._ordinal, chain)
        return nodes_at(self._graph, chain[:length])

    @knows_heap
    def children(self) -> pd.DataFrame:
        """List the nodes that this one immediately dominates: what it alone keeps alive.

        Returns
        -------
        pandas.DataFrame
            The largest retained size first; columns and index as in `Snapshot.nodes`.
        """
        from heapnb.frames import nodes_at

        first = self._graph.first_dominated
        start, stop = int(first[self._ordinal]), int(first[self._ordinal + 1])
        nodes = self._graph.dominated[start:stop]
        sizes = self._graph.retained_size[nodes]
        # Unsigned sizes cannot be negated: sort ascending from the back, ties in order.
        order = np.argsort(sizes[::-1], kind="stable")[::-1]
        return nodes_at(self._graph, nodes[::-1][order])

    def what_if(self, *names: str | int) -> WhatIf:
        """Compute what would be freed without the node, or without some of its references.

        Parameters
        ----------
        *names : str or int
            Properties, variables or elements whose references to remove. Without any, everything
            that refers to the node does.

        Returns
        -------
        WhatIf

        Raises
        ------
        EdgeNotFoundError
            If it has nothing by a name.
        """
        from heapnb.analysis.retention.what_if import what_if

        return what_if(self._graph, [(self, name) for name in names] or self)

    # -- showing it -------------------------------------------------------------------------

    def source(self) -> SourceText | None:
        """Return the lines where a function, or the class of an object, is written.

        Returns
        -------
        SourceText or None
            From the files below ``source_root`` (see `heapnb.load`), out of source maps, or the
            first 1,024 characters of a script that V8 puts into snapshots; None if neither has it.
        """
        from heapnb.decode.source_text import source_text

        return source_text(self._graph, self._ordinal)

    def preview(self) -> str:
        """Write the node as JavaScript would: ``{id: 7, tags: ["a", "b"]}``.

        Returns
        -------
        str
            On one line, cut where it gets long or deep.
        """
        from heapnb.decode.preview import preview

        return preview(self._graph, self._ordinal)

    @knows_heap
    def entries(self) -> pd.DataFrame:
        """List what a Map, Set, WeakMap, array or object holds: keys and values.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.entries.entries_frame` for the columns.
        """
        from heapnb.decode.entries import entries_frame

        return entries_frame(self._graph, self._ordinal)

    @knows_heap
    def fields(self, limit: int = 1000) -> pd.DataFrame:
        """List what an object consists of: properties, private fields, what a function is bound to.

        Parameters
        ----------
        limit : int, default 1000
            How many rows at most.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.fields.fields` for the columns.
        """
        from heapnb.decode.fields import fields

        return fields(self._graph, self._ordinal, limit=limit)

    def graph(self) -> RetainerGraph:
        """Draw what keeps the node alive, back to the roots.

        Returns
        -------
        RetainerGraph
        """
        from heapnb.drawing.dot import retainer_graph

        return retainer_graph(self)

    def _describe(self) -> View:
        from heapnb.schema import Kind
        from heapnb.views.describe import Fact, View

        name = self.name if self.name != self.class_name else None
        facts = [
            Fact("name", name),
            Fact("id", self.id, Kind.IDENTIFIER),
            Fact("type", self.type),
            Fact("shallow size", self.shallow_size, Kind.BYTES),
            Fact("retained size", self.retained_size, Kind.BYTES),
            Fact("distance", self.distance, Kind.DISTANCE),
            Fact("location", self.location, Kind.LOCATION),
        ]
        path = self.retaining_path()
        return View(
            title=self.class_name,
            lead=(self.preview(),),
            facts=tuple(fact for fact in facts if fact.value is not None),
            chain=tuple(path.words) if path is not None else (),
            source=self.source() if self.type == "closure" else None,
            notes=() if path is not None else ("Nothing retains it.",),
        )
