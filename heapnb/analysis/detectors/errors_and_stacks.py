"""Errors that are kept, with their stacks and causes."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb.analysis.detectors.base import Cause, capitalised, growth, what_piles_up
from heapnb.analysis.detectors.contents import named, of_class_matching
from heapnb.analysis.evidence import Evidence

ERROR_CLASSES: Final = r"(Error|Exception)$"
CALL_SITE_CLASSES: Final = ("CallSite",)
STACK_NAMES: Final = ("system / CallSiteInfo", "system / StackFrameInfo")
"""How V8 calls one call in a stack that nobody has read yet."""


class ErrorsAndStacks:
    """Piles of Error objects, or of the call sites of structured stacks."""

    kind: ClassVar[str] = "errors-and-stacks"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.detectors.base.Detector`."""
        if evidence.pile.is_content:
            return None
        graph, held, members = evidence.graph, evidence.held, evidence.pile.members
        errors = of_class_matching(graph, members.astype(held.dtype), ERROR_CLASSES)
        sites = named(graph, held, CALL_SITE_CLASSES)
        if 2 * len(errors) < len(members) and len(sites) < len(members):
            return None
        anchor = evidence.anchor
        frames = named(graph, held, STACK_NAMES)
        what = f"{capitalised(what_piles_up(evidence))} pile up in {anchor.text}"
        if len(sites) >= len(members):
            why = (
                f"They hold {len(sites):,} call sites of structured stacks "
                "(`Error.prepareStackTrace`): each keeps the function that ran and the object "
                "that it was called on, with all that these hold."
            )
        elif len(frames):
            why = (
                f"Until somebody reads `stack`, an error keeps the functions of its calls and what "
                f"they were called on ({len(frames):,} calls here); besides it keeps its `cause` "
                "and whatever else was put on it."
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
