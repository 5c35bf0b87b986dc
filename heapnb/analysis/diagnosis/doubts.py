"""What speaks against a leak although something grew."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from heapnb.analysis.diagnosis.accumulation import KEPT, REPLACED
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.queues import CHUNKS, is_growing_queue
from heapnb.analysis.series.trend import pace
from heapnb.graph import HeapGraph
from heapnb.graph.edges import internal_child
from heapnb.graph.scopes import is_module_scope

GOES_ON: Final = 0.8
"""Growth per interval at the end, compared with the beginning, from which on it goes on.

Loads vary by some tenths from interval to interval. Bench: 0.4 makes
`healthy_pool_fills_slowly` a leak; 1 makes `healthy_bounded_queue` no-leak.
"""

SLOWED: Final = 0.5
"""Growth for each unit of work that is down to this share is at most undecided.

A cache that warms up slows down like that; a leak follows the work. Bench: not measured yet.
"""

SLOWED_FACTOR: Final = 0.45
"""What growth that clearly slows down leaves of the confidence, at most: too little for a leak.

Bench: not measured yet.
"""

SUDDEN: Final = 0.05
"""If less of the growth than this came before the last interval, it came all at once.

Bench: no program moves between 0.025 and 0.1.
"""

SUDDEN_FACTOR: Final = 0.45
"""What growth all at once leaves of the confidence: just less than makes a leak.

Bench: no program moves between 0.225 and 0.9.
"""

INTERVALS_FOR_DOUBT: Final = 2
"""With fewer intervals, one cannot tell growth at once, or members that come and go.

Bench: no program moves between 1 and 4.
"""

LEAST_BORN: Final = 8
"""Members that must have been added in between for their survival to say something.

Bench: no program moves between 4 and 16.
"""

LASTING: Final = 0.5
"""If so many of the members that were added in between survive, they count as lasting.

Bench: no program moves between 0.25 and 1.
"""

SPARE_ROOM: Final = 2
"""An array with so many times more places than members was made with room for more.

V8 grows an array by half its length and 16, so a grown one has fewer. Bench: no program moves
between 1 and 4.
"""

LEAST_PLACES: Final = 64
"""Places below which an array's room says nothing: V8 over-allocates small arrays.

Bench: no program moves between 32 and 128.
"""

SPARE_ROOM_FACTOR: Final = 0.3
"""What an array made with room for more leaves of the confidence.

Few programs that leak allocate the room beforehand. Bench: no program moves between 0.15 and
0.6.
"""

LIMIT_FACTOR: Final = 0.5
"""What a limit beside the container leaves of the confidence.

With the highest confidence, just less than makes a leak. Bench: no program moves between 0.25
and 1.
"""

_BYTES_PER_PLACE: Final = 8
_QUEUE: Final = "Array"
"""Class of what may be a queue: members that come at one end and go at the other."""

_LIMIT = re.compile(
    r"^[_#]*(max(imum)?|capacity)(_?(size|entries|items|length|count|keys|elements))?$",
    re.IGNORECASE,
)


class Objection(Enum):
    """What a doubt is about."""

    SLOWS_DOWN = "slows-down"
    SUDDEN = "sudden"
    REPLACED = "replaced"
    SPARE_ROOM = "spare-room"
    LIMIT = "limit"


@dataclass(frozen=True)
class Doubt:
    """One thing that speaks against a leak.

    Parameters
    ----------
    objection : Objection
        What it is.
    factor : float
        What it leaves of the confidence, 0 to 1.
    share : float
        Growth at the end, by that at the beginning; of members that came in between, the share
        that survived.
    n_places : int
        Places of the array.
    limit : str
        Name of the limit.
    """

    objection: Objection
    factor: float
    share: float = 1.0
    n_places: int = 0
    limit: str = ""


def doubts(evidence: Evidence) -> tuple[Doubt, ...]:
    """List what speaks against a leak.

    Parameters
    ----------
    evidence : Evidence
        An accumulation that grew.

    Returns
    -------
    tuple of Doubt
        The strongest first.
    """
    if len(evidence.accumulation.count) == 1:
        return ()
    found = [check(evidence) for check in _CHECKS]
    return tuple(sorted((d for d in found if d is not None), key=lambda doubt: doubt.factor))


def _slows_down(evidence: Evidence) -> Doubt | None:
    accumulation = evidence.accumulation
    amount, work = accumulation.amount, evidence.series.steady_work
    if work is not None and work[0] > 0 and not accumulation.is_content:
        # The count of units starts with the process: so does that of the objects.
        amount, work = np.insert(amount, 0, 0), (0.0, *work)
    found = pace(amount, work)
    if found is None or found.share >= GOES_ON:
        return None
    left = max(found.share, 0.0)
    # Bytes come in pieces of many, so chance says nothing of them.
    is_clear = left < SLOWED or (found.is_slower and not accumulation.is_content)
    factor = min(left / GOES_ON, SLOWED_FACTOR if is_clear else 1.0)
    return Doubt(Objection.SLOWS_DOWN, factor, share=left)


def _came_at_once(evidence: Evidence) -> Doubt | None:
    values = evidence.accumulation.amount
    if len(values) <= INTERVALS_FOR_DOUBT:
        return None
    before, growth = int(values[-2] - values[0]), int(values[-1] - values[0])
    return Doubt(Objection.SUDDEN, SUDDEN_FACTOR) if before < SUDDEN * growth else None


def _is_replaced(evidence: Evidence) -> Doubt | None:
    """Look at the members that came in between: those of a leak survive."""
    accumulation = evidence.accumulation
    count, survival = accumulation.count, accumulation.survival
    if len(count) <= INTERVALS_FOR_DOUBT or accumulation.is_content:
        return None
    if not accumulation.first_survival > REPLACED or np.isnan(survival).any():
        return None
    born = float(count[-2] - accumulation.first_survival * count[0])
    survived = float(survival[-1] * count[-2] - survival[0] * count[0])
    if born < LEAST_BORN or survived >= LASTING * born:
        return None
    share = max(survived, 0.0) / born
    # Members pass through a queue, too; if it gets longer all the same, it still leaks.
    is_queue = is_growing_queue(evidence) or (
        evidence.holder.class_name == _QUEUE and survival[0] < KEPT
    )
    return Doubt(Objection.REPLACED, 1.0 if is_queue else share, share=share)


def _has_spare_room(evidence: Evidence) -> Doubt | None:
    accumulation, graph = evidence.accumulation, evidence.graph
    if accumulation.is_list or accumulation.is_content or accumulation.n_holders > 1:
        return None
    elements = internal_child(graph, accumulation.holder, "elements")
    if elements is None or evidence.anchor.held_by in CHUNKS:
        return None
    series = evidence.series
    if series.one_process and series.births[elements] > 0:
        # It was replaced by a larger one meanwhile, and will be again.
        return None
    n_places = int(graph.self_size[elements]) // _BYTES_PER_PLACE
    if n_places < max(SPARE_ROOM * int(accumulation.count[-1]), LEAST_PLACES):
        return None
    return Doubt(Objection.SPARE_ROOM, SPARE_ROOM_FACTOR, n_places=n_places)


def _has_a_limit(evidence: Evidence) -> Doubt | None:
    """Look for a field or variable beside the container that is named like a limit."""
    if evidence.accumulation.is_list:
        return None
    last = evidence.anchor.place
    for step in evidence.steps[max(last - 1, 0) : evidence.place_of_holder + 1]:
        if step.class_name == "Module" or is_module_scope(evidence.graph, step.node):
            # The names of a whole module concern everything in it.
            continue
        names = names_beside(evidence.graph, step.node)
        limits = [name for name in names if _LIMIT.match(name)]
        # With a `min` beside it, a `max` is the largest value of a statistic.
        if limits and "min" not in names:
            return Doubt(Objection.LIMIT, LIMIT_FACTOR, limit=limits[0])
    return None


def names_beside(graph: HeapGraph, node: int) -> list[str]:
    """List the names of an object's fields, or of a context's variables.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    list of str
        With the fields that hold numbers, to which no edge leads: V8's description of the
        object names them.
    """
    described = internal_child(graph, node, "scope_info")
    if described is None:
        shape = internal_child(graph, node, "map")
        described = None if shape is None else internal_child(graph, shape, "descriptors")
    if described is None:
        return []
    targets = graph.edge_to[slice(*graph.edges_of(described))]
    texts = targets[graph.node_type[targets] == graph.node_type_index("string")]
    return [graph.name(int(text)) for text in texts]


_CHECKS: Final[tuple[Callable[[Evidence], Doubt | None], ...]] = (
    _slows_down,
    _came_at_once,
    _is_replaced,
    _has_spare_room,
    _has_a_limit,
)

__all__ = ["Doubt", "Objection", "doubts", "names_beside"]
