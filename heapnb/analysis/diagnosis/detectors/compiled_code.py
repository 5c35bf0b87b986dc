"""Code compiled repeatedly at run time: templates, schemas, patterns."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.locations import UNNAMED, location_of, script_name, scripts_of

COMPILED_SHARE: Final = 0.5
"""From this many scripts for each object on, the objects are compiled code."""

NAMES_OF_TEXTS: Final = (None, "", "evalmachine.<anonymous>")
"""Names of scripts that come from a string instead of a file."""

SCRIPT_CLASSES: Final = ("ContextifyScript", "Script")
"""Classes of the objects that `new vm.Script` creates."""


class CompiledCode:
    """Functions from `new Function`, `eval` or `vm`, and regular expressions."""

    kind: ClassVar[str] = "compiled-code"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if evidence.accumulation.is_content:
            return None
        anchor = evidence.anchor
        if evidence.class_name == vocab.CLASS_REGEXP:
            what = "Regular expressions compiled at run time"
            scripts, retained = "", "and its compiled code"
        else:
            n_scripts = self._scripts_of_texts(evidence)
            if n_scripts < COMPILED_SHARE * len(evidence.accumulation.members):
                return None
            what = "Code compiled from strings at run time (templates, schemas, rules)"
            scripts, retained = f" (with {n_scripts:,} scripts)", "its scopes and its machine code"
        return Cause(
            self.kind,
            anchor,
            f"{what}: {growth(evidence)}{scripts}, held by {anchor.text}.{removals(evidence)} "
            f"Each retains its source, {retained}. Either the sources differ each time, or the "
            "cache key does: otherwise the number would not grow.",
            "Compile once at startup, and pass what differs as data. Use the source text as the "
            f"key in `{anchor.name}`, not a new object, and bound it.",
            location=self._location(evidence),
        )

    def _location(self, evidence: Evidence) -> str | None:
        """Return the location of the nearest function from a file, which probably compiles."""
        if evidence.class_name != vocab.CLASS_FUNCTION:
            return None
        above = (location_of(evidence.graph, step.node) for step in reversed(evidence.steps))
        return next((site for site in above if site and not site.startswith(UNNAMED)), None)

    def _scripts_of_texts(self, evidence: Evidence) -> int:
        graph, held = evidence.graph, evidence.held
        functions = of_types(graph, held, "closure")
        scripts = np.unique(scripts_of(graph, functions))
        of_texts = [
            script
            for script in scripts[scripts >= 0].tolist()
            if script_name(graph, script) in NAMES_OF_TEXTS
        ]
        objects = named(graph, of_types(graph, held, "object"), SCRIPT_CLASSES)
        return len(of_texts) + len(objects)
