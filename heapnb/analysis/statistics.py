"""Bytes of the heap by kind, as in DevTools' Statistics."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb import vocab
from heapnb._showing import Shown
from heapnb._typing import IntArray
from heapnb.graph import HeapGraph, derived
from heapnb.graph.edges import is_string
from heapnb.graph.group_sizes import counts_and_sizes
from heapnb.kernels import summary as kernels

if TYPE_CHECKING:
    import pandas as pd

_ARRAY: Final = "Array"
_ELEMENTS: Final = "elements"


@dataclass(frozen=True)
class NativeStatistics:
    """Bytes outside the JavaScript heap.

    Parameters
    ----------
    total : int
        Total bytes.
    typed_arrays : int
        Of these, the contents of ArrayBuffers.
    """

    total: int
    typed_arrays: int


@dataclass(frozen=True)
class HeapStatistics:
    """Bytes in the JavaScript heap.

    Parameters
    ----------
    total : int
        Total bytes.
    code : int
        Compiled code and its metadata.
    js_arrays : int
        Arrays with their elements.
    strings : int
        Strings of any kind.
    system : int
        The engine's own objects.
    """

    total: int
    code: int
    js_arrays: int
    strings: int
    system: int


@dataclass(frozen=True, repr=False)
class Statistics(Shown):
    """The heap by kind.

    Parameters
    ----------
    total : int
        Bytes of the whole heap.
    native : NativeStatistics
        Outside the JavaScript heap.
    v8_heap : HeapStatistics
        Inside it.
    """

    total: int
    native: NativeStatistics
    v8_heap: HeapStatistics

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each kind: ``kind``, ``size`` in bytes, ``share``; the shares add up to 1."""
        import pandas as pd

        return pd.DataFrame(self._columns)

    @property
    def _columns(self) -> dict[str, list[Any]]:
        """The columns of `table`."""
        heap, native = self.v8_heap, self.native
        named = {
            "code": heap.code,
            "strings": heap.strings,
            "JS arrays": heap.js_arrays,
            "typed arrays": native.typed_arrays,
            "system objects": heap.system,
            "other native objects": native.total - native.typed_arrays,
        }
        sizes = {**named, "other JS objects": self.total - sum(named.values())}
        return {
            "kind": list(sizes),
            "size": list(sizes.values()),
            "share": [size / self.total if self.total else 0.0 for size in sizes.values()],
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the statistics as plain data."""
        return asdict(self)


def statistics(graph: HeapGraph) -> Statistics:
    """Sum sizes by kind, as DevTools' Statistics does.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    Statistics

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>list list/elements>store list[0]>text")
    >>> _ = builder.node("list", name="Array").node("store", type="array")
    >>> _ = builder.node("text", type="string", size=40)
    >>> statistics(builder.graph()).v8_heap
    HeapStatistics(total=72, code=0, js_arrays=32, strings=40, system=0)
    """
    total, native, typed_arrays, code, js_arrays, strings, system = _figures(graph).tolist()
    return Statistics(
        total,
        NativeStatistics(native, typed_arrays),
        HeapStatistics(total - native, code, js_arrays, strings, system),
    )


@derived(title="Adding up kinds", name="statistics")
def _figures(graph: HeapGraph) -> IntArray:
    """Return the figures of `Statistics`, in the order in which `statistics` takes them."""
    sizes = size_by_type(graph)

    def of_types(*names: str) -> int:
        return int(
            sum(sizes[graph.node_type_index(n)] for n in names if n in graph.node_type_names)
        )

    extra = graph.raw.meta.extra_native_bytes
    figures = (
        int(graph.retained_size[graph.root]) + extra,
        of_types("native") + extra,
        _size_of_typed_arrays(graph),
        of_types("code"),
        _size_of_arrays(graph),
        of_types(*vocab.STRING_TYPES),
        of_types("hidden"),
    )
    return np.array(figures, np.int64)


def size_by_type(graph: HeapGraph) -> IntArray:
    """Sum shallow sizes by node type.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[n_node_types]
        Bytes.
    """
    _, sizes = counts_and_sizes(graph, graph.node_type, len(graph.node_type_names))
    return sizes.astype(np.int64)


def _size_of_typed_arrays(graph: HeapGraph) -> int:
    natives = np.flatnonzero(graph.node_type == graph.node_type_index("native"))
    if graph.renamed is not None:
        natives = natives[~graph.renamed[natives]]
    is_content = is_string(graph, [vocab.ARRAY_BUFFER_DATA])[graph.node_name[natives]]
    return int(graph.shallow_size[natives[is_content]].sum(dtype=np.uint64))


def _size_of_arrays(graph: HeapGraph) -> int:
    counted_elsewhere = [
        graph.node_type_index(name) for name in ("native", "code", "hidden", *vocab.STRING_TYPES)
    ]
    named = np.flatnonzero(is_string(graph, [_ARRAY])[graph.node_name])
    arrays = named[~np.isin(graph.node_type[named], counted_elsewhere)]
    return kernels.add_up_unshared_elements(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_to,
        graph.edge_type_index("internal"),
        is_string(graph, [_ELEMENTS]),
        arrays,
        graph.first_retainer,
        graph.shallow_size,
    )
