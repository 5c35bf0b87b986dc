"""Stores of AsyncLocalStorage that outlive what they were made for."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, subject_text
from heapnb.analysis.diagnosis.evidence import Evidence, article
from heapnb.graph.places import child

STORE_LABEL: Final = "<symbol kResourceStore>"
"""Up to Node 22 each resource refers to the store of each storage by a symbol."""

FRAME_CLASS: Final = "AsyncContextFrame"
"""From Node 24 on a Map from storages to stores, which resources share."""

_RESOURCE_ID: Final = ("<symbol async_id_symbol>", "<symbol trigger_async_id_symbol>")
_RESOURCE_CLASS: Final = "AsyncResource"
_LARGE_SHARE: Final = 0.3


class AsyncStores:
    """Stores that live as long as what was made in their context."""

    kind: ClassVar[str] = "async-local-storage"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        place = _store_above(evidence)
        if place is not None:
            return self._in_store(evidence, place)
        store = store_of(evidence, evidence.accumulation.example)
        if store is None or not _is_worth_it(evidence, store):
            return None
        graph = evidence.graph
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"{subject_text(evidence)} pile up in {anchor.text} ({growth(evidence)}). Each was "
            "made inside `run` of an AsyncLocalStorage and keeps the store of that moment, "
            f"{article(graph.class_name(store))}, though the work that it was for is long done.",
            f"Take them out of `{anchor.name}` when they are done. Make what lives long outside "
            "of the request's context (`storage.exit(…)`, or at start), and put ids in the store "
            "in place of whole requests.",
        )

    def _in_store(self, evidence: Evidence, place: int) -> Cause:
        anchor = evidence.anchor
        resource = evidence.steps[max(place - 1, 0)]
        return Cause(
            self.kind,
            anchor,
            f"A store of an AsyncLocalStorage lives as long as {article(resource.class_name)} "
            f"that was made in its context, and {subject_text(evidence)} pile up in it "
            f"({growth(evidence)}), in {anchor.text}.",
            f"Begin a store for each piece of work (`storage.run(new Map(), …)`), or empty "
            f"`{anchor.name}` when one is done; make what lives for ever outside of any store.",
        )


def store_of(evidence: Evidence, resource: int) -> int | None:
    """Find the store in which an asynchronous resource was made.

    Parameters
    ----------
    evidence : Evidence
        The pile.
    resource : int
        Ordinal.

    Returns
    -------
    int or None
        Ordinal of an object.
    """
    graph = evidence.graph
    store = child(graph, resource, STORE_LABEL)
    if store is not None:
        is_object = graph.node_type[store] == graph.node_type_index("object")
        return store if is_object else None
    for edge in range(*graph.edges_of(resource)):
        frame = int(graph.edge_to[edge])
        if graph.class_name(frame) == FRAME_CLASS:
            return frame
    return None


def kept_store(evidence: Evidence, resource: int) -> str:
    """Say in a sentence what store a resource keeps.

    Parameters
    ----------
    evidence : Evidence
        The pile.
    resource : int
        Ordinal.

    Returns
    -------
    str
        Empty if there is none.
    """
    store = store_of(evidence, resource)
    if store is None:
        return ""
    what = article(evidence.graph.class_name(store))
    return f" It also keeps the store of the AsyncLocalStorage that it was made in, {what}."


def _store_above(evidence: Evidence) -> int | None:
    """Return which step is a store, if the pile's holder is in one."""
    for place in range(evidence.place_of_holder, -1, -1):
        step = evidence.steps[place]
        if step.label == STORE_LABEL:
            return place
        if step.class_name == FRAME_CLASS:
            return place
    return None


def _is_worth_it(evidence: Evidence, store: int) -> bool:
    """Tell whether the example is a resource of the program that keeps much by its store."""
    graph = evidence.graph
    example = evidence.accumulation.example
    if child(graph, example, *_RESOURCE_ID) is None and _RESOURCE_CLASS not in graph.class_name(
        example
    ):
        return False
    whole = int(graph.retained_size[example])
    return int(graph.retained_size[store]) >= _LARGE_SHARE * whole
