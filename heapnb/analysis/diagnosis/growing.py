"""Find where objects accumulate: what grows through a series, or is large in one snapshot."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.diagnosis.accumulation import Accumulation, Accumulations
from heapnb.analysis.diagnosis.group_table import LEAST_MEMBERS, GroupTable
from heapnb.analysis.series.series import Series
from heapnb.analysis.series.trend import n_late_intervals

GROWING_INTERVALS: Final = 2 / 3
"""Something grows through a series if it grows in at least this share of the intervals.

With three snapshots that is both intervals; of longer series, garbage collected late may hide
one interval in three. Bench: 1/3 makes `healthy_late_modules` undecided; none moves between
0.53 and 1.
"""

KEPT_OF_PEAK: Final = 0.9
"""If less than this share of the peak is left at the end, it does not grow through the series.

A tenth leaves room for objects in use at the peak. Bench: no program moves between 0.45 and 1.
"""

LEAST_OWN_GROWTH: Final = 4096
"""Bytes that one object must gain to be an accumulation.

Smaller growth is that of hash tables with a few more entries. Bench: no program moves between
2,048 and 8,192.
"""

LARGE_OBJECT_SHARE: Final = 0.01
"""In a single snapshot, one object with this share of all bytes is an accumulation.

Bench: 0.005 hides the suspect of the sample `detached_dom` in one snapshot; none moves between
0.008 and 0.02.
"""

SAME_GROWTH: Final = 0.2
"""Two groups of one holder whose growth differs by less than this are one leak.

A Map's keys and its values, say, of which some are shared. Bench: no program moves between 0.1
and 0.4.
"""


def accumulations(series: Series) -> Accumulations:
    """Find where objects accumulate.

    Parameters
    ----------
    series : Series
        The snapshots.

    Returns
    -------
    Accumulations

    Notes
    -----
    Groups of nodes that are held alike are counted in every snapshot. A group that grows counts
    unless its holders grow in number as fast; so only the top of what grows is left. Groups
    of several holders on the same route from the root are put together.
    """
    table = GroupTable.of(series)
    if len(series) == 1:
        is_many = (table.count[:, -1] >= LEAST_MEMBERS) & table.is_last
        least = LARGE_OBJECT_SHARE * series.snapshots[-1].total_size
        is_large = (table.own_size[:, -1] >= least) & ~is_many & table.is_last
        table.unmark_holders(is_many, is_large)
        found = table.collect(np.flatnonzero(is_many), content=False)
        found += table.collect(np.flatnonzero(is_large), content=True)
        return Accumulations(_outermost(series, found), ())
    growing = grows_through(table.count) & table.is_last
    top = np.flatnonzero(growing & ~table.is_explained(growing))
    swelling = grows_through(table.own_size) & ~growing & table.is_last
    swelling &= table.own_size[:, -1] - table.own_size[:, 0] >= LEAST_OWN_GROWTH
    swelling &= ~table.is_explained(growing | swelling) & ~table.is_synthetic
    table.unmark_holders(growing, swelling)
    table.unmark_holders(table.fills_holder & ~growing, swelling)
    found = table.collect(top, content=False)
    found += table.collect(np.flatnonzero(swelling), content=True)
    found = _without_companions(series, sorted(found, key=lambda one: -one.size_delta))
    stopped = ~growing & table.is_last & (table.count[:, -1] > table.count[:, 0])
    levelled = table.collect(np.flatnonzero(stopped & ~table.is_explained(stopped)), content=False)
    return Accumulations(tuple(found), tuple(sorted(levelled, key=lambda one: -one.size_delta)))


def grows_through(values: IntArray) -> BoolArray:
    """Tell what grows through a whole series.

    Parameters
    ----------
    values : int64[k, n_snapshots]
        Numbers over time.

    Returns
    -------
    bool[k]
        Whether each grew in most intervals, in the last third of them too, and hardly shrank.

    Examples
    --------
    >>> grows_through(np.array([[1, 5, 9], [1, 9, 9], [0, 0, 9]])).tolist()
    [True, False, False]
    """
    steps = np.diff(values, axis=1)
    n_steps = steps.shape[1]
    late = values[:, n_steps - n_late_intervals(n_steps)]
    result: BoolArray = (
        ((steps > 0).sum(axis=1) >= np.ceil(GROWING_INTERVALS * n_steps))
        & (values[:, -1] > late)
        & (values[:, -1] >= KEPT_OF_PEAK * values.max(axis=1))
    )
    return result


def _without_companions(series: Series, found: list[Accumulation]) -> list[Accumulation]:
    """Leave out what grows beside something larger only because that does.

    The keys that one holder keeps for its values, say, or the bytes of what holds it all.
    """
    owner = series.snapshots[-1].owner
    kept: list[Accumulation] = []
    holders: set[int] = set()
    for accumulation in found:
        if accumulation.is_content and accumulation.example in holders:
            continue
        if not any(
            other.holder == accumulation.holder
            and abs(other.count_delta - accumulation.count_delta) <= SAME_GROWTH * other.count_delta
            for other in kept
        ):
            kept.append(accumulation)
            holders.update(_owners(owner, accumulation.holder))
    return kept


def _owners(owner: NodeArray, node: int) -> list[int]:
    """List a node and all that holds it, up to the root."""
    above = [node]
    while int(owner[above[-1]]) != above[-1]:
        above.append(int(owner[above[-1]]))
    return above


def _outermost(series: Series, found: list[Accumulation]) -> tuple[Accumulation, ...]:
    """Leave out accumulations below another one."""
    owner = series.snapshots[-1].owner
    members = (
        np.sort(np.concatenate([accumulation.members for accumulation in found])) if found else None
    )
    outermost = []
    for accumulation in found:
        above = accumulation.holder
        while members is not None and int(owner[above]) != above:
            place = int(np.searchsorted(members, above))
            if place < len(members) and int(members[place]) == above:
                break
            above = int(owner[above])
        else:
            outermost.append(accumulation)
    return tuple(outermost)


__all__ = ["accumulations", "grows_through"]
