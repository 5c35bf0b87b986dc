"""What Summary can be narrowed down to."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from heapnb._typing import BoolArray
from heapnb.analysis.filters import (
    duplicate_strings,
    given_between,
    largest_object_id,
    retained_by_detached,
)
from heapnb.errors import HeapnbError
from heapnb.views import fmt
from heapnb.workbench.model import Filter

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench

PRESET: Final = "preset"
"""The filter's key."""

_ALL: Final = "all"
_DETACHED: Final = "detached"
_DUPLICATES: Final = "duplicate_strings"
_BETWEEN = re.compile(r"between:([0-9]{1,6}):([0-9]{1,6})")


def preset_filter(workbench: Workbench) -> Filter:
    """Make the filter with its options.

    Parameters
    ----------
    workbench : Workbench
        Earlier snapshots of it give choices of their own.

    Returns
    -------
    Filter
    """
    options = [(_ALL, "All objects")]
    if workbench.heap.detachedness is not None:
        options.append((_DETACHED, "Retained by detached DOM nodes"))
    options.append((_DUPLICATES, "Duplicate strings"))
    n_snapshots = len(workbench.earlier_ids) + 1
    if n_snapshots > 1:
        spans = [*itertools.pairwise(range(1, n_snapshots + 1))]
        if n_snapshots > 2:  # noqa: PLR2004  else it is the same
            spans.append((1, n_snapshots))
        options += [
            (f"between:{i}:{j}", f"Allocated between snapshots {i} and {j}") for i, j in spans
        ]
    return Filter(PRESET, "Show", "choice", tuple(options))


def preset_nodes(workbench: Workbench, preset: str) -> BoolArray | None:
    """Find the nodes that a preset leaves.

    Parameters
    ----------
    workbench : Workbench
        Whose heap.
    preset : str
        One of the filter's options.

    Returns
    -------
    bool[n_nodes] or None
        None for all.

    Raises
    ------
    HeapnbError
        If there is no such preset.
    """
    heap = workbench.heap
    if preset == _ALL:
        return None
    if preset == _DETACHED:
        return retained_by_detached(heap)
    if preset == _DUPLICATES:
        return duplicate_strings(heap)
    match = _BETWEEN.fullmatch(preset)
    # Snapshots are counted from 1; the last one is the heap itself.
    moments = (*workbench.earlier_ids, largest_object_id(heap.node_id))
    if match is None or not 1 <= int(match[1]) < int(match[2]) <= len(moments):
        raise HeapnbError(
            f"There is no preset {fmt.clean(preset)!r}.",
            hint=f"one of {', '.join(key for key, _ in preset_filter(workbench).options)}.",
        )
    return given_between(heap.node_id, moments[int(match[1]) - 1], moments[int(match[2]) - 1])
