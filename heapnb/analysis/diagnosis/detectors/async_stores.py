"""Stores of AsyncLocalStorage that outlive the work they were created for."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import CONTEXT, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Step
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph.edges import child

STORE_LABEL: Final = "<symbol kResourceStore>"
"""Up to Node 22 each resource refers to the store of each storage by a symbol."""

FRAME_CLASS: Final = "AsyncContextFrame"
"""From Node 24 on a Map from storages to stores, which resources share."""

RESOURCE_ID: Final = ("<symbol async_id_symbol>", "<symbol trigger_async_id_symbol>")
"""By which Node's own resources keep their numbers."""

_RESOURCE_CLASS: Final = "AsyncResource"
_LARGE_SHARE: Final = 0.3

_TO_STORE: Final = 1
_TO_FRAME: Final = 2
"""Objects from the holder to the store that is or has it, and from there to a frame.

What is deeper in a store belongs to an object of its own, such as a span with its children.
"""


@dataclass(frozen=True)
class CreatedInStoreFacts(Facts):
    """Resources that retain the store in whose context they were created.

    Parameters
    ----------
    store : str
        Class of the store.
    """

    store: str


@dataclass(frozen=True)
class InStoreFacts(Facts):
    """Objects in a store that a long-lived resource keeps alive.

    Parameters
    ----------
    resource : str
        Class of the resource.
    """

    resource: str


class AsyncStores:
    """Stores that live as long as the resources created in their context."""

    kind: ClassVar[str] = "async-local-storage"
    strength: ClassVar[float] = CONTEXT

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        keeper = _keeper_of_store(site)
        if keeper is not None:
            return Cause(self.kind, InStoreFacts(Group.of(site), site.anchor, keeper.class_name))
        store = store_of(site, site.example)
        if store is None or not _is_worth_it(site, store):
            return None
        return Cause(
            self.kind,
            CreatedInStoreFacts(Group.of(site), site.anchor, site.graph.class_name(store)),
        )


def store_of(site: Site, resource: int) -> int | None:
    """Find the store in whose context an asynchronous resource was created.

    Parameters
    ----------
    site : Site
        The accumulated objects.
    resource : int
        Ordinal.

    Returns
    -------
    int or None
        Ordinal of an object.
    """
    graph = site.graph
    stores = [
        int(graph.edge_to[edge])
        for edge in range(*graph.edges_of(resource))
        if graph.edge_label(edge) == STORE_LABEL
    ]
    objects = [
        store for store in stores if graph.node_type[store] == graph.node_type_index("object")
    ]
    if stores:
        # There is one for each storage: that of the whole program has other holders, too.
        return max(objects, key=lambda store: int(graph.retained_size[store]), default=None)
    for edge in range(*graph.edges_of(resource)):
        frame = int(graph.edge_to[edge])
        if graph.class_name(frame) == FRAME_CLASS:
            return frame
    return None


def _keeper_of_store(site: Site) -> Step | None:
    """Return what keeps the store alive, if the holder is a store or directly in one."""
    for distance, (step, keeper) in enumerate(itertools.pairwise(site.around)):
        is_store = step.label == STORE_LABEL and distance <= _TO_STORE
        if is_store or (step.class_name == FRAME_CLASS and distance <= _TO_FRAME):
            return keeper
    return None


def _is_worth_it(site: Site, store: int) -> bool:
    """Tell whether the example is an async resource that retains much through its store."""
    graph = site.graph
    example = site.example
    if child(graph, example, *RESOURCE_ID) is None and _RESOURCE_CLASS not in graph.class_name(
        example
    ):
        return False
    whole = int(graph.retained_size[example])
    return int(graph.retained_size[store]) >= _LARGE_SHARE * whole
