"""Work that waits for a promise that stays pending."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import ROLE, RUNTIME, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import (
    REACTIONS,
    Callback,
    function_behind,
    user_location,
)
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.functions_behind import suspended_call_behind
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.site import PROMISE_CLASS, Site
from heapnb.decode.additions import AWAIT, Addition
from heapnb.decode.module_variables import variable_of
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child

_SETTLERS: Final = ("resolve", "reject")


@dataclass(frozen=True)
class ReactionFacts(Facts):
    """What waits for one promise that stays pending.

    Parameters
    ----------
    function : Callback or None
        One of the functions that wait, as far as the heap tells.
    is_suspended : bool
        Whether it awaits the promise, and was not passed to ``then``.
    settles : bool
        Whether a reaction waits for nobody: the promise that it would settle is settled, as that of
        a ``Promise.race`` which another promise has won.
    """

    function: Callback | None
    is_suspended: bool
    settles: bool


@dataclass(frozen=True)
class PromisesFacts(Facts):
    """Promises that stay pending, or the functions that settle them.

    Parameters
    ----------
    function : Callback or None
        One of the suspended functions.
    """

    function: Callback | None


@dataclass(frozen=True)
class PromiseChainFacts(Facts):
    """Promises, or suspended calls, of which each waits for the next one.

    Parameters
    ----------
    function : Callback or None
        The function that continues when the last promise of the chain settles, as far as the
        heap tells.
    """

    function: Callback | None


class PendingPromise:
    """Reactions that accumulate on one promise, a chain of promises, or many that stay pending."""

    kind: ClassVar[str] = "pending-promise"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if site.accumulation.is_list and any(step.label == REACTIONS for step in site.link):
            return self._chain(site)
        # What hangs in the holder, or the holder itself, waits for a promise. A promise further up
        # says only that the program waits.
        if any(step.label == REACTIONS for step in (site.holder, *site.inside)):
            return self._on_one_promise(site)
        if _pending_promise(site.graph, site.example) is not None:
            return self._many_promises(site)
        return None

    def _chain(self, site: Site) -> Cause:
        graph = site.graph
        ends = (site.holder.node, site.example)
        functions = (function_behind(graph, end) for end in ends)
        function = next((function for function in functions if function is not None), None)
        return Cause(
            self.kind,
            PromiseChainFacts(
                Group.of(site),
                site.anchor,
                None if function is None else Callback.of(graph, function),
            ),
            None if function is None else user_location(graph, function),
        )

    def _on_one_promise(self, site: Site) -> Cause:
        graph = site.graph
        function = function_behind(graph, site.example)
        is_suspended = function is not None and function not in _targets(graph, site.example)
        location = None if function is None else user_location(graph, function)
        return Cause(
            self.kind,
            ReactionFacts(
                Group.of(site),
                _promise_anchor(site),
                None if function is None else Callback.of(graph, function),
                is_suspended=is_suspended,
                settles=function is None
                and all(_settles_in_vain(graph, node) for node in site.sample),
            ),
            location,
            _waiting(site),
            addition=(
                Addition(AWAIT, "", graph.name(function), location)
                if is_suspended and function is not None
                else None
            ),
        )

    def _many_promises(self, site: Site) -> Cause:
        graph = site.graph
        function = function_behind(graph, site.example)
        return Cause(
            self.kind,
            PromisesFacts(
                Group.of(site),
                site.anchor,
                None if function is None else Callback.of(graph, function),
            ),
            None if function is None else user_location(graph, function),
            strength=ROLE,
        )


def _promise_anchor(site: Site) -> Anchor:
    """Name the promise by a variable that refers to it, where the path to it does not."""
    anchor, steps = site.anchor, site.evidence.steps
    after = (step for step in steps[anchor.place + 1 :] if step.class_name == PROMISE_CLASS)
    promise = next(after, None)
    if promise is None or promise.is_named:
        return anchor
    name = variable_of(site.graph, promise.node)
    if name is None:
        return replace(anchor, text=f"a pending promise that {anchor.text} leads to")
    text = f"the promise in the variable `{name}`"
    return replace(anchor, name=name, text=text, expression=name)


def _waiting(site: Site) -> int | None:
    """Find what waits, if the reaction has no better name: a suspended call, or a promise."""
    graph = site.graph
    if site.class_name not in (*vocab.ENGINE_CLASSES, vocab.REACTION_NAME):
        return None
    promises = (
        node for node in _targets(graph, site.example) if graph.class_name(node) == PROMISE_CLASS
    )
    call = suspended_call_behind(graph, site.example)
    return next(promises, None) if call is None else call


def _targets(graph: HeapGraph, node: int) -> list[int]:
    found: list[int] = graph.edge_to[slice(*graph.edges_of(node))].tolist()
    return found


def _settles_in_vain(graph: HeapGraph, reaction: int) -> bool:
    """Tell whether the handlers of a reaction would settle a promise that is settled."""
    for handler in _targets(graph, reaction):
        if graph.node_type[handler] != graph.node_type_index("closure"):
            continue
        context = child(graph, handler, "context")
        inner = [] if context is None else _targets(graph, context)
        promises = [node for node in inner if graph.class_name(node) == PROMISE_CLASS]
        if promises:
            return not any(_is_awaited(graph, promise) for promise in promises)
    return False


def _pending_promise(graph: HeapGraph, node: int) -> int | None:
    """Find an awaited promise: the node, one that it settles, or one of an object of settlers."""
    if graph.class_name(node) == PROMISE_CLASS:
        return node if _is_awaited(graph, node) else None
    settle = child(graph, node, *_SETTLERS)
    context = child(graph, node if settle is None else settle, "context")
    if context is None or not graph.name(context).startswith(vocab.CONTEXT_NAME):
        return None
    for promise in _targets(graph, context):
        if graph.class_name(promise) == PROMISE_CLASS and _is_awaited(graph, promise):
            return promise
    return None


def _is_awaited(graph: HeapGraph, promise: int) -> bool:
    reactions = child(graph, promise, REACTIONS)
    return reactions is not None and graph.name(reactions) == vocab.REACTION_NAME
