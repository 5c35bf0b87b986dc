"""What one collection holds: rows of keys and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb.decode.hashtables import (
    OLDER_PROPERTIES,
    PROPERTIES,
    entries,
    entry_rows,
    shapes_of,
)
from heapnb.decode.links import (
    class_names_of,
    edges_of_type,
    has_type,
    ids_of,
    property_of,
    shown_names,
)
from heapnb.frames import edge_labels, signed, texts

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_PROTOTYPE: Final = "__proto__"


def entries_frame(graph: HeapGraph, node: int) -> pd.DataFrame:
    """List what a Map, Set, WeakMap, WeakSet, array or object holds.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal of an object.

    Returns
    -------
    pandas.DataFrame
        One row an entry: of Maps and Sets in the order of insertion, of arrays by index, of
        objects by index and then as the file has them. Small integers in collections are not in
        the file: entries of which nothing is there are left out, and so are arrays' items.

        ``key``
            The key as text; ``<NA>`` for one that is not in the file, and for members of a Set.
        ``value``
            The value, or the member of a Set, likewise.
        ``key_id``, ``value_id``
            Their node ids.
        ``key_class``, ``value_class``
            Their classes.
        ``shallow_size``, ``retained_size``
            Of the value, in bytes; 0 for one that is not in the file.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>m m/table>t t/5>key t/6>User")
    >>> builder = builder.node("key", type="string", name="ann")
    >>> graph = builder.node("t", type="array", size=16 + 8 * (3 + 2 + 4 * 3)).graph()
    >>> entries_frame(graph, builder.ordinal("m"))[["key", "value", "value_class"]]
       key value value_class
    0  ann  User        User
    """
    found = entries(graph, node)
    if found is None:
        return _of_object(graph, node)
    is_set = found.kind == "Set" or graph.name(node) == "WeakSet"
    nothing = np.full(len(found.key), vocab.NO_INDEX, np.int64)
    key, value = (nothing, found.key) if is_set else (found.key, found.value)
    return _table(graph, shown_names(graph, key), key, value)


def _of_object(graph: HeapGraph, node: int) -> pd.DataFrame:
    only = np.array([node])
    _, elements = edges_of_type(graph, only, "element")
    elements = elements[np.argsort(graph.edge_name[elements], kind="stable")]
    _, properties = edges_of_type(graph, only, "property")
    labels = edge_labels(graph, properties).to_pylist()
    properties = properties[[label != _PROTOTYPE for label in labels]]
    edges = np.concatenate([elements, properties])
    value = graph.edge_to[edges].astype(np.int64)
    names = edge_labels(graph, edges)
    unseen = _keys_without_values(graph, only)
    names = pa.concat_arrays([names, *unseen])
    nothing = np.full(len(names), vocab.NO_INDEX, np.int64)
    value = np.concatenate([value, nothing[len(value) :]])
    return _table(graph, texts(names), nothing, value)


def _keys_without_values(graph: HeapGraph, only: IntArray) -> list[pa.LargeStringArray]:
    """Return the keys of a dictionary whose values are numbers that the file leaves out."""
    store = property_of(graph, only, "properties", edge_type="internal")
    store = np.where(has_type(graph, store, "array"), store, vocab.NO_INDEX)
    shapes = shapes_of(graph, store, (PROPERTIES, OLDER_PROPERTIES))
    rows = entry_rows(graph, store, shapes)
    unseen = rows.key[(rows.key >= 0) & (rows.value < 0)]
    unseen = unseen[has_type(graph, unseen, "string")]
    return [graph.strings.take(pa.array(graph.node_name[unseen]))]


def _table(graph: HeapGraph, names: Any, key: IntArray, value: IntArray) -> pd.DataFrame:
    import pandas as pd

    is_missing = value < 0
    sizes = {
        name: np.where(is_missing, 0, signed(column[np.maximum(value, 0)]))
        for name, column in (
            ("shallow_size", graph.shallow_size),
            ("retained_size", graph.retained_size),
        )
    }
    columns = {
        "key": names,
        "value": shown_names(graph, value),
        "key_id": ids_of(graph, key),
        "value_id": ids_of(graph, value),
        "key_class": class_names_of(graph, key),
        "value_class": class_names_of(graph, value),
        **sizes,
    }
    return pd.DataFrame(columns, copy=False)
