"""Code that is compiled at run time, again and again: templates, schemas, patterns."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.places import location_of, script_name, scripts_of

COMPILED_SHARE: Final = 0.5
"""A pile with so many scripts of its own for each member is one of compiled code."""

NAMES_OF_TEXTS: Final = (None, "", "evalmachine.<anonymous>")
"""How scripts are called that come from a text in place of a file."""

UNNAMED: Final = "script "
"""How locations begin in scripts without a name."""

SCRIPT_CLASSES: Final = ("ContextifyScript", "Script")
"""Classes of what `new vm.Script` makes."""


class CompiledCode:
    """Functions made by `new Function`, `eval` or `vm`, or regular expressions, kept by source."""

    kind: ClassVar[str] = "compiled-code"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if evidence.accumulation.is_content:
            return None
        anchor = evidence.anchor
        if evidence.class_name == vocab.CLASS_REGEXP:
            what = "A regular expression is compiled"
            scripts = ""
        else:
            n_scripts = self._scripts_of_texts(evidence)
            if n_scripts < COMPILED_SHARE * len(evidence.accumulation.members):
                return None
            what = "Code is compiled from a text (a template, a schema, a rule)"
            scripts = f", {n_scripts:,} scripts in all"
        return Cause(
            self.kind,
            anchor,
            f"{what} again and again, and {anchor.text} keeps every result "
            f"({growth(evidence)}{scripts}): the source, its syntax and scopes, its code. The "
            "key under which it would be found again is new each time, so that it never is.",
            "Compile once, where the program starts, and pass what differs as data; see to it "
            f"that the key of `{anchor.name}` is the same for the same source (the text, not a "
            "new object), and give it a bound.",
            location=self._location(evidence),
        )

    def _location(self, evidence: Evidence) -> str | None:
        """Name the nearest function that is written in a file: what compiles, probably."""
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
