"""Functions that allocate and, below each, what called them: call stacks merged from their ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.allocation.sums import sums_of_traces
from heapnb.graph import HeapGraph
from heapnb.graph.traces import trace_of, trace_tree


@dataclass(frozen=True)
class StackGroup:
    """Call stacks that end in the same functions: a row of DevTools' Allocation view.

    Parameters
    ----------
    function : int
        The function of the row: the one that allocated, or a caller.
    stacks : int64[k]
        Rows of `heapnb.graph.traces.trace_tree`: the stacks that allocated.
    at : int64[k]
        For each stack the row of its frame that this row shows.
    """

    function: int
    stacks: IntArray
    at: IntArray

    def sums(self, graph: HeapGraph) -> tuple[int, int, int, int]:
        """Return live objects, live bytes, allocated objects and allocated bytes."""
        sums = sums_of_traces(graph)
        columns = (sums.live_count, sums.live_size, sums.count, sums.size)
        live_count, live_size, count, size = (int(one[self.stacks].sum()) for one in columns)
        return live_count, live_size, count, size

    def nodes(self, graph: HeapGraph) -> IntArray:
        """Return the live objects, as ordinals."""
        is_chosen = np.zeros(len(trace_tree(graph)) + 1, np.bool_)
        is_chosen[self.stacks] = True
        # The last entry stands for nodes of no stack.
        return np.flatnonzero(is_chosen[trace_of(graph)])


def stacks_of(graph: HeapGraph, function: int) -> StackGroup:
    """Return the call stacks in which a function allocated.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    function : int
        Row of `heapnb.graph.traces.traced_functions`.

    Returns
    -------
    StackGroup
    """
    tree = trace_tree(graph)
    stacks = np.flatnonzero((tree.function == function) & (tree.count > 0))
    return StackGroup(function, stacks, stacks)


def callers_of(graph: HeapGraph, group: StackGroup) -> tuple[StackGroup, ...]:
    """Split call stacks by the next caller.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    group : StackGroup
        The stacks.

    Returns
    -------
    tuple of StackGroup
        In the order of the file. V8's root of all stacks calls nothing and is left out.
    """
    tree = trace_tree(graph)
    caller = tree.parent[group.at]
    has_caller = caller >= 0
    has_caller[has_caller] = tree.parent[caller[has_caller]] >= 0
    stacks, caller = group.stacks[has_caller], caller[has_caller]
    functions, first, of = np.unique(tree.function[caller], return_index=True, return_inverse=True)
    groups = [
        StackGroup(int(function), stacks[of == number], caller[of == number])
        for number, function in enumerate(functions)
    ]
    return tuple(groups[number] for number in np.argsort(first))


__all__ = ["StackGroup", "callers_of", "stacks_of"]
