"""Routes, middleware and interceptors that are registered repeatedly."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import LISTS, Cause, growth, removals
from heapnb.analysis.diagnosis.detectors.callbacks import described, user_location
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import article
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child

STACKS: Final = ("stack", "middleware", "middlewares", "_middleware", "_middlewares", "layers")
"""Names under which frameworks keep functions that they call in sequence."""

INTERCEPTORS: Final = ("InterceptorManager", "handlers")
"""Class and property in which axios keeps interceptors."""

HOOK_CLASS: Final = "Hooks"
"""Class in which fastify keeps hooks, in an array for each event."""

_FUNCTIONS: Final = ("route", "handle", "handler", "fulfilled", "rejected", "fn")
_INNER: Final = "stack"
_LAYER_CLASS: Final = "Layer"
_DEEPEST: Final = 4


class MiddlewareStack:
    """The list of layers of a router or an application."""

    kind: ClassVar[str] = "middleware-stack"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        place = evidence.place_of_holder
        if place < 1 or evidence.accumulation.is_content or evidence.holder.class_name not in LISTS:
            return None
        stack, owner = evidence.steps[place], evidence.steps[place - 1]
        graph = evidence.graph
        layer = evidence.accumulation.example
        is_interceptor = (owner.class_name, stack.label) == INTERCEPTORS
        is_stack = stack.label in STACKS or graph.class_name(layer) == _LAYER_CLASS
        if not (is_stack or is_interceptor or owner.class_name == HOOK_CLASS):
            return None
        function = _function_of_layer(graph, layer)
        if function is None:
            return None
        what = "Interceptors" if is_interceptor else "Routes or middleware"
        example = f", such as {described(graph, function)}"
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"{what} in {anchor.text}: {growth(evidence)}{example}.{removals(evidence)} They are "
            "registered repeatedly, not only at startup. Every request passes all of them and "
            "becomes slower, and each retains what it closes over as long as "
            f"{article(owner.class_name)} lives.",
            "Register each once, at startup. Do not call `use`, `get` or "
            "`interceptors.request.use` while the program serves a request. Remove a temporary "
            "interceptor with `eject`, or use a router that you drop afterwards.",
            user_location(graph, function),
        )


def _function_of_layer(graph: HeapGraph, layer: int) -> int | None:
    """Find the function that a layer calls; the layer of a route has its own stack."""
    closure = graph.node_type_index("closure")
    node: int | None = layer
    for _ in range(_DEEPEST):
        if node is None or graph.node_type[node] == closure:
            return node
        stack = child(graph, node, _INNER)
        if stack is not None:
            node = child(graph, stack, "0")
            continue
        inner = (child(graph, node, name) for name in _FUNCTIONS)
        node = next((one for one in inner if one is not None and _is_object(graph, one)), None)
    return None


def _is_object(graph: HeapGraph, node: int) -> bool:
    """Tell objects and functions from `undefined`."""
    kinds = (graph.node_type_index("object"), graph.node_type_index("closure"))
    return int(graph.node_type[node]) in kinds
