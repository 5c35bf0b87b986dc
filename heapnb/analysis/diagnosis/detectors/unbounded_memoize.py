"""Results of a function cached by its arguments, without a bound."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import ClassVar, Final

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import GUESS, MAPS, WRAPPER, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Step
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.scopes import is_module_scope

_NAMES = re.compile(r"memo", re.IGNORECASE)
_DEEPEST_BLOCK: Final = 4
_DICTIONARIES = (*MAPS, vocab.CLASS_OBJECT)


@dataclass(frozen=True)
class MemoizeFacts(Facts):
    """Results of a function, by its arguments.

    Parameters
    ----------
    function : str or None
        The function that caches them; empty if it has no name, None if only a name in the anchor
        says that this is such a cache.
    """

    function: str | None


class UnboundedMemoize:
    """A Map or an object in the closure of a function that wraps another one."""

    kind: ClassVar[str] = "unbounded-memoize"
    strength: ClassVar[float] = WRAPPER

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if site.accumulation.is_list or not _is_dictionary(site):
            return None
        wrapper = _wrapper(site) or _function_with_cache(site)
        if wrapper is None and not _NAMES.search(site.anchor.expression):
            return None
        function = None
        if wrapper is not None:
            function = site.graph.name(wrapper.node) or (wrapper.label if wrapper.is_named else "")
        return Cause(
            self.kind,
            MemoizeFacts(Group.of(site), site.anchor, function),
            strength=WRAPPER if wrapper is not None else GUESS,
        )


def _is_dictionary(site: Site) -> bool:
    is_plain = site.graph.name(site.holder.node) == vocab.CLASS_OBJECT
    return is_plain or site.holder.class_name in _DICTIONARIES


def _wrapper(site: Site) -> Step | None:
    """Find the function whose scope has the collection, and another function that it was given.

    Functions that were declared in the scope refer to it. What a wrapper calls was passed to it,
    so it comes from another scope.
    """
    scope, wrapper = site.anchor_owner, site.code_of_anchor
    if scope is None or wrapper is None or not site.is_closure(wrapper.node):
        return None
    if is_module_scope(site.graph, scope.node):
        return None
    graph = site.graph
    variables = [
        int(graph.edge_to[edge])
        for edge in range(*graph.edges_of(scope.node))
        if graph.edge_type[edge] == graph.edge_type_index("context")
    ]
    functions = [node for node in variables if site.is_closure(node)]
    given = [node for node in functions if not _is_declared_in(graph, node, scope.node)]
    return wrapper if given and len(functions) - len(given) <= 1 else None


def _is_declared_in(graph: HeapGraph, function: int, scope: int) -> bool:
    """Tell whether a scope, or a block in it, has a function's declaration."""
    context = child(graph, function, "context")
    for _ in range(_DEEPEST_BLOCK):
        if context is None or context == scope:
            break
        context = child(graph, context, "previous")
    return context == scope


def _function_with_cache(site: Site) -> Step | None:
    """Find the function that has the collection in its property ``cache``, as lodash does."""
    for step, owner in itertools.pairwise(site.around):
        if step.label == "cache" and step.edge_type == "property" and site.is_closure(owner.node):
            return owner
    return None
