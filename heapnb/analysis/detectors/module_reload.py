"""Modules that are loaded again while their former versions stay."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.detectors.base import Cause, growth
from heapnb.analysis.evidence import Evidence, short_script
from heapnb.places import child

MODULE_CLASSES = ("Module", "ModuleJob", "ModuleWrap", "SourceTextModule", "NativeModule")


class ModuleReload:
    """Module objects that pile up in the list of children, or in a cache of the loader."""

    kind: ClassVar[str] = "module-reload"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.detectors.base.Detector`."""
        example = evidence.graph.class_name(evidence.pile.example)
        is_module = example in MODULE_CLASSES or any(
            evidence.graph.class_name(node) in MODULE_CLASSES
            for node in evidence.below(evidence.pile.example)[:8]
            if evidence.anchor.name == "loadCache"
        )
        if not is_module:
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
        )


def _file_of(evidence: Evidence, place: int) -> str:
    """Return the file that a step, if it is a Module, was loaded from."""
    if place < 0:
        return ""
    file = child(evidence.graph, evidence.steps[place].node, "filename")
    return evidence.graph.display_name(file) if file is not None else ""
