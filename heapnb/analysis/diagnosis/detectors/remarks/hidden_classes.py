"""Objects that each have their own hidden class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark
from heapnb.graph.edges import children_of

LEAST_OBJECTS: Final = 16
LEAST_SHARE: Final = 0.5
"""From this many hidden classes for each object on, property names come from data."""


@dataclass(frozen=True)
class HiddenClassRemark(Remark):
    """Objects that each have their own hidden class.

    Parameters
    ----------
    n_classes, n_objects : int
        Hidden classes, and objects.
    """

    n_classes: int
    n_objects: int


class HiddenClasses:
    """Property names from data: V8 creates a hidden class for every new set of names."""

    def remark(self, evidence: Evidence, _kind: str, /) -> Remark | None:
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
        return HiddenClassRemark(n_maps, len(members))
