"""Errors that are retained with their stacks and causes."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.detectors.base import Cause, counted, removals
from heapnb.analysis.diagnosis.detectors.contents import named, of_class_matching
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph import HeapGraph
from heapnb.graph.edges import children_of

ERROR_CLASSES: Final = r"(Error|Exception)$"
CALL_SITE_CLASSES: Final = ("CallSite",)
STACK_SYMBOLS: Final = ("<symbol>", "<symbol error_stack_symbol>")
"""Names under which V8 keeps the stack of an error."""


class ErrorsAndStacks:
    """Accumulated Error objects, or call sites of structured stacks."""

    kind: ClassVar[str] = "errors-and-stacks"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if evidence.accumulation.is_content:
            return None
        graph, held, members = evidence.graph, evidence.held, evidence.accumulation.members
        errors = of_class_matching(graph, members.astype(held.dtype), ERROR_CLASSES)
        sites = named(graph, held, CALL_SITE_CLASSES)
        if 2 * len(errors) < len(members) and len(sites) < len(members):
            return None
        anchor = evidence.anchor
        what = f"{counted(evidence)}, held by {anchor.text}.{removals(evidence)}"
        if len(sites) >= len(members):
            why = (
                f"They hold {len(sites):,} call sites of structured stacks "
                "(`Error.prepareStackTrace`). Each call site retains the function that ran and "
                "its receiver (`this`)."
            )
        elif self._has_unread_stacks(graph, errors):
            why = (
                "Until `stack` is read, an error retains the functions on its stack and their "
                "receivers (`this`). It also retains its `cause` and every property added to it."
            )
        else:
            why = "Each retains its stack as a string, its `cause`, and every property added to it."
        return Cause(
            self.kind,
            anchor,
            f"{what} {why}",
            f"Keep in `{anchor.name}` only what you need of an error: its message, or "
            "`String(error.stack)`. Keep only the last few. Do not attach a `request`, a "
            "`response` or a `cause`.",
        )

    def _has_unread_stacks(self, graph: HeapGraph, errors: IntArray) -> bool:
        """Tell whether most stacks are lists of calls; V8 turns a stack into a string when read."""
        stacks = children_of(graph, errors, STACK_SYMBOLS, edge_type="property")
        is_list = graph.node_type[stacks] == graph.node_type_index("array")
        return 2 * int(np.count_nonzero(is_list & (stacks >= 0))) >= len(errors)
