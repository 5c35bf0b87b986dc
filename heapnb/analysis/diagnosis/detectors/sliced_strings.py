"""Short pieces of long texts, each of which keeps the whole text."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, subject_text
from heapnb.analysis.diagnosis.detectors.contents import of_types, size_of
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.places import children_of

MOST_OF_IT: Final = 0.5
"""Such a share of a pile's bytes is what the pile is about."""

LEAST_PER_SLICE: Final = 256
"""Where a text has fewer bytes for each slice of it, the slices may well be all of it."""


class SlicedStrings:
    """Strings that V8 did not copy but cut out of another one."""

    kind: ClassVar[str] = "sliced-strings"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        graph, held = evidence.graph, evidence.held
        slices = of_types(graph, held, "sliced string")
        parents = np.unique(children_of(graph, slices, ["parent"]))
        # Texts that something else holds as well stay anyway.
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
            f"What `slice`, `substring`, `split`, `trim` or a match of a RegExp cuts out of a long "
            f"string is no copy but refers to it. {subject_text(evidence)} pile up in "
            f"{anchor.text} ({growth(evidence)}), and {len(slices):,} such pieces in them keep "
            f"{len(parents):,} whole texts of {size // len(parents):,} bytes each.",
            f"Copy the piece before it goes to `{anchor.name}`: "
            "`Buffer.from(piece).toString()`, `structuredClone(piece)` or "
            "`JSON.parse(JSON.stringify(piece))` let go of the long text.",
        )
