"""Entries that an async hook adds for every asynchronous resource."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, counted, removals
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child

HOOK_CLASS: Final = "AsyncHook"

_CALLBACKS: Final = ("<symbol init>", "<symbol before>", "<symbol promiseResolve>")


class AsyncHooks:
    """Collections that an async hook fills with every asynchronous resource."""

    kind: ClassVar[str] = "async-hooks"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        anchor = evidence.anchor
        step = evidence.steps[anchor.place]
        if step.edge_type != "context" or not _is_filled_by_hook(evidence.graph, step.node):
            return None
        return Cause(
            self.kind,
            anchor,
            f"{counted(evidence)}, held by {anchor.text}.{removals(evidence)} Probably an async "
            "hook adds one for each asynchronous resource: a callback of the hook closes over "
            f"`{anchor.name}`.",
            f"Delete the entry of `{anchor.name}` in the hook's `destroy`. For a promise "
            "`destroy` fires only after its collection, so delete in `promiseResolve` too. Or "
            "keep the data on `executionAsyncResource()`, in a WeakMap, or in AsyncLocalStorage.",
        )


def _is_filled_by_hook(graph: HeapGraph, collection: int) -> bool:
    """Tell whether a callback of an async hook closes over a collection."""
    names = graph.class_names.to_pylist()
    if HOOK_CLASS not in names:
        return False
    for hook in np.flatnonzero(graph.class_index == names.index(HOOK_CLASS)).tolist():
        function = child(graph, hook, *_CALLBACKS)
        context = None if function is None else child(graph, function, "context")
        while context is not None and graph.name(context).startswith(vocab.CONTEXT_NAME):
            for edge in range(*graph.edges_of(context)):
                if int(graph.edge_to[edge]) == collection:
                    return True
            context = child(graph, context, "previous")
    return False
