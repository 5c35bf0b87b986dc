"""Marks and measures of the performance timeline that are never cleared."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import clipped
from heapnb.graph.edges import child

BUFFERS: Final = {
    "markEntryBuffer": ("mark", "clearMarks"),
    "measureEntryBuffer": ("measure", "clearMeasures"),
}
"""Node's lists of entries: the method of `performance` that adds one, and the one that clears."""

ENTRY_CLASS: Final = "Performance"
"""How the class names of entries begin."""

_NAMES: Final = ("<symbol PerformanceEntry.Name>", "<symbol kName>", "name")


class PerformanceEntries:
    """Entries that `performance.mark` and `performance.measure` add to the timeline."""

    kind: ClassVar[str] = "performance-entries"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        entry, buffer = evidence.accumulation.example, evidence.holder
        graph = evidence.graph
        if buffer.label not in BUFFERS or not graph.class_name(entry).startswith(ENTRY_CLASS):
            return None
        method, clear = BUFFERS[buffer.label]
        name_node = child(graph, entry, *_NAMES)
        name = "" if name_node is None else clipped(graph.display_name(name_node))
        such_as = f", such as `{name}`" if name else ""
        anchor = evidence.anchor
        return Cause(
            self.kind,
            replace(
                anchor, text=f"the `{method}` entries of the performance timeline (`{anchor.name}`)"
            ),
            f"Each call of `performance.{method}` adds an entry to the performance timeline: "
            f"{growth(evidence)} entries{such_as}.{removals(evidence)} Node keeps every entry, "
            "with its `detail`, until the program clears it.",
            f"Call `performance.{clear}(name)` once the entry is read, for example in the callback "
            f"of a PerformanceObserver: observing an entry does not clear it. To record durations "
            "only, use `performance.now()` or `createHistogram()`.",
        )
