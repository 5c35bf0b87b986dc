"""Stores of AsyncLocalStorage that outlive the work they were created for."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, counted, removals
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import article
from heapnb.graph.edges import child

STORE_LABEL: Final = "<symbol kResourceStore>"
"""Up to Node 22 each resource refers to the store of each storage by a symbol."""

FRAME_CLASS: Final = "AsyncContextFrame"
"""From Node 24 on a Map from storages to stores, which resources share."""

_RESOURCE_ID: Final = ("<symbol async_id_symbol>", "<symbol trigger_async_id_symbol>")
_RESOURCE_CLASS: Final = "AsyncResource"
_LARGE_SHARE: Final = 0.3


class AsyncStores:
    """Stores that live as long as the resources created in their context."""

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
            f"{counted(evidence)}, held by {anchor.text}.{removals(evidence)} Each was created "
            "inside `run` of an AsyncLocalStorage and retains the store of that call, "
            f"{article(graph.class_name(store))}.",
            f"Remove each from `{anchor.name}` when its work ends. Create long-lived objects "
            "outside the request's context: at startup, or inside `storage.exit(…)`. Put ids "
            "into the store instead of whole requests.",
        )

    def _in_store(self, evidence: Evidence, place: int) -> Cause:
        anchor = evidence.anchor
        resource = evidence.steps[max(place - 1, 0)]
        return Cause(
            self.kind,
            anchor,
            f"{counted(evidence)}, held by {anchor.text}.{removals(evidence)} They are in a "
            f"store of an AsyncLocalStorage, and {article(resource.class_name)} created in its "
            "context keeps the store alive.",
            "Start a new store for each unit of work: `storage.run(new Map(), …)`. Or clear "
            f"`{anchor.name}` when a unit of work ends. Create long-lived objects outside any "
            "store.",
        )


def store_of(evidence: Evidence, resource: int) -> int | None:
    """Find the store in whose context an asynchronous resource was created.

    Parameters
    ----------
    evidence : Evidence
        The accumulated objects.
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
    """Name the store that a resource retains, in a sentence.

    Parameters
    ----------
    evidence : Evidence
        The accumulated objects.
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
    return f" Each also retains the AsyncLocalStorage store it was created in, {what}."


def _store_above(evidence: Evidence) -> int | None:
    """Return which step is a store, if the holder is inside one."""
    for place in range(evidence.place_of_holder, -1, -1):
        step = evidence.steps[place]
        if step.label == STORE_LABEL:
            return place
        if step.class_name == FRAME_CLASS:
            return place
    return None


def _is_worth_it(evidence: Evidence, store: int) -> bool:
    """Tell whether the example is an async resource that retains much through its store."""
    graph = evidence.graph
    example = evidence.accumulation.example
    if child(graph, example, *_RESOURCE_ID) is None and _RESOURCE_CLASS not in graph.class_name(
        example
    ):
        return False
    whole = int(graph.retained_size[example])
    return int(graph.retained_size[store]) >= _LARGE_SHARE * whole
