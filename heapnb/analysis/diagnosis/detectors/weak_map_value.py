"""What a WeakMap keeps for a key that lives long."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, subject_text
from heapnb.analysis.diagnosis.evidence import Evidence, article
from heapnb.analysis.retention.weak_tables import is_entry, weak_map_of


class WeakMapValue:
    """The value of one key of a WeakMap, which grows as long as the key lives."""

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
            f"A WeakMap keeps a value for as long as its key lives, and {article(key.class_name)} "
            f"in `{anchor.name}` lives long. In what {name} has for it, "
            f"{subject_text(evidence)} pile up ({growth(evidence)}).",
            f"Let go of the key (`{anchor.name}`), delete its entry (`delete`), or give its value "
            "a bound: a WeakMap helps only where the keys go.",
        )
