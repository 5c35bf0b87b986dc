"""Search for the smallest set of references whose removal frees a set of objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.retention.program_references import Reference, References
from heapnb.analysis.retention.reachability import Reachability, reachability
from heapnb.analysis.retention.what_if import WhatIf, without_edges
from heapnb.analysis.sampling import evenly
from heapnb.graph import HeapGraph, derived
from heapnb.kernels import cuts, dominated, flow
from heapnb.kernels.chains import dominator_chain

MOST_EDGES: Final = 16
"""The most edges of an answer: a longer list does not help."""

_MUCH_ELSE: Final = 2.0
"""Edges that free more than so many times the objects' bytes are taken as a last resort."""

_SMALL: Final = 16_384

FEW_EDGES: Final = 4

_MOST_ROUNDS: Final = 4

_LOSS_WEIGHT: Final = 2.0

_MOST_MEMBERS: Final = 2048

_MOST_HOLDERS: Final = 6_000_000

_MOST_STEPS: Final = 30_000_000

_SOURCE: Final = 0


class CutSearch:
    """Looks for the cut; owns the arrays that this takes."""

    def __init__(self, graph: HeapGraph, members: IntArray, at_least: float, size: int = 0) -> None:
        self.graph = graph
        self.references = References(graph)
        self.at_least = at_least
        held = reachability(graph).held[members]
        # What nothing holds needs no culprit.
        self.members = members[held]
        outermost, _ = self._outermost(self.members)
        retained = int(graph.retained_size[outermost].sum(dtype=np.uint64))
        self.limit = _MUCH_ELSE * max(retained, size) + _SMALL

    @property
    def reachability(self) -> Reachability:
        """What holds what."""
        return reachability(self.graph)

    def find(self) -> list[Reference]:
        """Return the references of the best cut; none if there is none."""
        if len(self.members) == 0:
            return []
        single = self.single()
        if single is not None and self.is_small(single):
            return [single]
        several = self._several_within_limit()
        if single is None:
            return several or self._several(np.zeros(self.graph.n_nodes, np.bool_))
        return several if 0 < len(several) <= FEW_EDGES else [single]

    def is_small(self, reference: Reference) -> bool:
        """Tell whether removing a reference frees not much else."""
        return bool(self.graph.retained_size[reference.target] <= self.limit)

    def _several_within_limit(self) -> list[Reference]:
        """Find several references with which not much else goes, or as little as can be."""
        is_large = self.graph.retained_size > self.limit
        best: list[Reference] = []
        least = np.inf
        for _ in range(_MOST_ROUNDS):
            found = self._several(is_large)
            if not found:
                break
            freed = self.effect(found).freed_size
            if freed < least:
                best, least = found, freed
            if freed <= self.limit:
                break
            # Each alone does not hold much, but all together they do: look nearer.
            is_large[[reference.target for reference in found]] = True
        return best

    def effect(self, references: Sequence[Reference]) -> WhatIf:
        """Compute what removing references frees."""
        edges = sorted({edge for reference in references for edge in reference.edges})
        return without_edges(self.graph, np.array(edges, np.int64))

    def share(self, effect: WhatIf) -> float:
        """Return which part of the objects goes."""
        goes = np.zeros(self.graph.n_nodes, np.bool_)
        goes[effect.freed] = True
        return round(float(np.mean(goes[self.members])), 4)

    # -- one edge ---------------------------------------------------------------------------

    def single(self) -> Reference | None:
        """Find the best single reference through the dominators; None if one is not enough.

        An edge that all paths to a node pass leads to one of the node's dominators, and is the
        only one that leads there from outside of what that dominates.
        """
        graph = self.graph
        enter, leave = _subtrees(graph)
        places = np.sort(enter[self.members])
        by_place = self.members[np.argsort(enter[self.members], kind="stable")]
        # What dominates more than half of them dominates the one in the middle.
        middle = int(by_place[len(by_place) // 2])
        chain = np.empty(graph.n_nodes, np.uint32)
        length = dominator_chain(graph.dominator, middle, chain)
        above = np.concatenate([[middle], chain[:length]]).astype(np.int64)
        inside = np.searchsorted(places, leave[above]) - np.searchsorted(places, enter[above])
        shares = inside / len(self.members)
        above, shares = above[shares >= self.at_least], shares[shares >= self.at_least]
        if len(above) == 0:
            return None
        found = np.empty(len(above), np.int64)
        cuts.sole_references(
            self.reachability.columns, enter, leave, self.reachability.held, above, found
        )
        sizes = graph.retained_size[above].astype(np.float64)
        near = max(sizes[0], 1.0)
        collateral = np.maximum(sizes - near, 0) / near + _LOSS_WEIGHT * (1 - shares)
        collateral[found < 0] = np.inf
        best = int(np.argmin(collateral))
        if found[best] < 0:
            return None
        return self.references.of_edge(int(found[best]))

    # -- several edges ----------------------------------------------------------------------

    def _several(self, is_large: BoolArray) -> list[Reference]:
        """Find the smallest cut between the roots and the objects that leaves what is large."""
        graph, held = self.graph, self.reachability
        fixed = np.zeros(graph.n_nodes, np.bool_)
        cuts.mark_fixed(held.columns, held.held, is_large, held.start, fixed)
        members, weights = self._outermost(self.members[~fixed[self.members]])
        # Of those that can go at all, so many have to.
        needed = self.at_least * len(self.members) / max(int(weights.sum()), 1)
        if needed > 1:
            return []
        sample = evenly(len(members), _MOST_MEMBERS)
        members, weights = members[sample], weights[sample]
        network = _Network.around(held, fixed, is_large, members, weights)
        if network is None:
            return []
        cut = network.cut(needed)
        found: dict[tuple[int, int], Reference] = {}
        for edge in cut.tolist():
            reference = self.references.of_edge(edge)
            key = (reference.holder, reference.target)
            known = found.get(key)
            if known is not None:
                edges = tuple(dict.fromkeys([*known.edges, *reference.edges]))
                reference = replace(known, edges=edges)
            found[key] = reference
        return list(found.values())

    def _outermost(self, members: IntArray) -> tuple[IntArray, IntArray]:
        """Leave out objects that others of them dominate; count them at these."""
        enter, leave = _subtrees(self.graph)
        members = members[np.argsort(enter[members], kind="stable")]
        if len(members) == 0:
            return members, members
        ends = np.maximum.accumulate(leave[members])
        is_outer = np.append(True, enter[members[1:]] >= ends[:-1])
        weights = np.bincount(np.cumsum(is_outer) - 1)
        return members[is_outer], weights.astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Network:
    """What leads to the objects, as a network for flows.

    Node 0 stands for what the program cannot release, the last node for the goal: an arc from each
    object leads there, as wide as it is worth to free that object.
    """

    tail: IntArray
    head: IntArray
    edge: IntArray
    is_removable: BoolArray
    n_nodes: int
    weights: IntArray

    @classmethod
    def around(
        cls,
        held: Reachability,
        fixed: BoolArray,
        is_large: BoolArray,
        members: IntArray,
        weights: IntArray,
    ) -> _Network | None:
        """Collect what leads to some objects; None if that is too much.

        The objects are in the order of the dominator tree, and none dominates another.
        """
        graph = held.graph
        enter, leave = _subtrees(graph)
        n_members = len(members)
        number = np.zeros(graph.n_nodes + 1, np.int32)
        number[enter[members]] += np.arange(1, n_members + 1, dtype=np.int32)
        number[leave[members]] -= np.arange(1, n_members + 1, dtype=np.int32)
        member_at = np.cumsum(number[:-1], dtype=np.int32).view(np.uint32)
        row = np.zeros(graph.n_nodes, np.uint32)
        nodes = np.empty(min(graph.n_nodes, _MOST_HOLDERS), np.uint32)
        nodes[:n_members] = members
        row[members] = np.arange(1, n_members + 1)
        around = (held.columns, held.held, fixed, enter, member_at, row, nodes)
        n_edges = cuts.gather_holders(*around, n_members)
        if n_edges < 0:
            return None
        n_rows = int(row.max())
        tail, head, edge = (np.empty(n_edges, np.int64) for _ in range(3))
        is_removable = np.empty(n_edges, np.bool_)
        n_arcs = cuts.list_arcs(*around, n_rows, tail, head, edge, is_removable)
        goal = n_rows + 1
        return cls(
            np.concatenate([tail[:n_arcs], np.arange(1, n_members + 1)]),
            np.concatenate([head[:n_arcs], np.full(n_members, goal)]),
            edge[:n_arcs],
            is_removable[:n_arcs] & ~is_large[graph.edge_to[edge[:n_arcs]]],
            goal + 1,
            weights,
        )

    def cut(self, at_least: float) -> IntArray:
        """Return the edges of the smallest cut that frees enough; none if there is no such cut.

        Notes
        -----
        Freeing an object is worth more and more, until enough of them are worth the edges that
        it takes. At each worth the cut is the best compromise. Flows only grow on the way.
        """
        n_arcs, n_members = len(self.edge), len(self.weights)
        first = np.zeros(self.n_nodes + 1, np.int64)
        arcs = np.empty(2 * len(self.tail), np.int64)
        flow.index_arcs(self.tail, self.head, first, arcs)
        price = int(self.weights.sum())
        capacity = np.zeros(2 * len(self.tail), np.int64)
        capacity[: 2 * n_arcs : 2] = np.where(self.is_removable, price, flow.ENDLESS)
        level = np.empty(self.n_nodes, np.int64)
        goal = self.n_nodes - 1
        worth, pushed = 0, 0
        while True:
            more = max(worth, 2)
            capacity[2 * n_arcs :: 2] += more * self.weights
            worth += more
            amount = flow.push(
                self.tail,
                self.head,
                first,
                arcs,
                capacity,
                _SOURCE,
                goal,
                level,
                _MOST_STEPS,
            )
            if amount < 0:
                break
            pushed += amount
            goes = level[1 : n_members + 1] != flow.UNREACHED
            before = level[self.tail[:n_arcs]] == flow.UNREACHED
            behind = level[self.head[:n_arcs]] != flow.UNREACHED
            chosen: IntArray = self.edge[before & behind]
            if len(chosen) and self.weights[goes].sum() >= at_least * price:
                return chosen if len(chosen) <= MOST_EDGES else chosen[:0]
            # A cut of few edges that frees enough would have stopped the flow before.
            if pushed > MOST_EDGES * price + worth * (1 - at_least) * price:
                break
            if worth > 2 * price * MOST_EDGES:
                break
        return np.empty(0, np.int64)


@derived(keep=False, name="subtrees")
def _subtrees(graph: HeapGraph) -> tuple[NodeArray, NodeArray]:
    """Number the dominator tree so that what a node dominates is a range."""
    enter = np.empty(graph.n_nodes, np.uint32)
    leave = np.empty(graph.n_nodes, np.uint32)
    dominated.number_subtrees(
        graph.first_dominated,
        graph.dominated,
        graph.root,
        enter,
        leave,
        np.empty(graph.n_nodes, np.uint32),
        np.empty(graph.n_nodes, np.uint32),
    )
    return enter, leave
