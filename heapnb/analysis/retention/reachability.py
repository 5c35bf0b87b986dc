"""The nodes that are reachable from the roots without some edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, ByteArray, IntArray, NodeArray
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.format.arrow import to_numpy, to_texts
from heapnb.graph import HeapGraph, derived
from heapnb.kernels import cuts
from heapnb.kernels import reachability as kernels

NAME_TYPES: Final = ("property", "context", "element")
"""Edge types by which a program refers to things."""

FIXED_NAMES: Final = ("__proto__",)
"""Properties that every object has; no program deletes them."""

_N_TYPES: Final = 256


@dataclass(frozen=True, eq=False)
class Reachability:
    """Which edges hold their targets, and what is held.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    role : uint8[n_edges]
        See `heapnb.kernels.reachability.assign_roles`.
    start : uint32[k]
        Where everything begins: the root, and nodes that the file shows no holder of. As for
        retained sizes, those count as held.
    """

    graph: HeapGraph
    role: ByteArray
    start: NodeArray

    @cached_property
    def held(self) -> BoolArray:
        """``bool[n_nodes]``: what is held by all edges together."""
        return self.held_without(np.empty(0, np.int64))

    def held_without(self, edges: IntArray) -> BoolArray:
        """Find out what is still held when some edges are gone.

        Parameters
        ----------
        edges : int64[k]
            Edge ordinals.

        Returns
        -------
        bool[n_nodes]
        """
        graph = self.graph
        role = self.role
        if len(edges):
            role = role.copy()
            role[edges] = kernels.IGNORED
        held = np.zeros(graph.n_nodes, np.bool_)
        kernels.mark_held(
            graph.first_edge,
            graph.edge_to,
            graph.edge_name,
            role,
            graph.ephemerons.pair_of_string,
            self.start,
            np.zeros(graph.ephemerons.n_pairs, np.uint8),
            held,
            np.empty(graph.n_nodes, np.uint32),
        )
        return held

    @cached_property
    def columns(self) -> cuts.ReferenceColumns:
        """What kernels read."""
        graph = self.graph
        return cuts.ReferenceColumns(
            graph.first_edge,
            graph.edge_to,
            graph.edge_type,
            graph.edge_name,
            graph.first_retainer,
            graph.retaining_edge,
            self.role,
            self._kinds(),
            _padded(np.isin(graph.edge_type_names, NAME_TYPES)),
            _padded(graph.is_indexed_edge_type),
            to_numpy(pc.is_in(graph.strings, to_texts(FIXED_NAMES))),
        )

    def _kinds(self) -> ByteArray:
        graph = self.graph
        of_type = np.full(_N_TYPES, kernels.ENGINE, np.uint8)
        for names, kind in (
            (vocab.OBJECT_TYPES, kernels.PROGRAM),
            (vocab.PRIMITIVE_TYPES, kernels.VALUE),
        ):
            of_type[[graph.node_type_index(n) for n in names if n in graph.node_type_names]] = kind
        kinds = of_type[graph.node_type]
        # A native object that a wrapper stands for is not a store: it may be held by itself.
        may_be_storage = _padded(np.isin(graph.node_type_names, vocab.BACKING_TYPES))
        kernels.mark_storage(
            graph.first_edge,
            graph.edge_to,
            self.role,
            retaining_tree(graph).is_storage & may_be_storage[graph.node_type],
            kinds,
            np.empty(graph.n_nodes, np.uint32),
        )
        return kinds


@derived(keep=False)
def reachability(graph: HeapGraph) -> Reachability:
    """Find the edges that count for retained sizes, and what they hold.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    Reachability
        Kept by the graph.
    """
    return reachability_over(graph, graph.essential_edge)


def reachability_over(graph: HeapGraph, counts: BoolArray) -> Reachability:
    """Find what some edges hold.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    counts : bool[n_edges]
        Edges that count.

    Returns
    -------
    Reachability
    """
    role = counts.view(np.uint8).copy()
    if graph.ephemerons.n_pairs:
        kernels.assign_roles(
            graph.first_edge,
            graph.edge_type,
            graph.edge_name,
            graph.edge_type_index("internal"),
            graph.node_id,
            graph.ephemerons.pair_of_string,
            graph.ephemerons.table_of_string,
            np.zeros(graph.ephemerons.n_pairs, np.bool_),
            role,
        )
    has_holder = np.zeros(graph.n_nodes, np.bool_)
    kernels.mark_targets(graph.edge_to, role, has_holder)
    has_holder[graph.root] = True
    orphans = np.flatnonzero(~has_holder).astype(np.uint32)
    return Reachability(graph, role, np.concatenate([[np.uint32(graph.root)], orphans]))


def _padded(flags: AnyArray) -> BoolArray:
    """Give every possible type an entry."""
    padded = np.zeros(_N_TYPES, np.bool_)
    padded[: len(flags)] = flags
    return padded


__all__ = ["Reachability", "reachability", "reachability_over"]
