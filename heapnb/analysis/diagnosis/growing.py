"""Find where objects accumulate: what grows through a series, or is large in one snapshot."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.diagnosis.accumulation import Accumulation, Accumulations
from heapnb.analysis.diagnosis.group_table import LEAST_MEMBERS, GroupTable
from heapnb.analysis.series.series import Series
from heapnb.analysis.series.trend import n_late_intervals
from heapnb.decode.native_listeners import is_of_browser
from heapnb.decode.page_records import CONSTRUCTED

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
    found = _disjoint(table, found)
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

    The keys that one holder keeps for its values, say, or the bytes of what holds it all. Values
    stay also where their keys are larger: an object says more than the text that leads to it, and
    an object of a page more than what the browser keeps for it.
    """
    owner = series.snapshots[-1].owner
    kept: list[Accumulation] = []
    holders: set[int] = set()
    for accumulation in found:
        if accumulation.is_content and accumulation.example in holders:
            continue
        place = _companion(kept, accumulation)
        if place is None:
            kept.append(accumulation)
            holders.update(_owners(owner, accumulation.holder))
        elif _says_more(series, accumulation, kept[place]):
            kept[place] = accumulation
    return kept


def _companion(kept: list[Accumulation], accumulation: Accumulation) -> int | None:
    """Find what grows with an accumulation in the same holder, as its place among others."""
    for place, other in enumerate(kept):
        difference = abs(other.count_delta - accumulation.count_delta)
        if other.holder == accumulation.holder and difference <= SAME_GROWTH * other.count_delta:
            return place
    return None


def _says_more(series: Series, accumulation: Accumulation, other: Accumulation) -> bool:
    """Tell whether the objects are nearer to the program than others of the same holder."""
    if _is_text(series, other):
        return _is_object(series, accumulation)
    names = [series.last.name(one.example) for one in (accumulation, other)]
    return names[0].removeprefix(vocab.DETACHED_PREFIX) in CONSTRUCTED and is_of_browser(names[1])


def _is_text(series: Series, accumulation: Accumulation) -> bool:
    return _type_of(series, accumulation) in vocab.STRING_TYPES


def _is_object(series: Series, accumulation: Accumulation) -> bool:
    return not accumulation.is_content and _type_of(series, accumulation) in {"object", "closure"}


def _type_of(series: Series, accumulation: Accumulation) -> str:
    graph = series.last
    return graph.node_type_names[int(graph.node_type[accumulation.example])]


def _disjoint(table: GroupTable, found: list[Accumulation]) -> list[Accumulation]:
    """Take the growth of long-lived holders that are below a member from the size of its group."""
    owner, is_lasting = table.groups[-1].owner_of_bytes, table.groups[-1].is_lasting
    place_of_member = np.full(len(owner), vocab.NO_INDEX, np.int64)
    for place, accumulation in enumerate(found):
        if not accumulation.is_content:
            place_of_member[accumulation.members] = place
    sizes = [accumulation.size.copy() for accumulation in found]
    for accumulation in found:
        # What each new member holds is its own.
        if not is_lasting[accumulation.holder]:
            continue
        above = place_of_member[_owners(owner, accumulation.holder)]
        outer = above[above >= 0]
        if len(outer):
            sizes[int(outer[0])] -= accumulation.size - accumulation.size[0]
    apart = [
        replace(accumulation, size=np.maximum(size, 0))
        for accumulation, size in zip(found, sizes, strict=True)
    ]
    return sorted(apart, key=lambda one: -one.size_delta)


def _owners(owner: NodeArray, node: int) -> list[int]:
    """List a node and all that holds it, up to the root."""
    above = [node]
    while int(owner[above[-1]]) != above[-1]:
        above.append(int(owner[above[-1]]))
    return above


def _outermost(series: Series, found: list[Accumulation]) -> tuple[Accumulation, ...]:
    """Leave out accumulations below another one."""
    owner = series.snapshots[-1].owner
    is_member = np.zeros(len(owner), np.bool_)
    for accumulation in found:
        is_member[accumulation.members] = True
    outermost = []
    for accumulation in found:
        above = accumulation.holder
        while int(owner[above]) != above:
            if is_member[above]:
                break
            above = int(owner[above])
        else:
            outermost.append(accumulation)
    return tuple(outermost)


__all__ = ["accumulations", "grows_through"]
