"""Kernels for contexts: which closures reach one, and which of its variables code can still read.

Contexts form a forest: each leads to the context around it. A closure reaches its own context and
those around it. Intervals of a depth-first numbering tell whether a closure reaches a context, so
that no closure needs a list of its contexts.
"""

from __future__ import annotations

from heapnb._typing import BoolArray, IntArray
from heapnb.kernels._jit import kernel

UNKNOWN = -1
"""Number of a context that is part of a cycle, which only a damaged file has."""


@kernel
def number_forest(
    outer: IntArray, first_inner: IntArray, inner: IntArray, enter: IntArray, leave: IntArray
) -> None:
    """Number the nodes of a forest depth first.

    Parameters
    ----------
    outer : int64[k]
        The node around each node; -1 for roots.
    first_inner : int64[k + 1]
        Zeros; receives CSR offsets into ``inner``.
    inner : int64[k]
        Receives the nodes that are directly inside each node.
    enter, leave : int64[k]
        Receive the range of numbers of each node and all nodes inside it: node i is inside node j
        if ``enter[j] <= enter[i] < leave[j]``. `UNKNOWN` for nodes in a cycle and inside one.
    """
    n_nodes = outer.shape[0]
    for node in range(n_nodes):
        enter[node] = UNKNOWN
        leave[node] = UNKNOWN
        if outer[node] >= 0:
            first_inner[outer[node] + 1] += 1
    for node in range(n_nodes):
        first_inner[node + 1] += first_inner[node]
    free = first_inner.copy()
    for node in range(n_nodes):
        if outer[node] >= 0:
            inner[free[outer[node]]] = node
            free[outer[node]] += 1
    at = first_inner.copy()
    number = 0
    for root in range(n_nodes):
        if outer[root] >= 0:
            continue
        node = root
        enter[node] = number
        number += 1
        while node >= 0:
            if at[node] < first_inner[node + 1]:
                following = inner[at[node]]
                at[node] += 1
                node = following
                enter[node] = number
                number += 1
            else:
                leave[node] = number
                node = outer[node]


@kernel
def parents_by_depth(depth: IntArray, innermost: IntArray, parent: IntArray) -> None:
    """Find the parent of each node of trees that are listed depth first.

    Parameters
    ----------
    depth : int64[k]
        Depth of each node; 0 for roots, at most one more than that of the node before.
    innermost : int64[k + 1]
        Scratch.
    parent : int64[k]
        Receives the parents; -1 for roots.
    """
    for node in range(depth.shape[0]):
        level = depth[node]
        parent[node] = innermost[level - 1] if level > 0 else -1
        innermost[level] = node


@kernel
def list_readers(
    first_use: IntArray,
    use_scope: IntArray,
    parent: IntArray,
    is_alive: BoolArray,
    stamp: IntArray,
    first_reader: IntArray,
    readers: IntArray,
    most_steps: int,
) -> int:
    """List, for each variable, the living functions whose code contains a use of it.

    These are the functions of the scopes that use it, and the functions around these: they can
    create the inner ones again.

    Parameters
    ----------
    first_use : int64[n_variables + 1]
        CSR offsets into ``use_scope``.
    use_scope : int64[n_uses]
        Scopes that use each variable.
    parent : int64[n_scopes]
        The scope around each scope, which precedes it; -1 for scripts.
    is_alive : bool[n_scopes]
        Whether a closure of this scope's function exists.
    stamp : int64[n_scopes]
        All -1; scratch.
    first_reader : int64[n_variables + 1]
        Receives CSR offsets into ``readers``.
    readers : int64[k]
        Receives scopes; with k = 0 they are only counted.
    most_steps : int
        The kernel gives up after this number of steps.

    Returns
    -------
    int
        Number of readers; -1 if the kernel gave up.
    """
    n_readers = 0
    n_steps = 0
    for variable in range(first_use.shape[0] - 1):
        first_reader[variable] = n_readers
        for use in range(first_use[variable], first_use[variable + 1]):
            scope = use_scope[use]
            while scope >= 0 and stamp[scope] != variable:
                n_steps += 1
                if n_steps > most_steps:
                    return -1
                stamp[scope] = variable
                if is_alive[scope]:
                    if readers.shape[0] > 0:
                        readers[n_readers] = scope
                    n_readers += 1
                scope = parent[scope]
    first_reader[first_use.shape[0] - 1] = n_readers
    return n_readers


@kernel
def mark_readable(
    low: IntArray,
    high: IntArray,
    variable: IntArray,
    first_reader: IntArray,
    readers: IntArray,
    first_number: IntArray,
    numbers: IntArray,
    readable: BoolArray,
) -> None:
    """Find the captured variables that some closure can read.

    Parameters
    ----------
    low, high : int64[k]
        For each captured variable the range of its context; see `number_forest`.
    variable : int64[k]
        Its number among the variables of all scopes.
    first_reader, readers
        See `list_readers`.
    first_number : int64[n_scopes + 1]
        CSR offsets into ``numbers``.
    numbers : int64[n_closures]
        For each scope the numbers of the contexts of its function's closures, ascending.
    readable : bool[k]
        All False; receives the marks.
    """
    for i in range(low.shape[0]):
        for place in range(first_reader[variable[i]], first_reader[variable[i] + 1]):
            scope = readers[place]
            start = first_number[scope]
            stop = first_number[scope + 1]
            while start < stop:
                middle = (start + stop) // 2
                if numbers[middle] < low[i]:
                    start = middle + 1
                else:
                    stop = middle
            if start < first_number[scope + 1] and numbers[start] < high[i]:
                readable[i] = True
                break


__all__ = ["UNKNOWN", "list_readers", "mark_readable", "number_forest", "parents_by_depth"]
