"""Tables that have room for much more than is in them."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb.analysis.diagnosis.detectors.base import MAPS, SETS
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.places import children_of

LEAST_BYTES: Final = 16_384
WORDS_PER_ENTRY: Final = 32
"""A table with so many words to an entry is mostly empty; a dense one has three to nine."""

_WORD: Final = 8


class SpareCapacity:
    """Backing stores that were needed once, or grew far ahead: a note, not a leak."""

    def remark(self, evidence: Evidence, _kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.base.Remark`."""
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
            f"The table behind it has {size:,} bytes for {n_entries:,} entries: it was "
            "made for many more (small integers, which are not in the file, aside)."
        )
