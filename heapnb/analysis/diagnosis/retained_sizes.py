"""What DevTools shows as retained by suspects, in every snapshot of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import NodeArray
from heapnb.analysis.diagnosis.accumulation import Accumulation
from heapnb.analysis.retention.culprits import only_reference
from heapnb.analysis.series.reduction import ReducedSnapshot
from heapnb.analysis.series.series import Series
from heapnb.graph import HeapGraph
from heapnb.kernels import dominated
from heapnb.kernels.chains import dominator_chain

LEAST_OF_OBJECTS: Final = 0.5
"""A container that retains a smaller share of the accumulated bytes does not hold the objects.

They are held elsewhere, too, and their own retained sizes say more.
"""

MOST_BESIDE: Final = 2.0
"""A holder that retains more than this times the objects' bytes retains much else."""

SMALL: Final = 16_384
"""Bytes that a holder may retain beside the objects in any case."""


@dataclass(frozen=True)
class RetainedSizes:
    """Retained size of what holds some objects, or else of the objects, in each snapshot.

    Parameters
    ----------
    per_snapshot : tuple of int
        Bytes for each snapshot, as DevTools shows them.
    container : int or None
        The object whose retained size that is, as an ordinal in the last snapshot: the target
        of the one reference whose removal frees the objects. None if there is none, or if that
        is a function or a scope, which may have anything else: then it is
        the sum over the objects, and over the collection that holds them if that retains
        little else. Objects that another one of them dominates are left out of the sum.
    """

    per_snapshot: tuple[int, ...]
    container: int | None


def retained_sizes(series: Series, accumulation: Accumulation) -> RetainedSizes:
    """Find what holds an accumulation, and what that retains in each snapshot.

    Parameters
    ----------
    series : Series
        The snapshots.
    accumulation : Accumulation
        The objects.

    Returns
    -------
    RetainedSizes
    """
    graph = series.last
    found = only_reference(graph, accumulation.members, int(accumulation.size[-1]))
    container = None if found is None else found.target
    if container is not None:
        least = LEAST_OF_OBJECTS * int(accumulation.size[-1])
        if int(graph.retained_size[container]) < least or _is_code(graph, container):
            container = None
    counts_holder = container is None and _retains_little_else(series, accumulation)
    sizes = tuple(
        _size_in(series, number, members, accumulation, container, counts_holder=counts_holder)
        for number, members in enumerate(accumulation.members_per_snapshot)
    )
    return RetainedSizes(sizes, container)


def _is_code(graph: HeapGraph, node: int) -> bool:
    """Tell functions and their scopes, which hold what else a module or a call has."""
    is_closure = graph.node_type[node] == graph.node_type_index("closure")
    return bool(is_closure) or graph.name(node).startswith(vocab.CONTEXT_NAME)


def _size_in(
    series: Series,
    number: int,
    members: NodeArray,
    accumulation: Accumulation,
    container: int | None,
    *,
    counts_holder: bool,
) -> int:
    """Return the bytes that the same object, or else the same objects, retain in a snapshot."""
    snapshot = series.snapshots[number]
    if container is not None:
        twin = container if snapshot is series.snapshots[-1] else _twin(series, snapshot, container)
        if twin is not None:
            return int(snapshot.retained_size[twin])
    if len(members) == 0:
        return 0
    holders = np.empty(0, np.uint32)
    if counts_holder or container is not None:
        # The collection may have been replaced since: it is what holds the members there.
        heads = members[snapshot.follows[members] == vocab.NO_ORDINAL]
        holders = np.unique(snapshot.owner[heads]).astype(np.uint32)
    if len(holders) != 1 or accumulation.is_content or accumulation.is_list:
        holders = holders[:0]
    return size_of_all(snapshot, np.union1d(members, holders).astype(np.uint32))


def _retains_little_else(series: Series, accumulation: Accumulation) -> bool:
    """Tell whether the one holder is a collection of the objects, and not a whole module."""
    if accumulation.n_holders > 1 or accumulation.is_content or accumulation.is_list:
        return False
    last = series.snapshots[-1]
    of_members = size_of_all(last, accumulation.members)
    most = MOST_BESIDE * max(of_members, int(accumulation.size[-1])) + SMALL
    return int(last.retained_size[accumulation.holder]) <= most


def size_of_all(snapshot: ReducedSnapshot, nodes: NodeArray) -> int:
    """Sum retained sizes, those of nodes that another one dominates left out.

    Parameters
    ----------
    snapshot : ReducedSnapshot
        The snapshot.
    nodes : uint32[k]
        Ordinals, each once.

    Returns
    -------
    int
        Bytes.
    """
    state = np.zeros(snapshot.n_nodes, np.uint8)
    return int(
        dominated.sum_of_outermost(
            snapshot.dominator, snapshot.retained_size, nodes.astype(np.uint32), state
        )
    )


def _twin(series: Series, snapshot: ReducedSnapshot, node: int) -> int | None:
    """Find an object of the last snapshot in an earlier one, by its id."""
    node_id = int(series.last.node_id[node])
    if not series.one_process or node_id % 2 == 0:
        return None
    found = np.flatnonzero(snapshot.node_id == node_id)
    return int(found[0]) if len(found) else None


def _enclosing(
    series: Series, sizes: Sequence[RetainedSizes], examples: Sequence[int]
) -> tuple[int | None, ...]:
    """Find for each suspect another one whose container retains it, and so counts its bytes.

    Of two suspects with one container, the first encloses the other.
    """
    dominator = series.snapshots[-1].dominator
    chain = np.empty(len(dominator), np.uint32)
    first_with: dict[int, int] = {}
    for place, size in enumerate(sizes):
        if size.container is not None:
            first_with.setdefault(size.container, place)
    containers = np.array(list(first_with), np.uint32)
    result: list[int | None] = []
    for place, (size, example) in enumerate(zip(sizes, examples, strict=True)):
        start = example if size.container is None else size.container
        if first_with.get(start, place) != place:
            result.append(first_with[start])
            continue
        length = dominator_chain(dominator, start, chain)
        above = chain[:length][np.isin(chain[:length], containers)]
        result.append(first_with[int(above[0])] if len(above) else None)
    return tuple(result)


@dataclass(frozen=True)
class Sizes:
    """Retained sizes of all suspects, and what part of the heap's growth they are.

    Parameters
    ----------
    of_suspects : tuple of RetainedSizes
        The most likely culprit first.
    enclosing : tuple of int or None
        For each suspect the place of another one whose container retains it.
    growth : int
        Bytes by which the heap grew, at least what the suspects that none encloses grew by, and
        at least 1; in a single snapshot, all bytes.
    """

    of_suspects: tuple[RetainedSizes, ...]
    enclosing: tuple[int | None, ...]
    growth: int

    @classmethod
    def of(cls, series: Series, accumulations: Sequence[Accumulation]) -> Sizes:
        """Measure the suspects of a series.

        Parameters
        ----------
        series : Series
            The snapshots.
        accumulations : sequence of Accumulation
            Those of the suspects, the most likely culprit first.

        Returns
        -------
        Sizes
        """
        sizes = tuple(retained_sizes(series, accumulation) for accumulation in accumulations)
        examples = [accumulation.example for accumulation in accumulations]
        enclosing = _enclosing(series, sizes, examples)
        totals = tuple(snapshot.total_size for snapshot in series.snapshots)
        outer = (size for size, other in zip(sizes, enclosing, strict=True) if other is None)
        # The rest of the heap may have shrunk: what grew is then more than the difference.
        grown = sum(max(_growth(size.per_snapshot), 0) for size in outer)
        return cls(sizes, enclosing, max(_growth(totals), grown, 1))

    def share(self, place: int) -> float:
        """Return which share of the heap's growth a suspect is, 0 to 1."""
        growth = _growth(self.of_suspects[place].per_snapshot)
        return min(max(growth / self.growth, 0.0), 1.0)

    def rank_of_enclosing(self, place: int) -> int | None:
        """Return the rank of the suspect whose size includes this one's."""
        other = self.enclosing[place]
        return None if other is None else other + 1


def _growth(sizes: Sequence[int]) -> int:
    """Return the growth over a series; the size itself if there is one snapshot."""
    return sizes[-1] - (sizes[0] if len(sizes) > 1 else 0)


__all__ = ["RetainedSizes", "Sizes", "retained_sizes", "size_of_all"]
