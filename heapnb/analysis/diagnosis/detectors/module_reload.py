"""Modules that are loaded again while their earlier versions stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import user_location
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.short_names import short_script
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph.edges import child

MODULE_CLASSES = ("Module", "ModuleJob", "ModuleWrap", "SourceTextModule", "NativeModule")

LOAD_CACHE = "loadCache"
"""Where Node keeps ES modules, in objects by kind of module."""

_NEAR = 8


@dataclass(frozen=True)
class ModuleFacts(Facts):
    """Modules that are loaded again and again.

    Parameters
    ----------
    script : str
        File of one of them; empty if unknown.
    """

    script: str


class ModuleReload:
    """Module objects that accumulate in `module.children` or in a cache of the loader."""

    kind: ClassVar[str] = "module-reload"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        module = _module_in(site)
        if module is None:
            return None
        anchor = site.anchor
        parent = _file_of(site)
        if anchor.name == "children" and parent:
            anchor = replace(anchor, text=f"`module.children` of {short_script(parent)}")
        location = _location_of_code(site)
        script = location.rsplit(":", 2)[0] if location else ""
        return Cause(self.kind, ModuleFacts(Group.of(site), anchor, script), location, module)


def _location_of_code(site: Site) -> str | None:
    """Return the line of the module's own code that occurs most often in an example."""
    functions: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for inner in site.below(site.example):
        location = user_location(site.graph, inner)
        if location is not None:
            (functions if site.is_closure(inner) else others)[location] += 1
    found = functions or others
    return found.most_common(1)[0][0] if found else None


def _module_in(site: Site) -> int | None:
    """Find the module: the example, or the one in an entry of the loader's cache."""
    example = site.example
    nodes = [example]
    if site.anchor.name == LOAD_CACHE:
        nodes += site.below(example)[:_NEAR]
    modules = (node for node in nodes if site.graph.class_name(node) in MODULE_CLASSES)
    return next(modules, None)


def _file_of(site: Site) -> str:
    """Return the file of the Module that has the anchor; empty for other objects."""
    if site.anchor_owner is None:
        return ""
    file = child(site.graph, site.anchor_owner.node, "filename")
    return site.graph.display_name(file) if file is not None else ""
