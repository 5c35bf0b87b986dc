"""Routes, middleware and interceptors that are registered repeatedly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import LISTS, ROLE, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import Callback, user_location
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
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


@dataclass(frozen=True)
class MiddlewareFacts(Facts):
    """Routes, middleware or interceptors of an application.

    Parameters
    ----------
    owner : str
        Class of the application or the router.
    example : Callback
        One of the functions.
    is_interceptor : bool
        Whether they are interceptors.
    """

    owner: str
    example: Callback
    is_interceptor: bool


class MiddlewareStack:
    """The list of layers of a router or an application."""

    kind: ClassVar[str] = "middleware-stack"
    strength: ClassVar[float] = ROLE

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        stack, owner = site.holder, site.above(1)
        if owner is None or site.accumulation.is_content or site.holder.class_name not in LISTS:
            return None
        graph = site.graph
        layer = site.example
        is_interceptor = (owner.class_name, stack.label) == INTERCEPTORS
        is_stack = stack.label in STACKS or graph.class_name(layer) == _LAYER_CLASS
        if not (is_stack or is_interceptor or owner.class_name == HOOK_CLASS):
            return None
        function = _function_of_layer(graph, layer)
        if function is None:
            return None
        return Cause(
            self.kind,
            MiddlewareFacts(
                Group.of(site),
                site.anchor,
                owner.class_name,
                Callback.of(graph, function),
                is_interceptor=is_interceptor,
            ),
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
