"""Collections with much spare capacity."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb.analysis.diagnosis.detectors.base import MAPS, SETS
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.edges import children_of

LEAST_BYTES: Final = 16_384
WORDS_PER_ENTRY: Final = 32
"""From this many words for each entry on, a table is mostly empty; a dense one has 3 to 9."""

_WORD: Final = 8


class SpareCapacity:
    """Backing stores that were full once, or grew far ahead of their content."""

    def remark(self, evidence: Evidence, _kind: str, /) -> str | None:
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
        return (
            f"Its backing store has {size:,} bytes for {n_entries:,} entries: it has room for "
            "many more, unless it holds small integers, which are not in the file."
        )
