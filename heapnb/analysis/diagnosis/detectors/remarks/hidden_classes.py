"""Objects that each have a hidden class of their own."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.places import children_of

LEAST_OBJECTS: Final = 16
LEAST_SHARE: Final = 0.5
"""With so many hidden classes for each object, their properties are named after data."""


class HiddenClasses:
    """Properties named after data: V8 describes every new set of names anew."""

    def remark(self, evidence: Evidence, _kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.base.Remark`."""
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
            f"The names of their properties are made from data, so that V8 has {n_maps:,} hidden "
            f"classes for {len(members):,} objects, which the sizes here do not count; a Map has "
            "no need of them."
        )
