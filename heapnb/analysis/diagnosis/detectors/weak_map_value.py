"""The value that a WeakMap keeps for a long-lived key."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, counted, removals
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import article
from heapnb.analysis.retention.weak_tables import is_entry
from heapnb.graph.references import weak_map_of


class WeakMapValue:
    """The value of one key of a WeakMap, which grows while the key lives."""

    kind: ClassVar[str] = "weak-map"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        anchor = evidence.anchor
        for place in range(evidence.place_of_holder, anchor.place, -1):
            edge = int(evidence.tree.parent_edge[evidence.steps[place].node])
            if is_entry(evidence.graph, edge):
                break
        else:
            return None
        key = evidence.steps[place - 1]
        weak_map = weak_map_of(evidence.graph, edge)
        name = f"the WeakMap `{weak_map}`" if weak_map else "a WeakMap"
        anchor = replace(
            anchor,
            text=f"the value that {name} keeps for {article(key.class_name)}, {anchor.text}",
        )
        return Cause(
            self.kind,
            anchor,
            f"{counted(evidence)}, in the value that {name} keeps for "
            f"{article(key.class_name)}.{removals(evidence)} A WeakMap keeps a value as long as "
            f"its key lives, and this key in `{anchor.name}` is long-lived.",
            f"Release the key (`{anchor.name}`), delete its entry, or bound its value. A WeakMap "
            "helps only if its keys are released.",
        )
