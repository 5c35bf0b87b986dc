"""Work that waits for a promise that is never settled."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth
from heapnb.analysis.diagnosis.detectors.callbacks import (
    REACTIONS,
    described,
    function_behind,
    user_location,
)
from heapnb.analysis.diagnosis.evidence import ENGINE_CLASSES, Evidence, short_location
from heapnb.graph import HeapGraph
from heapnb.graph.places import child

PROMISE_CLASS: Final = "Promise"
_SETTLERS: Final = ("resolve", "reject")


class PendingPromise:
    """Reactions that pile up on one promise, or promises that nobody settles."""

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
            f"The promise in {anchor.text} stays pending, and more and more wait for it "
            f"({growth(evidence)}): each keeps {what} that was suspended, with its variables.",
            f"See to it that `{anchor.name}` is always resolved or rejected, if only after a "
            "time-out; do not let every request await one promise that lives for ever "
            "(`Promise.race` with one does the same).",
            None if function is None else user_location(graph, function),
            _awaiting(evidence),
        )

    def _many_promises(self, evidence: Evidence) -> Cause:
        graph = evidence.graph
        anchor = evidence.anchor
        function = function_behind(graph, evidence.accumulation.example)
        who = described(graph, function) or "whoever waits"
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(anchor.text)} holds promises that are never settled, or the functions "
            f"that would settle them: {growth(evidence)} of them wait. Each keeps {who} "
            "suspended, with its variables.",
            f"Settle each entry of `{anchor.name}` on every way out (`finally`), give it a "
            "time-out that rejects it, and take it out then.",
            None if function is None else user_location(graph, function),
        )


def _awaiting(evidence: Evidence) -> int | None:
    """Find the promise that a reaction will settle, where nothing else tells what waits."""
    graph = evidence.graph
    if evidence.class_name not in ENGINE_CLASSES:
        return None
    inner = graph.edge_to[slice(*graph.edges_of(evidence.accumulation.example))].tolist()
    return next((node for node in inner if graph.class_name(node) == PROMISE_CLASS), None)


def _pending_promise(graph: HeapGraph, node: int) -> int | None:
    """Find a promise that is pending while something waits for it.

    The node may be the promise, one of the two functions that settle it, or an object that has
    them.
    """
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
