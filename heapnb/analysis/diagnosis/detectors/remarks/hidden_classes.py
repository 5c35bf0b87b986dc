"""Objects that each have their own hidden class."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.edges import children_of

LEAST_OBJECTS: Final = 16
LEAST_SHARE: Final = 0.5
"""From this many hidden classes for each object on, property names come from data."""


class HiddenClasses:
    """Property names from data: V8 creates a hidden class for every new set of names."""

    def remark(self, evidence: Evidence, _kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        if evidence.accumulation.is_content:
            return None
        graph = evidence.graph
        members = of_types(graph, evidence.accumulation.members.astype(np.int64), "object")
        if len(members) < LEAST_OBJECTS:
            return None
        plain = named(graph, members, [vocab.CLASS_OBJECT])
        maps = children_of(graph, plain, ["map"])
        n_maps = len(np.unique(maps[maps >= 0]))
        if n_maps < max(LEAST_OBJECTS, LEAST_SHARE * len(members)):
            return None
        return (
            f"V8 has {n_maps:,} hidden classes for {len(members):,} objects, so probably their "
            "property names come from data. The sizes here exclude hidden classes. A Map does "
            "not need them."
        )
