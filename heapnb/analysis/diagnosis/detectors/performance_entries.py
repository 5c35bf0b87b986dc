"""Marks and measures of the performance timeline that are never cleared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.native_listeners import INTERNAL_PREFIX
from heapnb.graph.edges import child

BUFFERS: Final = {
    "markEntryBuffer": "mark",
    "measureEntryBuffer": "measure",
}
"""Node's lists of entries, and the method of `performance` that adds one."""

ENTRY_CLASS: Final = "Performance"
"""How the class names of entries begin."""

PAGE_CLASSES: Final = {"PerformanceMark": "mark", "PerformanceMeasure": "measure"}
"""Classes of entries in a browser, and the method that adds one."""

TIMELINE: Final = "Performance"
"""The class of ``window.performance``."""

_NAMES: Final = ("<symbol PerformanceEntry.Name>", "<symbol kName>", "name")


@dataclass(frozen=True)
class EntryFacts(Facts):
    """Entries of the performance timeline.

    Parameters
    ----------
    method : {"mark", "measure"}
        Method of `performance` that adds one.
    example : str
        Name of one; empty if unknown.
    keeper : str
        What keeps them.
    """

    method: str
    example: str
    keeper: str = "Node"


class PerformanceEntries:
    """Entries that `performance.mark` and `performance.measure` add to the timeline."""

    kind: ClassVar[str] = "performance-entries"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        entry, buffer = site.example, site.holder
        graph = site.graph
        if site.class_name in PAGE_CLASSES and is_on_timeline(site.evidence):
            return self._in_page(site, PAGE_CLASSES[site.class_name])
        if buffer.label not in BUFFERS or not graph.class_name(entry).startswith(ENTRY_CLASS):
            return None
        method = BUFFERS[buffer.label]
        name_node = child(graph, entry, *_NAMES)
        name = "" if name_node is None else graph.display_name(name_node)
        anchor = site.anchor
        return Cause(
            self.kind,
            EntryFacts(
                Group.of(site),
                replace(
                    anchor,
                    text=f"the `{method}` entries of the performance timeline (`{anchor.name}`)",
                ),
                method,
                name,
            ),
        )

    def _in_page(self, site: Site, method: str) -> Cause:
        text = f"the `{method}` entries of the performance timeline (`window.performance`)"
        anchor = replace(
            site.anchor, name="performance", text=text, expression="performance", is_code=False
        )
        return Cause(self.kind, EntryFacts(Group.of(site), anchor, method, "", "The browser"))


def is_on_timeline(evidence: Evidence) -> bool:
    """Tell whether the browser's own list, not one of the page, holds entries."""
    classes = [step.class_name for step in evidence.steps[:-1]]
    named = [name for name in classes if not name.startswith(INTERNAL_PREFIX)]
    return bool(named) and named[-1] == TIMELINE
