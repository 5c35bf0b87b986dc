"""Buffers and typed arrays, whose bytes lie outside of V8's heap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth, subject_text
from heapnb.analysis.diagnosis.detectors.contents import (
    VIEW_CLASSES,
    named,
    size_of,
    stores_outside,
    views,
)
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph import HeapGraph
from heapnb.graph.places import children_of
from heapnb.kernels.edges import count_of_type

BUFFER_CLASSES: Final = (*VIEW_CLASSES, "ArrayBuffer", "SharedArrayBuffer")

MOST_OF_IT: Final = 0.5
"""Such a share of a pile's bytes is what the pile is about."""

SLAB_SIZES: Final = (8192, 65536)
"""``Buffer.poolSize`` of Node.js, earlier and since version 24."""

LARGEST_ALIGNMENT: Final = 64
"""Bytes by which a slab may be larger, so that it can begin at an even address."""

VIEWS_PER_STORE: Final = 1.5
"""With more views than this to a store, stores are shared."""


class Buffers:
    """Piles of Buffers; above all slices that keep all of what they were cut from."""

    kind: ClassVar[str] = "buffers"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        memory = outside_memory(evidence)
        if memory is None or memory.share < MOST_OF_IT:
            return None
        if evidence.class_name not in BUFFER_CLASSES and not memory.is_pooled:
            return None
        anchor = evidence.anchor
        if evidence.accumulation.is_content:
            what = f"{capitalised(anchor.text)} gets larger and larger"
        else:
            what = f"{capitalised(subject_text(evidence))} pile up in {anchor.text}"
            what += f" ({growth(evidence)})"
        return Cause(
            self.kind,
            anchor,
            f"{what}. {memory.share:.0%} of what they keep are the {memory.size:,} bytes of "
            f"{memory.n_stores:,} ArrayBuffers, which lie outside of V8's heap: no limit on the "
            f"heap holds them back. {self._of_what(memory)}",
            f"Let go of them in `{anchor.name}` when they have been dealt with. What has to stay "
            "of a Buffer that is larger, copy (`Buffer.from(slice)` for a large one, "
            "`Buffer.alloc` and `copy` so that no pool is used for a small one, or a string).",
        )

    def _of_what(self, memory: OutsideMemory) -> str:
        if memory.is_pooled:
            return (
                "These are the slabs that small Buffers share (`Buffer.from`, "
                "`Buffer.allocUnsafe`): a few bytes that are kept keep the whole slab, "
                f"{memory.typical:,} bytes."
            )
        if memory.n_views > VIEWS_PER_STORE * memory.n_stores:
            return (
                f"{memory.n_views:,} views share them: what `subarray` and `slice` cut off keeps "
                "all that it was cut from."
            )
        return (
            f"Each has {memory.typical:,} bytes, as a rule; if what is kept are slices of them "
            "(`subarray`, `slice`), each keeps the whole."
        )


@dataclass(frozen=True)
class OutsideMemory:
    """Memory of ArrayBuffers that a pile keeps.

    Parameters
    ----------
    n_stores, n_views : int
        ArrayBuffers with memory, and what looks into them.
    size, typical : int
        Bytes of all, and of the one in the middle.
    share : float
        Of all bytes that the pile keeps.
    is_pooled : bool
        Whether most are slabs of Node's pool for small Buffers.
    """

    n_stores: int
    n_views: int
    size: int
    typical: int
    share: float
    is_pooled: bool


def outside_memory(evidence: Evidence) -> OutsideMemory | None:
    """Say how much memory of ArrayBuffers a pile keeps.

    Parameters
    ----------
    evidence : Evidence
        The pile.

    Returns
    -------
    OutsideMemory or None
        None if there is none.
    """
    graph, held = evidence.graph, evidence.held
    stores = stores_outside(graph, held)
    if len(stores) == 0:
        return None
    sizes = graph.shallow_size[stores]
    size = size_of(graph, stores)
    slabs = _slabs(graph, held)
    return OutsideMemory(
        len(stores),
        len(views(graph, held)),
        size,
        int(np.median(sizes)),
        size / max(size_of(graph, held), 1),
        bool(2 * len(slabs) >= len(stores)),
    )


def _slabs(graph: HeapGraph, held: IntArray) -> IntArray:
    """Choose the ArrayBuffers of Node's pool: it marks them with a property of its own."""
    buffers = named(graph, held, ["ArrayBuffer"])
    stores = children_of(graph, buffers, ["backing_store"])
    buffers, stores = buffers[stores >= 0], stores[stores >= 0]
    sizes = graph.self_size[stores].astype(np.int64)
    fits = [(sizes >= size) & (sizes <= size + LARGEST_ALIGNMENT) for size in SLAB_SIZES]
    buffers = buffers[np.any(fits, axis=0)]
    n_properties = np.empty(len(buffers) + 1, np.int64)
    hidden = graph.edge_type_index("hidden")
    count_of_type(graph.first_edge, graph.edge_type, hidden, buffers, n_properties)
    return buffers[np.diff(n_properties) > 0]
