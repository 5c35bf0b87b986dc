"""Errors that are kept, with their stacks and causes."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth, subject_text
from heapnb.analysis.diagnosis.detectors.contents import named, of_class_matching
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph import HeapGraph
from heapnb.graph.places import children_of

ERROR_CLASSES: Final = r"(Error|Exception)$"
CALL_SITE_CLASSES: Final = ("CallSite",)
STACK_SYMBOLS: Final = ("<symbol>", "<symbol error_stack_symbol>")
"""Under what V8 keeps the stack with an error."""


class ErrorsAndStacks:
    """Piles of Error objects, or of the call sites of structured stacks."""

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
        what = f"{capitalised(subject_text(evidence))} pile up in {anchor.text}"
        if len(sites) >= len(members):
            why = (
                f"They hold {len(sites):,} call sites of structured stacks "
                "(`Error.prepareStackTrace`): each keeps the function that ran and the object "
                "that it was called on, with all that these hold."
            )
        elif self._has_unread_stacks(graph, errors):
            why = (
                "Until somebody reads `stack`, an error keeps the functions of its calls and what "
                "they were called on; besides it keeps its `cause` and whatever else was put on it."
            )
        else:
            why = "Each keeps its stack as a text, its `cause`, and whatever else was put on it."
        return Cause(
            self.kind,
            anchor,
            f"{what} ({growth(evidence)}). {why}",
            f"Keep in `{anchor.name}` what is needed of an error (its message, or "
            "`String(error.stack)`), only the last few of them, and no `request`, `response` or "
            "`cause` with it.",
        )

    def _has_unread_stacks(self, graph: HeapGraph, errors: IntArray) -> bool:
        """Tell whether most stacks are lists of calls; V8 makes a text of one that is read."""
        stacks = children_of(graph, errors, STACK_SYMBOLS, edge_type="property")
        is_list = graph.node_type[stacks] == graph.node_type_index("array")
        return 2 * int(np.count_nonzero(is_list & (stacks >= 0))) >= len(errors)
