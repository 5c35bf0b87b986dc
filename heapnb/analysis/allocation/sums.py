"""What each call stack, and each function, allocated: numbers and bytes, live and in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.graph import HeapGraph, derived
from heapnb.graph.group_sizes import retained_by_group
from heapnb.graph.traces import trace_of, trace_tree, traced_functions

_LIVE_COUNT, _LIVE_SIZE, _COUNT, _SIZE = range(4)
_N_SUMS: Final = 4


@dataclass(frozen=True)
class AllocationSums:
    """Sums of call stacks, or of functions, one entry for each.

    Parameters
    ----------
    live_count, live_size : int64[k]
        Objects that are in the snapshot, and their shallow sizes in bytes.
    count, size : int64[k]
        All objects that were allocated during the recording, and their bytes when they were
        allocated.
    """

    live_count: IntArray
    live_size: IntArray
    count: IntArray
    size: IntArray

    def __len__(self) -> int:
        return len(self.count)


@derived(title="Adding up allocations", keep=False)
def sums_of_traces(graph: HeapGraph) -> AllocationSums:
    """Sum what each row of `heapnb.graph.traces.trace_tree` itself allocated.

    As in DevTools, live sizes are shallow sizes: a backing store counts for its owner.
    """
    tree = trace_tree(graph)
    # Stacks that are unknown come last.
    row = trace_of(graph)
    known = row >= 0
    row = row[known]
    live_count = np.bincount(row, minlength=len(tree))
    # Weights are doubles, which are exact below 2 ** 53 bytes.
    live_size = np.bincount(row, weights=graph.shallow_size[known], minlength=len(tree))
    return AllocationSums(
        live_count.astype(np.int64), live_size.astype(np.int64), tree.count, tree.size
    )


@derived(keep=False)
def sums_of_functions(graph: HeapGraph) -> AllocationSums:
    """Sum what each function itself allocated, over all call stacks that end in it.

    As in DevTools, a call stack counts only if the file says that it allocated anything.
    """
    tree, traces = trace_tree(graph), sums_of_traces(graph)
    counts = np.flatnonzero(tree.count)
    sums = np.zeros((_N_SUMS, len(traced_functions(graph))), np.int64)
    for place, values in (
        (_LIVE_COUNT, traces.live_count),
        (_LIVE_SIZE, traces.live_size),
        (_COUNT, traces.count),
        (_SIZE, traces.size),
    ):
        np.add.at(sums[place], tree.function[counts], values[counts])
    return AllocationSums(*sums)


def retained_by_traces(graph: HeapGraph) -> IntArray:
    """Sum what the objects of each call stack retain.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[n_traces]
        Bytes; see `retained_by_functions`.
    """
    return _retained(graph, trace_of(graph), len(trace_tree(graph)))


def retained_by_functions(graph: HeapGraph) -> IntArray:
    """Sum what the objects of each function retain.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[n_functions]
        Bytes that would be freed if all objects that a function allocated went. The retained size
        of an object counts unless an object of the same function dominates it: its bytes are
        then in that object's. Bytes can count for several functions, so they do not add up to
        the heap. Objects of shallow size 0 are left out.
    """
    tree, trace = trace_tree(graph), trace_of(graph)
    n_functions = len(traced_functions(graph))
    if not len(tree):
        return np.zeros(n_functions, np.int64)
    group = np.where(trace >= 0, tree.function[np.maximum(trace, 0)], -1)
    return _retained(graph, group, n_functions)


def _retained(graph: HeapGraph, group: IntArray, n_groups: int) -> IntArray:
    """Sum retained sizes of groups; -1 stands for nodes of none."""
    graph.prepare_sizes()
    numbered = np.where(group >= 0, group, n_groups).astype(np.uint32)
    return retained_by_group(graph, numbered, n_groups + 1)[:n_groups].astype(np.int64)


__all__ = [
    "AllocationSums",
    "retained_by_functions",
    "retained_by_traces",
    "sums_of_functions",
    "sums_of_traces",
]
