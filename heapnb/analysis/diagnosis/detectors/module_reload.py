"""Modules that are loaded again while their former versions stay."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.evidence import Evidence, short_script
from heapnb.graph.places import child

MODULE_CLASSES = ("Module", "ModuleJob", "ModuleWrap", "SourceTextModule", "NativeModule")

LOAD_CACHE = "loadCache"
"""Where Node keeps ES modules, in objects by the kind of module."""

_NEAR = 8


class ModuleReload:
    """Module objects that pile up in the list of children, or in a cache of the loader."""

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
        script = evidence.location.rsplit(":", 2)[0] if evidence.location else ""
        which = f" of {short_script(script)}" if script else ""
        return Cause(
            self.kind,
            anchor,
            f"The code{which} is loaded again and again: {growth(evidence)} modules. Deleting one "
            f"from the loader's cache does not free it: {anchor.text} keeps every generation, "
            "with its exports, functions and source.",
            "Read what changes as data (`JSON.parse` of a file) in place of loading code again; "
            "or take the old Module out of `module.children` when deleting it from "
            "`require.cache`; or restart the process, or use a worker, to load new code.",
            subject=module,
        )


def _module_in(evidence: Evidence) -> int | None:
    """Find the module that the pile's example is, or is an entry of the loader's cache for."""
    example = evidence.accumulation.example
    nodes = [example]
    if evidence.anchor.name == LOAD_CACHE:
        nodes += evidence.below(example)[:_NEAR]
    modules = (node for node in nodes if evidence.graph.class_name(node) in MODULE_CLASSES)
    return next(modules, None)


def _file_of(evidence: Evidence, place: int) -> str:
    """Return the file that a step, if it is a Module, was loaded from."""
    if place < 0:
        return ""
    file = child(evidence.graph, evidence.steps[place].node, "filename")
    return evidence.graph.display_name(file) if file is not None else ""
