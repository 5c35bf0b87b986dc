"""Short slices of long strings, each of which retains the whole string."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from heapnb.analysis.diagnosis.detectors.base import MEASURED, Cause
from heapnb.analysis.diagnosis.detectors.contents import of_types, size_of
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph.edges import children_of

MOST_OF_IT: Final = 0.5
"""From this share of the retained bytes on, the parents of slices are the cause."""

LEAST_PER_SLICE: Final = 256
"""If a string has fewer bytes for each slice, the slices may well cover all of it."""


@dataclass(frozen=True)
class SliceFacts(Facts):
    """Strings that refer to the string they were cut from.

    Parameters
    ----------
    n_slices, n_parents : int
        Slices, and strings that they were cut from.
    parent_size : int
        Bytes of such a string on average.
    """

    n_slices: int
    n_parents: int
    parent_size: int


class SlicedStrings:
    """Strings that refer to the string they were cut from."""

    kind: ClassVar[str] = "sliced-strings"
    strength: ClassVar[float] = MEASURED

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        graph, held = site.graph, site.held
        slices = of_types(graph, held, "sliced string")
        if len(slices) == 0:
            return None
        parents = np.unique(children_of(graph, slices, ["parent"]))
        parents = parents[parents >= 0]
        # Strings that something else holds as well would stay anyway.
        parents = parents[site.is_held[parents]]
        size = size_of(graph, parents)
        if len(parents) == 0 or size < LEAST_PER_SLICE * len(slices):
            return None
        if size < MOST_OF_IT * size_of(graph, held):
            return None
        return Cause(
            self.kind,
            SliceFacts(
                Group.of(site), site.anchor, len(slices), len(parents), size // len(parents)
            ),
        )
