"""Bytes outside the heap: buffers, the views into them, and the stores that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.links import (
    array_lengths,
    class_names_of,
    has_name,
    has_type,
    ids_of,
    nodes_named,
    one_of,
    owners_of,
    property_of,
    sizes_of,
    variable_columns,
    word_size,
)
from heapnb.frames import masked, signed

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph

_BUFFERS: Final = ("ArrayBuffer", "SharedArrayBuffer")
_KINDS: Final = ("buffer", "view")


def buffers(graph: HeapGraph) -> pd.DataFrame:
    """List the ArrayBuffers and what looks into them: typed arrays, Buffers, DataViews.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row an object, in ordinal order; the index holds ordinals.

        ``node_id``, ``class_name``

        ``kind``
            ``"buffer"`` or ``"view"``.
        ``buffer_id``
            Node id of the ArrayBuffer; that of a buffer itself.
        ``store_id``, ``store_bytes``
            Node id and bytes of the memory outside the heap; without any, ``<NA>`` and 0.
        ``view_count``
            How many views look into the same ArrayBuffer.
        ``byte_length``
            Bytes of the buffer; of a view that is its buffer's only one, or small enough to have
            its bytes in the heap, as many as there are. The file does not say which part of a
            shared buffer a view looks at: ``<NA>``.
        ``is_slab``
            Whether several views share the store: a small one keeps all of it alive.
        ``variable``, ``holder``
            The property or variable nearest to the roots that it is held under, and the class
            of what has it.
        ``shallow_size``, ``retained_size``
            In bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>a root>b a/buffer>s b/buffer>s s/backing_store>m"
    ... )
    >>> for key, name in [("a", "Buffer"), ("b", "Buffer"), ("s", "ArrayBuffer")]:
    ...     _ = builder.node(key, name=name)
    >>> graph = builder.node("m", type="native", size=8192).graph()
    >>> buffers(graph)[["class_name", "store_bytes", "view_count", "is_slab"]]
        class_name  store_bytes  view_count  is_slab
    1       Buffer         8192           2     True
    2       Buffer         8192           2     True
    3  ArrayBuffer         8192           2     True
    """
    import pandas as pd

    view = views(graph)
    # Subclasses have other names, but stores or views of their own.
    named = nodes_named(graph, _BUFFERS)
    is_prototype = property_of(graph, named, "constructor") >= 0
    with_store, _ = owners_of(graph, "backing_store", "internal")
    looked_into = property_of(graph, view, "buffer", edge_type="internal")
    buffer = np.unique(np.concatenate([named[~is_prototype], with_store, looked_into]))
    node = np.union1d(view, buffer)
    is_view = np.isin(node, view)
    own = np.where(is_view, property_of(graph, node, "buffer", edge_type="internal"), node)
    place = np.searchsorted(buffer, own)
    view_count = np.bincount(place[is_view], minlength=len(buffer))[place]
    store = property_of(graph, buffer, "backing_store", edge_type="internal")[place]
    store_bytes = np.where(store >= 0, graph.self_size[np.maximum(store, 0)], 0).astype(np.int64)
    length, is_known = _byte_lengths(graph, node, store_bytes, is_view & (view_count > 1))
    columns = {
        "node_id": signed(graph.node_id[node]),
        "class_name": class_names_of(graph, node),
        "kind": one_of(is_view.astype(np.int8), _KINDS),
        "buffer_id": signed(graph.node_id[own]),
        "store_id": ids_of(graph, store),
        "store_bytes": store_bytes,
        "view_count": view_count,
        "byte_length": masked(length, ~is_known),
        "is_slab": (view_count > 1) & (store >= 0),
        **variable_columns(graph, node),
        **sizes_of(graph, node),
    }
    return pd.DataFrame(columns, index=node, copy=False)


def views(graph: HeapGraph) -> IntArray:
    """Find typed arrays, Buffers and DataViews.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    node, buffer = owners_of(graph, "buffer", "internal")
    return node[has_name(graph, buffer, *_BUFFERS) | has_store(graph, buffer)]


def has_store(graph: HeapGraph, nodes: IntArray) -> BoolArray:
    """Tell which objects have memory outside the heap."""
    found: BoolArray = property_of(graph, nodes, "backing_store", edge_type="internal") >= 0
    return found


def _byte_lengths(
    graph: HeapGraph, nodes: IntArray, store_bytes: IntArray, is_shared: BoolArray
) -> tuple[IntArray, BoolArray]:
    store = property_of(graph, nodes, "elements", edge_type="internal")
    in_heap = np.where(has_type(graph, store, *vocab.BACKING_TYPES, "code"), store, vocab.NO_INDEX)
    inside = array_lengths(graph, in_heap) * word_size(graph)
    is_inside = (in_heap >= 0) & (store_bytes == 0)
    length = np.where(is_inside, inside, store_bytes)
    return length, is_inside | ~is_shared & (store_bytes > 0)
