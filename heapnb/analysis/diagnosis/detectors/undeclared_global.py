"""Data that piles up in a property of the global object."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, subject_text
from heapnb.analysis.diagnosis.detectors.builtin_globals import builtin_globals
from heapnb.analysis.diagnosis.evidence import Evidence


class UndeclaredGlobal:
    """A variable that was assigned without having been declared, or a global on purpose."""

    kind: ClassVar[str] = "undeclared-global"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        known = builtin_globals(evidence.graph)
        if evidence.is_global_object(evidence.place_of_holder):
            return None if evidence.steps[-1].label in known else self._entries(evidence)
        anchor = evidence.anchor
        # What the runtime put there, and what functions there keep, is no slip of the program.
        is_function = evidence.is_closure(evidence.steps[anchor.place].node)
        is_declared = is_function or anchor.name in known
        if is_declared or not evidence.is_global_object(anchor.place - 1):
            return None
        name = anchor.name
        return Cause(
            self.kind,
            replace(anchor, held_by="global"),
            f"`{name}` is a property of the global object: put there on purpose "
            f"(`globalThis.{name}`), or by an assignment to a name that nobody declared with "
            "`const`, `let` or `var`. It lives as long as the process, and "
            f"{subject_text(evidence)} pile up in it ({growth(evidence)}).",
            f"If it is a slip, declare `{name}` where it belongs (`'use strict'` turns the slip "
            "into an error). In either case give it a bound, and take out what has been dealt "
            "with.",
        )

    def _entries(self, evidence: Evidence) -> Cause:
        """Explain one new global for every object."""
        step = evidence.steps[-1]
        anchor = replace(
            evidence.anchor,
            name="globalThis",
            text=f"the global object (`{step.label}`, for one)",
            held_by="global",
            expression="globalThis",
        )
        return Cause(
            self.kind,
            anchor,
            f"The global object gets more and more properties, such as `{step.label}`: "
            f"{subject_text(evidence)} pile up in it ({growth(evidence)}).",
            "Keep them in a Map of their own with a bound, and delete them when they are done.",
        )
