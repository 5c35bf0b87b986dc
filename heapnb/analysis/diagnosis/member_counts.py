"""How many objects there are of those that a suspect is about, in each snapshot."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb._typing import BoolArray, NodeArray
from heapnb.analysis.diagnosis.accumulation import Accumulation
from heapnb.analysis.diagnosis.wrappers import MOST_OF_THEM, Wrapped
from heapnb.analysis.series.reduction import ReducedSnapshot
from heapnb.analysis.series.series import Series
from heapnb.graph.locations import location_of

_LINKS_TO_ENDS: Final = 3
"""Links from the members of a list to what holds it: its first links have names of their own."""

_DEEPEST_CONTENT: Final = 4
"""Objects between a member and what it wraps: the listener that `once` makes is bound."""


def counts_of(
    series: Series, accumulation: Accumulation, example: int, wrapped: Wrapped | None
) -> tuple[int, ...]:
    """Count the objects in each snapshot.

    Parameters
    ----------
    series : Series
        The snapshots.
    accumulation : Accumulation
        The members.
    example : int
        A member, or what the program sees of it, as an ordinal in the last snapshot.
    wrapped : Wrapped or None
        What the members wrap.

    Returns
    -------
    tuple of int
        Of what the members wrap, those that are in them; else all objects of the class and its
        definition site; of what has none, the members.
    """
    members = tuple(int(count) for count in accumulation.count)
    if wrapped is not None:
        inside = _counts_inside(series, accumulation, example)
        # What something else holds as well is not below its wrapper: each has one.
        return inside if inside[-1] >= MOST_OF_THEM * members[-1] else members
    if location_of(series.last, example) is None:
        return members
    return counts_alike(series, example)


def counts_alike(series: Series, example: int) -> tuple[int, ...]:
    """Count the objects of one class and definition site in each snapshot.

    Parameters
    ----------
    series : Series
        The snapshots.
    example : int
        One of them, as an ordinal in the last snapshot.

    Returns
    -------
    tuple of int
    """
    return tuple(int(np.count_nonzero(_alike(series, one, example))) for one in series.snapshots)


def released_of(
    series: Series, accumulation: Accumulation, example: int, wrapped: Wrapped | None
) -> tuple[int, int] | None:
    """Count the objects of the previous snapshot that are gone in the last one, of `counts_of`.

    Parameters
    ----------
    series, accumulation, example, wrapped
        As for `counts_of`.

    Returns
    -------
    (int, int) or None
        How many are gone, and of how many. None where node ids do not tell, where the objects are
        made anew each time, and where one object grows.
    """
    if accumulation.is_content or accumulation.removals is None:
        return None
    if wrapped is not None or location_of(series.last, example) is None:
        return accumulation.removals
    before, last = series.snapshots[-2:]
    ids = before.node_id[_alike(series, before, example)]
    return int(np.count_nonzero(~last.ids.contains(ids))), len(ids)


def _counts_inside(series: Series, accumulation: Accumulation, example: int) -> tuple[int, ...]:
    """Count the objects of the class of what is wrapped that are in the members."""
    counts = []
    for snapshot, members in zip(series.snapshots, accumulation.members_per_snapshot, strict=True):
        is_inside = _wrappers(snapshot, members, is_list=accumulation.is_list)
        nodes = np.flatnonzero(_alike(series, snapshot, example) & snapshot.is_held)
        above, found = nodes.astype(np.uint32), np.zeros(len(nodes), np.bool_)
        for _ in range(_DEEPEST_CONTENT):
            above = snapshot.owner[above]
            found |= is_inside[above]
        counts.append(int(np.count_nonzero(found)))
    return tuple(counts)


def _wrappers(snapshot: ReducedSnapshot, members: NodeArray, *, is_list: bool) -> BoolArray:
    """Mark the members, and of a list its ends too, to which other names lead."""
    is_member = np.zeros(snapshot.n_nodes, np.bool_)
    is_member[members] = True
    if not is_list or len(members) == 0:
        return is_member
    alike = snapshot.kind == snapshot.kind[members[0]]
    above = members
    for _ in range(_LINKS_TO_ENDS):
        is_above = np.zeros(snapshot.n_nodes, np.bool_)
        is_above[snapshot.owner[above]] = True
        above = np.flatnonzero(is_above).astype(np.uint32)
        is_member |= is_above & alike
    is_holder = is_above & ~alike
    held = np.flatnonzero(snapshot.is_held)
    is_member[held] |= alike[held] & is_holder[snapshot.owner[held]]
    return is_member


def _alike(series: Series, snapshot: ReducedSnapshot, example: int) -> BoolArray:
    """Mark the objects of the class and definition site of the example in a snapshot."""
    last = series.snapshots[-1]
    wanted = last.kind_hash[last.kind[example]]
    alike: BoolArray = (snapshot.kind_hash == wanted)[snapshot.kind]
    return alike


__all__ = ["counts_alike", "counts_of", "released_of"]
