"""Distances without some nodes, measured anew only around these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, ByteArray, DistanceArray, IntArray, NodeArray
from heapnb.format.arrow import to_numpy, to_text
from heapnb.graph.columns import string_buffers
from heapnb.graph.derivation import derived
from heapnb.graph.distances import distances_without, search_rules
from heapnb.graph.heap import HeapGraph
from heapnb.kernels.nearby import GAVE_UP, find_farther, measure_farther

_EDGES_PER_SEARCH: Final = 8
"""A search that looks at this part of all edges takes as long as one of the whole heap."""

_FEW: Final = 50_000
"""Up to so many nodes are looked up one by one."""


@dataclass(frozen=True, eq=False)
class ChangedDistances:
    """Distances that differ from those of the heap.

    Parameters
    ----------
    nodes : uint32[k]
        Ordinals, ascending.
    distance : int32[k]
        Their distances; `vocab.NO_DISTANCE` where nothing reaches a node.
    n_nodes : int
        Nodes of the heap.
    """

    nodes: NodeArray
    distance: DistanceArray
    n_nodes: int

    def apply(self, nodes: AnyArray, distance: DistanceArray) -> DistanceArray:
        """Replace distances.

        Parameters
        ----------
        nodes : integer[m]
            Ordinals.
        distance : int32[m]
            Their distances in the heap.

        Returns
        -------
        int32[m]
        """
        if not len(self.nodes):
            return distance
        if len(nodes) > _FEW:
            is_changed = np.zeros(self.n_nodes, np.bool_)
            is_changed[self.nodes] = True
            places = np.flatnonzero(is_changed[nodes])
        else:
            places = np.arange(len(nodes))
        wanted = nodes[places]
        at = np.minimum(np.searchsorted(self.nodes, wanted), len(self.nodes) - 1)
        is_found = self.nodes[at] == wanted
        changed: DistanceArray = distance.copy()
        changed[places[is_found]] = self.distance[at[is_found]]
        return changed


def changed_distances(graph: HeapGraph, nodes: AnyArray | Sequence[int]) -> ChangedDistances:
    """Measure distances as if some nodes had no edges.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals of nodes that no path may pass.

    Returns
    -------
    ChangedDistances
        Where `heapnb.graph.distances.distances_without` differs from the distances of the heap.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>r r>a r>b a>c b>d d>c")
    >>> changed = changed_distances(builder.graph(), [builder.ordinal("a")])
    >>> changed.nodes.tolist(), changed.distance.tolist()
    ([2, 4], [-5, 4])
    """
    avoided = np.setdiff1d(nodes, graph.user_roots).astype(np.uint32)
    near = None
    if graph.root not in avoided and not len(graph.retaining_edges_of(graph.root)):
        near = _search_nearby(graph, avoided)
    if near is not None:
        return near
    without = distances_without(graph, avoided)
    changed = np.flatnonzero(without != graph.distance).astype(np.uint32)
    return ChangedDistances(changed, without[changed], graph.n_nodes)


def _search_nearby(graph: HeapGraph, avoided: NodeArray) -> ChangedDistances | None:
    """Search around the nodes; None where only a search of the whole heap tells."""
    distance = graph.distance
    avoided = avoided[distance[avoided] != vocab.NO_DISTANCE]
    avoided = avoided[np.argsort(distance[avoided], kind="stable")]
    offsets, text = string_buffers(graph.strings)
    index = graph.edge_type_index
    edge_rules = (index("weak"), index("internal"), index("element"), index("hidden"))
    node_rule, sloppy, pair = _node_rule(graph), _sloppy_name(graph), _ephemeron_pair(graph)
    # Memory that is not touched costs nothing.
    state = np.zeros(graph.n_nodes, np.uint8)
    queue, farther = (np.empty(graph.n_nodes, np.uint32) for _ in range(2))
    nearest = np.empty(graph.n_nodes, np.int32)
    n_farther = find_farther(
        graph.first_edge,
        graph.edge_to,
        graph.edge_type,
        graph.edge_name,
        graph.first_retainer,
        graph.retaining_edge,
        edge_rules,
        node_rule,
        sloppy,
        pair,
        offsets,
        text,
        distance,
        avoided,
        graph.n_edges // _EDGES_PER_SEARCH,
        state,
        queue,
        farther,
        nearest,
    )
    if n_farther == GAVE_UP:
        return None
    farther, nearest = farther[:n_farther], nearest[:n_farther]
    seeds = np.flatnonzero(nearest != vocab.NO_DISTANCE)
    seeds = seeds[np.argsort(nearest[seeds], kind="stable")]
    measured = np.zeros(graph.n_nodes, np.int32)
    measure_farther(
        graph.first_edge,
        graph.edge_to,
        graph.edge_type,
        graph.edge_name,
        edge_rules,
        node_rule,
        sloppy,
        pair,
        offsets,
        text,
        farther[seeds],
        nearest[seeds],
        state,
        queue,
        measured,
    )
    changed = np.sort(np.concatenate([avoided, farther]))
    new = measured[changed]
    # A distance of 0 is the root's alone, which is not among them.
    new[new == 0] = vocab.NO_DISTANCE
    return ChangedDistances(changed, new, graph.n_nodes)


@derived(name="search_rule")
def _node_rule(graph: HeapGraph) -> ByteArray:
    """``uint8[n_nodes]``: the search rule of each node's edges."""
    return search_rules(graph)


@derived(name="is_sloppy_name")
def _sloppy_name(graph: HeapGraph) -> BoolArray:
    """``bool[n_strings]``: names of edges that native contexts do not lead along."""
    found: BoolArray = to_numpy(pc.equal(graph.strings, to_text(vocab.SLOPPY_FUNCTION_MAP))).astype(
        np.bool_
    )
    return found


@derived(name="ephemeron_pair")
def _ephemeron_pair(graph: HeapGraph) -> IntArray:
    """``int64[n_strings]``: the entry of a WeakMap that a string names, or -1; may be empty."""
    return graph.ephemerons.pair_of_string


__all__ = ["ChangedDistances", "changed_distances"]
