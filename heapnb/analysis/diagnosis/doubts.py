"""What speaks against a leak though something grew, and what would decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.series.trend import trends
from heapnb.graph import HeapGraph
from heapnb.graph.places import internal_child

GOES_ON: Final = 0.8
"""Growth that is still so fast, compared with how it began, is not about to end."""

SUDDEN: Final = 0.05
"""If less of the growth than this came before the last interval, it came all at once."""

SPARE_ROOM: Final = 2
"""An array with so many times more places than members was made with room for more."""

_UNCLEAR: Final = 0.45
_BOUNDED: Final = 0.5
_PREPARED: Final = 0.3
_LEAST_COURSE: Final = 3
_LEAST_BORN: Final = 8
_LASTING: Final = 0.5
_RENEWED: Final = 0.1
_BYTES_PER_PLACE: Final = 8
_LEAST_PLACES: Final = 64
_CHUNKS: Final = ("FixedCircularBuffer",)
"""Classes with an array of one size, of which there is another one as soon as it is full."""
_QUEUE: Final = "Array"
_LIMIT = re.compile(
    r"^[_#]*(max(imum)?|capacity)(_?(size|entries|items|length|count|keys|elements))?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Doubt:
    """One thing that speaks against a leak.

    Parameters
    ----------
    factor : float
        What it leaves of the confidence, 0 to 1.
    reason : str
        What it is; goes on after "but".
    decider : str
        What further capture would decide; a sentence.
    """

    factor: float
    reason: str
    decider: str


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


def _course(evidence: Evidence) -> IntArray:
    accumulation = evidence.accumulation
    return accumulation.size if accumulation.is_content else accumulation.count


def _slows_down(evidence: Evidence) -> Doubt | None:
    levelling = float(trends(_course(evidence)[np.newaxis]).levelling[0])
    if np.isnan(levelling) or levelling >= GOES_ON:
        return None
    return Doubt(
        max(levelling, 0.0) / GOES_ON,
        f"the growth slows down: in the end it is {max(levelling, 0):.0%} of what it was at first",
        "Take one more snapshot after the same work: what fills up will have stopped, a leak goes "
        "on.",
    )


def _came_at_once(evidence: Evidence) -> Doubt | None:
    values = _course(evidence)
    if len(values) < _LEAST_COURSE:
        return None
    before, growth = int(values[-2] - values[0]), int(values[-1] - values[0])
    if before >= SUDDEN * growth:
        return None
    return Doubt(
        _UNCLEAR,
        "nearly all of it came after the last snapshot but one, as in the middle of a burst or a "
        "batch",
        "Take one more snapshot when the program is at rest: work that is under way will be gone.",
    )


def _passes(evidence: Evidence) -> Doubt | None:
    """Look at those that came in between: of a leak, they stay."""
    accumulation = evidence.accumulation
    if len(accumulation.count) < _LEAST_COURSE or accumulation.is_content:
        return None
    if not accumulation.first_survival > _RENEWED or np.isnan(accumulation.survival).any():
        return None
    born = float(accumulation.count[-2] - accumulation.first_survival * accumulation.count[0])
    stayed = float(
        accumulation.survival[-1] * accumulation.count[-2]
        - accumulation.survival[0] * accumulation.count[0]
    )
    if born < _LEAST_BORN or stayed >= _LASTING * born:
        return None
    share = max(stayed, 0.0) / born
    # Through a queue the old ones pass, too; if it gets longer all the same, that is no comfort.
    is_queue = evidence.holder.class_name == _QUEUE and accumulation.survival[0] < 1 - _RENEWED
    return Doubt(
        1.0 if is_queue else share,
        f"of those that came in between only {share:.0%} stayed",
        "Take one more snapshot after more work, and see whether their number goes on growing.",
    )


def _has_spare_room(evidence: Evidence) -> Doubt | None:
    accumulation, graph = evidence.accumulation, evidence.graph
    if accumulation.is_list or accumulation.is_content or accumulation.n_holders > 1:
        return None
    elements = internal_child(graph, accumulation.holder, "elements")
    if elements is None or evidence.anchor.held_by in _CHUNKS:
        return None
    series = evidence.series
    if series.one_process and series.births[elements] > 0:
        # It was replaced by a larger one meanwhile, and will be again.
        return None
    n_places = int(graph.self_size[elements]) // _BYTES_PER_PLACE
    if n_places < max(SPARE_ROOM * int(accumulation.count[-1]), _LEAST_PLACES):
        return None
    return Doubt(
        _PREPARED,
        f"the array that holds them was made with room for {n_places:,}",
        f"Take one more snapshot after so much work that there would be more than {n_places:,}.",
    )


def _has_a_limit(evidence: Evidence) -> Doubt | None:
    """Look for a field or variable beside the container that is called as a limit is."""
    if evidence.accumulation.is_list:
        return None
    last = evidence.anchor.place
    for step in evidence.steps[max(last - 1, 0) : evidence.place_of_holder + 1]:
        if step.class_name == "Module" or _is_module_scope(evidence, step.node):
            continue
        names = names_beside(evidence.graph, step.node)
        limits = [name for name in names if _LIMIT.match(name)]
        # With a `min` beside it, a `max` is the largest value of a statistic.
        if limits and "min" not in names:
            return Doubt(
                _BOUNDED,
                f"there is a `{limits[0]}` beside it, as things with a limit have",
                f"Take one more snapshot after so much work that `{limits[0]}` must be reached.",
            )
    return None


def _is_module_scope(evidence: Evidence, node: int) -> bool:
    """Tell whether a step is the scope of a whole module, whose names are about all in it."""
    nodes = [step.node for step in evidence.steps]
    is_scope = evidence.graph.name(node).startswith(vocab.CONTEXT_NAME)
    return is_scope and evidence.is_module_scope(nodes.index(node))


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
    _passes,
    _has_spare_room,
    _has_a_limit,
)

__all__ = ["Doubt", "doubts", "names_beside"]
