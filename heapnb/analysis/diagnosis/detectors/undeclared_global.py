"""Data that accumulates in a property of the global object."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals, subject_text
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.decode.global_object import builtin_globals
from heapnb.graph.references import attached


class UndeclaredGlobal:
    """A variable assigned without a declaration, or a global on purpose."""

    kind: ClassVar[str] = "undeclared-global"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        known = builtin_globals(evidence.graph)
        if evidence.is_global_object(evidence.place_of_holder):
            return None if evidence.steps[-1].label in known else self._entries(evidence)
        anchor = evidence.anchor
        # Properties of the runtime, and variables of global functions, are not undeclared globals.
        is_function = evidence.is_closure(evidence.steps[anchor.place].node)
        is_declared = is_function or evidence.steps[anchor.place].label in known
        if is_declared or not evidence.is_global_object(anchor.place - 1):
            return None
        name = anchor.name
        own = attached("property", evidence.steps[anchor.place].label)
        return Cause(
            self.kind,
            replace(anchor, held_by="global"),
            f"The global `{name}` accumulates {subject_text(evidence)}: {growth(evidence)}."
            f"{removals(evidence)} It lives as long as the process. The program either sets it "
            f"on purpose (`globalThis{own}`), or assigns to a name that it never declared with "
            "`const`, `let` or `var`.",
            f"If `{name}` is global by mistake, declare it where it belongs; `'use strict'` makes "
            "the mistake an error. In both cases bound it, or remove what is no longer "
            "needed.",
        )

    def _entries(self, evidence: Evidence) -> Cause:
        """Explain globals of which each object adds one."""
        step = evidence.steps[-1]
        anchor = replace(
            evidence.anchor,
            name="globalThis",
            text=f"the global object (`{step.written}`, for one)",
            held_by="global",
            expression="globalThis",
        )
        return Cause(
            self.kind,
            anchor,
            f"The global object accumulates properties such as `{step.written}`: "
            f"{growth(evidence)} {subject_text(evidence)}.{removals(evidence)}",
            "Keep them in a bounded Map, and delete each when it is no longer needed.",
        )
