"""Errors that are retained with their stacks and causes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.detectors.base import CONTENT, Cause
from heapnb.analysis.diagnosis.detectors.contents import (
    instances,
    of_class_matching,
    of_types,
)
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph import HeapGraph
from heapnb.graph.edges import children_of

ERROR_CLASSES: Final = r"(Error|Exception)$"
CALL_SITE_CLASSES: Final = ("CallSite",)
_PROTOTYPE: Final = "__proto__"
_MOST_CLASSES: Final = 8
"""How many classes, each extending the next, are looked at."""

STACK_SYMBOLS: Final = ("<symbol>", "<symbol error_stack_symbol>")
"""Names under which V8 keeps the stack of an error."""


@dataclass(frozen=True)
class ErrorFacts(Facts):
    """Errors.

    Parameters
    ----------
    n_call_sites : int or None
        Call sites of structured stacks that they hold; None if too few to matter.
    has_unread_stacks : bool
        Whether most stacks are still lists of calls.
    """

    n_call_sites: int | None
    has_unread_stacks: bool


class ErrorsAndStacks:
    """Accumulated Error objects, or call sites of structured stacks."""

    kind: ClassVar[str] = "errors-and-stacks"
    strength: ClassVar[float] = CONTENT

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if site.accumulation.is_content:
            return None
        graph, held, members = site.graph, site.held, site.accumulation.members
        errors = self._errors(graph, members.astype(held.dtype))
        sites = instances(graph, held, CALL_SITE_CLASSES)
        if 2 * len(errors) < len(members) and len(sites) < len(members):
            return None
        return Cause(
            self.kind,
            ErrorFacts(
                Group.of(site),
                site.anchor,
                len(sites) if len(sites) >= len(members) else None,
                has_unread_stacks=self._has_unread_stacks(graph, errors),
            ),
        )

    def _errors(self, graph: HeapGraph, members: IntArray) -> IntArray:
        """Select the objects whose class, or one that it extends, is called an error."""
        objects = of_types(graph, members, "object")
        is_error = np.zeros(len(objects), np.bool_)
        # A minifier takes the names of the program's classes, not that of `Error`.
        above = objects
        for _ in range(_MOST_CLASSES):
            known = np.flatnonzero(above >= 0)
            named_so = of_class_matching(graph, above[known], ERROR_CLASSES)
            is_error[known] |= np.isin(above[known], named_so)
            above = children_of(graph, above, [_PROTOTYPE], edge_type="property")
        return objects[is_error]

    def _has_unread_stacks(self, graph: HeapGraph, errors: IntArray) -> bool:
        """Tell whether most stacks are lists of calls; V8 turns a stack into a string when read."""
        stacks = children_of(graph, errors, STACK_SYMBOLS, edge_type="property")
        is_list = graph.node_type[stacks] == graph.node_type_index("array")
        return 2 * int(np.count_nonzero(is_list & (stacks >= 0))) >= len(errors)
