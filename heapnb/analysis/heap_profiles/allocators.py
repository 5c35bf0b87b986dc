"""The functions with source code that allocated most: built-in functions count for their caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.heap_profiles.functions import Function
from heapnb.analysis.heap_profiles.profile import HeapProfile
from heapnb.kernels.stacks import add_by_group


@dataclass(frozen=True)
class Allocator:
    """What a function allocated, by samples.

    Parameters
    ----------
    function : Function
        A function of a script; one of the engine only for what no script called.
    size : int
        Sampled bytes that are alive, of the function and of built-in functions that it called.
    own_size : int
        Those of the function itself.
    total : int
        With all of its callees, bytes of every stack that contains it.
    share, total_share : float
        ``size`` and ``total`` as shares of all sampled bytes.
    samples : int or None
        Samples of ``size``; None if the profile has none.
    """

    function: Function
    size: int
    own_size: int
    total: int
    share: float
    total_share: float
    samples: int | None


def allocators(profile: HeapProfile, least_share: float = 0.0) -> tuple[Allocator, ...]:
    """Add up by the nearest function of a script on the stack.

    Parameters
    ----------
    profile : HeapProfile
        The profile.
    least_share : float
        Functions with a smaller share, callees included, are left out.

    Returns
    -------
    tuple of Allocator
        The one with the most bytes first; those with none, last.

    Examples
    --------
    >>> import heapnb as hn
    >>> profile = hn.read_heap_profile(
    ...     b'{"head": {"callFrame": {"functionName": "(root)"}, "selfSize": 0, "children": [{'
    ...     b'"callFrame": {"functionName": "log", "url": "/app/a.js"}, "selfSize": 10,'
    ...     b' "children": [{"callFrame": {"functionName": "push"}, "selfSize": 30}]}]}}'
    ... )
    >>> [(one.function.name, one.size, one.own_size) for one in allocators(profile)]
    [('log', 40, 10)]
    """
    return tuple(each_allocator(profile, least_share))


def each_allocator(profile: HeapProfile, least_share: float = 0.0) -> Iterator[Allocator]:
    """Yield what `allocators` returns: profiles have up to millions of functions."""
    tree, n_functions = profile.tree, len(profile.functions)
    whole = profile.sampled_size
    if not whole:
        return
    function = tree.function[_callers_with_source(profile)]
    size = np.zeros(n_functions, np.uint64)
    add_by_group(function, tree.self_size, size)
    samples = None
    if tree.sample_count is not None:
        samples = np.zeros(n_functions, np.uint64)
        add_by_group(function, tree.sample_count, samples)
    sums = tree.sums(np.arange(n_functions), n_functions)
    # What has no bytes of its own is told only if it has code to look at.
    is_told = profile.functions.has_source & (sums.with_callees > 0)
    is_told[int(tree.function[0])] = False
    is_told = (is_told | (size > 0)) & (sums.with_callees >= least_share * whole)
    order = np.lexsort((-sums.with_callees.astype(np.float64), -size.astype(np.float64)))
    for place in order[is_told[order]].tolist():
        yield Allocator(
            profile.functions[place],
            int(size[place]),
            int(sums.own[place]),
            int(sums.with_callees[place]),
            int(size[place]) / whole,
            int(sums.with_callees[place]) / whole,
            None if samples is None else int(samples[place]),
        )


def leading(profile: HeapProfile) -> tuple[Allocator | None, Allocator | None]:
    """Return what allocated most, and what did of the program's own code; None for nothing."""
    first = None
    for one in each_allocator(profile):
        if first is None:
            first = one
        if one.size and one.function.package.kind == "own":
            return first, one
    return first, None


def _callers_with_source(profile: HeapProfile) -> IntArray:
    """Find the nearest node of a script, from each node upwards; itself if there is none."""
    tree = profile.tree
    nodes = np.arange(len(tree.parent))
    is_end = profile.functions.has_source[tree.function]
    is_end[0] = True
    caller = np.where(is_end, nodes, tree.parent)
    # Each round doubles how far the way is followed.
    while not is_end[caller].all():
        caller = caller[caller]
    found: IntArray = np.where(caller == 0, nodes, caller)
    return found


__all__ = ["Allocator", "allocators", "each_allocator", "leading"]
