"""Collections: what holds how many entries, how full it is, and under which name it is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.hashtables import (
    OLDER_PROPERTIES,
    PROPERTIES,
    collection_tables,
    entry_rows,
    shapes_of,
)
from heapnb.decode.links import (
    array_lengths,
    class_names_of,
    edges_of_type,
    has_name,
    has_type,
    nodes_named,
    one_of,
    owners_of,
    property_of,
    sizes_of,
    variable_columns,
)
from heapnb.frames import masked, signed
from heapnb.kernels.decoding import sum_up_elements

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph

KINDS: Final = ("Map", "Set", "WeakMap", "WeakSet", "Array", "typed array", "object")
"""What a collection can be; an object counts as one where it is used as a dictionary."""

_MAP, _SET, _WEAK_MAP, _WEAK_SET, _ARRAY, _TYPED_ARRAY, _OBJECT = range(len(KINDS))
_KIND_OF_TABLE: Final = {"Map": _MAP, "Set": _SET, "WeakMap": _WEAK_MAP}
# Engine's tables have room for as many entries from the start.
_SMALLEST_TABLE: Final = 4
_MANY_PROPERTIES: Final = 64


@dataclass(frozen=True)
class _Found:
    """Collections of one sort.

    Parameters
    ----------
    node : int64[k]
        Ordinals.
    kind : int64[k]
        Indices into `KINDS`.
    count : int64[k]
        Entries, -1 where the file does not tell.
    capacity : int64[k]
        Entries that there is room for, -1 where the file does not tell.
    """

    node: IntArray
    kind: IntArray
    count: IntArray
    capacity: IntArray

    def where(self, chosen: BoolArray) -> _Found:
        return _Found(
            self.node[chosen], self.kind[chosen], self.count[chosen], self.capacity[chosen]
        )


def collections(graph: HeapGraph) -> pd.DataFrame:
    """List what holds entries: Maps, Sets, arrays, and objects that are used as dictionaries.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a collection, in ordinal order; the index holds ordinals.

        ``node_id``, ``class_name``

        ``kind``
            One of `KINDS`. Plain objects are listed where the engine keeps their properties in
            a table, where they have elements, or at least 64 properties.
        ``entry_count``
            Entries that the file shows. Small integers are not in it, even if it was taken with
            numbers: an entry with one for its key and one for its value is missing, and arrays
            end at their last item that is something else. ``<NA>`` where nothing is shown
            though there is room for more than the least.
        ``capacity``
            Entries that there is room for; ``<NA>`` where the file does not tell.
        ``fill_ratio``
            The one by the other.
        ``variable``, ``holder``
            The property or variable nearest to the roots that it is held under, and the class of
            owner; ``<NA>`` for an object that is only an entry of another collection.
        ``shallow_size``, ``retained_size``
            In bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root.cache>Map Map/table>t t/5>key t/6>value")
    >>> graph = builder.node("t", type="array", size=16 + 8 * (3 + 2 + 4 * 3)).graph()
    >>> collections(graph)[["kind", "entry_count", "capacity", "fill_ratio", "variable"]]
      kind  entry_count  capacity  fill_ratio variable
    1  Map            1         4        0.25    cache
    """
    import pandas as pd

    parts = [_tables(graph), _arrays(graph), _typed_arrays(graph), _dictionaries(graph)]
    node = np.concatenate([part.node for part in parts])
    # What is found in two ways is what it was found to be first.
    node, first = np.unique(node, return_index=True)
    kind, count, capacity = (
        np.concatenate([getattr(part, name) for part in parts])[first]
        for name in ("kind", "count", "capacity")
    )
    is_unknown = (count < 0) | (capacity <= 0)
    fill = np.where(is_unknown, np.nan, np.minimum(count / np.maximum(capacity, 1), 1))
    columns = {
        "node_id": signed(graph.node_id[node]),
        "class_name": class_names_of(graph, node),
        "kind": one_of(kind, KINDS),
        "entry_count": masked(count, count < 0),
        "capacity": masked(capacity, capacity < 0),
        "fill_ratio": fill,
        **variable_columns(graph, node),
        **sizes_of(graph, node),
    }
    return pd.DataFrame(columns, index=node, copy=False)


def _tables(graph: HeapGraph) -> _Found:
    node, table = owners_of(graph, "table", "internal")
    table = np.where(has_type(graph, table, "array"), table, vocab.NO_INDEX)
    shapes = collection_tables(graph, table)
    count = entry_rows(graph, table, shapes).counts(len(node))
    kind = np.full(len(node), vocab.NO_INDEX, np.int64)
    for name, number in _KIND_OF_TABLE.items():
        kind[shapes.is_kind(name)] = number
    kind[(kind == _WEAK_MAP) & has_name(graph, node, "WeakSet")] = _WEAK_SET
    count[(count == 0) & (shapes.capacity > _SMALLEST_TABLE)] = vocab.NO_INDEX
    is_weak = np.isin(kind, (_WEAK_MAP, _WEAK_SET))
    if not (count[is_weak] > 0).any():
        # The newest versions of V8 leave all their entries out.
        count[is_weak] = vocab.NO_INDEX
    return _Found(node, kind, count, shapes.capacity).where(kind >= 0)


def _with_elements(graph: HeapGraph, node: IntArray, kind: int) -> _Found:
    """Count elements: those of arrays, and those of objects by index."""
    count = np.empty(len(node), np.int64)
    highest = np.empty(len(node), np.int64)
    sum_up_elements(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_type_index("element"),
        node,
        count,
        highest,
    )
    store = property_of(graph, node, "elements", edge_type="internal")
    capacity = array_lengths(graph, store)
    # Beyond its room an index can only be where the store is a table.
    is_dense = highest < capacity
    if kind == _ARRAY:
        count = np.where(is_dense, highest + 1, count)
        count[(count == 0) & (capacity > 0)] = vocab.NO_INDEX
    capacity[~is_dense] = vocab.NO_INDEX
    return _Found(node, np.full(len(node), kind), count, capacity)


def _arrays(graph: HeapGraph) -> _Found:
    return _with_elements(graph, nodes_named(graph, ["Array"]), _ARRAY)


def _typed_arrays(graph: HeapGraph) -> _Found:
    from heapnb.decode.buffers import views

    node = views(graph)
    unknown = np.full(len(node), vocab.NO_INDEX, np.int64)
    return _Found(node, np.full(len(node), _TYPED_ARRAY), unknown, unknown)


def _dictionaries(graph: HeapGraph) -> _Found:
    """Find plain objects that are used as dictionaries, by names or by numbers."""
    plain = nodes_named(graph, [vocab.CLASS_OBJECT])
    plain = plain[property_of(graph, plain, "constructor") < 0]
    store = property_of(graph, plain, "properties", edge_type="internal")
    store = np.where(has_type(graph, store, "array"), store, vocab.NO_INDEX)
    shapes = shapes_of(graph, store, (PROPERTIES, OLDER_PROPERTIES))
    rows = entry_rows(graph, store, shapes)
    # Deleted entries have no key.
    in_table = np.bincount(rows.table[rows.key >= 0], minlength=len(plain))
    elements = _with_elements(graph, plain, _OBJECT)
    is_table = shapes.layout >= 0
    in_object = np.zeros(len(plain), np.int64)
    many = np.flatnonzero(~is_table & (graph.edge_count[plain] >= _MANY_PROPERTIES))
    in_object[many] = _count_properties(graph, plain[many])
    is_dictionary = is_table | (elements.count > 0) | (in_object >= _MANY_PROPERTIES)
    only_table = is_table & (elements.count == 0)
    only_elements = ~is_table & (in_object == 0)
    capacity = np.select(
        [only_table, only_elements], [shapes.capacity, elements.capacity], vocab.NO_INDEX
    )
    count = in_table + in_object + elements.count
    return _Found(plain, elements.kind, count, capacity).where(is_dictionary)


def _count_properties(graph: HeapGraph, nodes: IntArray) -> IntArray:
    row, _ = edges_of_type(graph, nodes, "property")
    has_prototype = property_of(graph, nodes, "__proto__") >= 0
    return np.bincount(row, minlength=len(nodes)) - has_prototype
