"""Collections with much spare capacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb.analysis.diagnosis.detectors.base import MAPS, SETS
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark
from heapnb.graph.edges import children_of

LEAST_BYTES: Final = 16_384
WORDS_PER_ENTRY: Final = 32
"""From this many words for each entry on, a table is mostly empty; a dense one has 3 to 9."""

_WORD: Final = 8


@dataclass(frozen=True)
class SpareRemark(Remark):
    """A backing store that is mostly empty.

    Parameters
    ----------
    size : int
        Its bytes.
    n_entries : int
        Entries in it.
    """

    size: int
    n_entries: int


class SpareCapacity:
    """Backing stores that were full once, or grew far ahead of their content."""

    def remark(self, evidence: Evidence, _kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        accumulation, graph = evidence.accumulation, evidence.graph
        if accumulation.is_content or accumulation.is_list or accumulation.n_holders > 1:
            return None
        label = "table" if evidence.holder.class_name in (*MAPS, *SETS) else "elements"
        store = int(children_of(graph, np.array([evidence.holder.node]), [label])[0])
        if store < 0:
            return None
        size, n_entries = int(graph.self_size[store]), int(accumulation.count[-1])
        if size < max(LEAST_BYTES, WORDS_PER_ENTRY * _WORD * n_entries):
            return None
        return SpareRemark(size, n_entries)
