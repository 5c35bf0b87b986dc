"""Work that waits for a promise that stays pending."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth, removals
from heapnb.analysis.diagnosis.detectors.callbacks import (
    REACTIONS,
    described,
    function_behind,
    user_location,
)
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import short_location
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child

PROMISE_CLASS: Final = "Promise"
_SETTLERS: Final = ("resolve", "reject")


class PendingPromise:
    """Reactions that accumulate on one promise, or promises that stay pending."""

    kind: ClassVar[str] = "pending-promise"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if any(step.label == REACTIONS for step in evidence.steps):
            return self._on_one_promise(evidence)
        if _pending_promise(evidence.graph, evidence.accumulation.example) is not None:
            return self._many_promises(evidence)
        return None

    def _on_one_promise(self, evidence: Evidence) -> Cause:
        graph = evidence.graph
        anchor = evidence.anchor
        function = function_behind(graph, evidence.accumulation.example)
        what = f"the function {described(graph, function)}"
        if function is None:
            where = f" at {short_location(evidence.location)}" if evidence.location else ""
            what = f"the function{where}"
        return Cause(
            self.kind,
            anchor,
            f"A pending promise in {anchor.text} accumulates reactions: {growth(evidence)}."
            f"{removals(evidence)} Each retains {what}, suspended with its variables.",
            f"Make sure that `{anchor.name}` is always resolved or rejected, for example after a "
            "timeout. Do not let every request await one long-lived promise: `Promise.race` with "
            "it adds a reaction each time, too.",
            None if function is None else user_location(graph, function),
            _awaiting(evidence),
        )

    def _many_promises(self, evidence: Evidence) -> Cause:
        graph = evidence.graph
        anchor = evidence.anchor
        function = function_behind(graph, evidence.accumulation.example)
        who = described(graph, function) or "the code that awaits it"
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(anchor.text)} holds pending promises, or the functions that settle "
            f"them: {growth(evidence)}.{removals(evidence)} Each retains {who}, suspended with "
            "its variables.",
            f"Settle each entry of `{anchor.name}` on every exit path (in a `finally`), and "
            "remove it then. Reject it after a timeout.",
            None if function is None else user_location(graph, function),
        )


def _awaiting(evidence: Evidence) -> int | None:
    """Find the promise that a reaction will settle, if the reaction has no better name."""
    graph = evidence.graph
    if evidence.class_name not in vocab.ENGINE_CLASSES:
        return None
    inner = graph.edge_to[slice(*graph.edges_of(evidence.accumulation.example))].tolist()
    return next((node for node in inner if graph.class_name(node) == PROMISE_CLASS), None)


def _pending_promise(graph: HeapGraph, node: int) -> int | None:
    """Find an awaited promise: the node, one that it settles, or one of an object of settlers."""
    if graph.class_name(node) == PROMISE_CLASS:
        return node if _is_awaited(graph, node) else None
    settle = child(graph, node, *_SETTLERS)
    context = child(graph, node if settle is None else settle, "context")
    if context is None or not graph.name(context).startswith(vocab.CONTEXT_NAME):
        return None
    for edge in range(*graph.edges_of(context)):
        promise = int(graph.edge_to[edge])
        if graph.class_name(promise) == PROMISE_CLASS and _is_awaited(graph, promise):
            return promise
    return None


def _is_awaited(graph: HeapGraph, promise: int) -> bool:
    reactions = child(graph, promise, REACTIONS)
    return reactions is not None and graph.name(reactions) == vocab.REACTION_NAME
