"""Short slices of long strings, each of which retains the whole string."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb.analysis.diagnosis.detectors.base import Cause, counted, removals
from heapnb.analysis.diagnosis.detectors.contents import of_types, size_of
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.edges import children_of

MOST_OF_IT: Final = 0.5
"""From this share of the retained bytes on, the parents of slices are the cause."""

LEAST_PER_SLICE: Final = 256
"""If a string has fewer bytes for each slice, the slices may well cover all of it."""


class SlicedStrings:
    """Strings that refer to the string they were cut from."""

    kind: ClassVar[str] = "sliced-strings"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        graph, held = evidence.graph, evidence.held
        slices = of_types(graph, held, "sliced string")
        parents = np.unique(children_of(graph, slices, ["parent"]))
        # Strings that something else holds as well would stay anyway.
        parents = np.intersect1d(parents, held)
        size = size_of(graph, parents)
        if len(parents) == 0 or size < LEAST_PER_SLICE * len(slices):
            return None
        if size < MOST_OF_IT * size_of(graph, held):
            return None
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"{counted(evidence)}, held by {anchor.text}.{removals(evidence)} They contain "
            f"{len(slices):,} sliced strings, which retain {len(parents):,} whole strings of "
            f"{size // len(parents):,} bytes on average. `slice`, `substring`, `split`, `trim` "
            "and RegExp matches do not copy: a slice of a long string refers to the whole.",
            f"Copy the slice before you store it in `{anchor.name}`: "
            "`Buffer.from(slice).toString()`, `structuredClone(slice)` or "
            "`JSON.parse(JSON.stringify(slice))`.",
        )
