"""Modules that are loaded again while their earlier versions stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals
from heapnb.analysis.diagnosis.detectors.callbacks import user_location
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import short_script
from heapnb.graph.edges import child

MODULE_CLASSES = ("Module", "ModuleJob", "ModuleWrap", "SourceTextModule", "NativeModule")

LOAD_CACHE = "loadCache"
"""Where Node keeps ES modules, in objects by kind of module."""

_NEAR = 8


class ModuleReload:
    """Module objects that accumulate in `module.children` or in a cache of the loader."""

    kind: ClassVar[str] = "module-reload"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        module = _module_in(evidence)
        if module is None:
            return None
        anchor = evidence.anchor
        parent = _file_of(evidence, anchor.place - 1)
        if anchor.name == "children" and parent:
            anchor = replace(anchor, text=f"`module.children` of {short_script(parent)}")
        location = _location_of_code(evidence)
        script = location.rsplit(":", 2)[0] if location else ""
        which = f" of {short_script(script)}" if script else ""
        return Cause(
            self.kind,
            anchor,
            f"Modules{which}: {growth(evidence)}, held by {anchor.text}.{removals(evidence)} The "
            "program loads the code repeatedly, and each version stays with its exports, "
            "functions and source, even if the program deletes it from `require.cache`.",
            "Reload data instead of code: `JSON.parse` of a file. Or remove the old Module from "
            "`module.children` when you delete it from `require.cache`. Or load new code in a "
            "worker or a new process, which costs its startup time.",
            location,
            module,
        )


def _location_of_code(evidence: Evidence) -> str | None:
    """Return the line of the module's own code that occurs most often in an example."""
    functions: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for inner in evidence.below(evidence.accumulation.example):
        location = user_location(evidence.graph, inner)
        if location is not None:
            (functions if evidence.is_closure(inner) else others)[location] += 1
    found = functions or others
    return found.most_common(1)[0][0] if found else None


def _module_in(evidence: Evidence) -> int | None:
    """Find the module: the example, or the one in an entry of the loader's cache."""
    example = evidence.accumulation.example
    nodes = [example]
    if evidence.anchor.name == LOAD_CACHE:
        nodes += evidence.below(example)[:_NEAR]
    modules = (node for node in nodes if evidence.graph.class_name(node) in MODULE_CLASSES)
    return next(modules, None)


def _file_of(evidence: Evidence, place: int) -> str:
    """Return the file of a step that is a Module; empty for other steps."""
    if place < 0:
        return ""
    file = child(evidence.graph, evidence.steps[place].node, "filename")
    return evidence.graph.display_name(file) if file is not None else ""
