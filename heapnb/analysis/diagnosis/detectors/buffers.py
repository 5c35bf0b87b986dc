"""Buffers and typed arrays, whose bytes lie outside V8's heap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.detectors.base import MEASURED, Cause
from heapnb.analysis.diagnosis.detectors.contents import (
    VIEW_CLASSES,
    named,
    size_of,
    stores_outside,
    views,
)
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph import HeapGraph
from heapnb.graph.edges import children_of
from heapnb.kernels.edges import count_of_type

BUFFER_CLASSES: Final = (*VIEW_CLASSES, "ArrayBuffer", "SharedArrayBuffer")

BYTE_CLASSES: Final = frozenset(
    {"ArrayBuffer", "Buffer", "DataView", "FastBuffer", "SharedArrayBuffer", "Uint8Array"}
)
"""Classes of bytes, of which programs make slices."""

MOST_OF_IT: Final = 0.5
"""From this share of the retained bytes on, ArrayBuffers are the cause."""

SLAB_SIZES: Final = (8192, 65536)
"""``Buffer.poolSize`` of Node.js, earlier and since version 24."""

LARGEST_ALIGNMENT: Final = 64
"""Bytes by which a slab may be larger, for alignment."""

VIEWS_PER_STORE: Final = 1.5
"""With more views for each store, the stores are shared."""


@dataclass(frozen=True)
class OutsideMemory:
    """Memory of ArrayBuffers that an accumulation retains.

    Parameters
    ----------
    n_stores, n_views : int
        ArrayBuffers that have memory, and views of them.
    size, typical : int
        Bytes of all of them; the median.
    share : float
        Their share of all retained bytes.
    is_pooled : bool
        Whether most are slabs of Node's pool for small Buffers.
    """

    n_stores: int
    n_views: int
    size: int
    typical: int
    share: float
    is_pooled: bool

    @property
    def is_shared(self) -> bool:
        """Whether several views share each ArrayBuffer."""
        return self.n_views > VIEWS_PER_STORE * self.n_stores


@dataclass(frozen=True)
class BufferFacts(Facts):
    """Buffers and typed arrays.

    Parameters
    ----------
    memory : OutsideMemory
        What they retain outside V8's heap.
    """

    memory: OutsideMemory


class Buffers:
    """Accumulated Buffers, above all slices that keep a whole ArrayBuffer alive."""

    kind: ClassVar[str] = "buffers"
    strength: ClassVar[float] = MEASURED

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        memory = outside_memory(site)
        if memory is None or memory.share < MOST_OF_IT:
            return None
        is_buffer = site.class_name in BUFFER_CLASSES
        if is_buffer and site.class_name not in BYTE_CLASSES:
            # Arrays of numbers are made with a memory of their own, and rarely sliced.
            is_buffer = memory.is_shared
        if not is_buffer and not memory.is_pooled:
            return None
        return Cause(self.kind, BufferFacts(Group.of(site), site.anchor, memory))


def outside_memory(site: Site) -> OutsideMemory | None:
    """Measure the memory of ArrayBuffers that an accumulation retains; None without any."""
    graph, held = site.graph, site.held
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
    """Select the ArrayBuffers of Node's pool, which Node marks with a property of its own."""
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
