"""Objects of well-known libraries, recognised by their shape: also in minified bundles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.known_shapes import KnownShape, known_shapes
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child, children_of, rows_of_strings
from heapnb.graph.group_sizes import retained_by_group
from heapnb.graph.sources import HeapSource, graph_of
from heapnb.kernels.shapes import match_names

if TYPE_CHECKING:
    import pandas as pd

_PROPERTY: Final = "property"
_PROTOTYPE: Final = "__proto__"
_CONSTRUCTOR: Final = "constructor"
_TYPES: Final = ("object", "closure")
"""Node types of what a library makes: zustand's stores are functions."""

_MOST_PROTOTYPES: Final = 3
"""Classes between an object and the class of the library: `class Wide extends Marker`."""

_MOST_PROPERTIES: Final = 512
"""What has more is a dictionary."""


def shape_of(graph: HeapGraph, node: int) -> KnownShape | None:
    """Recognise one object by its shape.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    KnownShape or None
        The class of the library that it is an object of.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>e e.all>map e.on>f e.off>g e.emit>h")
    >>> graph = builder.graph()
    >>> shape = shape_of(graph, 1)
    >>> shape.package, shape.class_name
    ('mitt', 'Emitter')
    """
    if graph.node_type[node] not in _node_types(graph):
        return None
    own = _names_of(graph, node)
    for shape in known_shapes():
        if shape.properties and own.issuperset(shape.properties):
            return shape
    if _CONSTRUCTOR in own:
        return None
    above = node
    for _ in range(_MOST_PROTOTYPES):
        prototype = child(graph, above, _PROTOTYPE)
        if prototype is None:
            return None
        names = _names_of(graph, prototype)
        for shape in known_shapes():
            if shape.methods and names.issuperset(shape.methods):
                return shape
        above = prototype
    return None


def _node_types(graph: HeapGraph) -> list[int]:
    return [graph.node_type_index(name) for name in _TYPES]


def _names_of(graph: HeapGraph, node: int) -> frozenset[str]:
    """Return the names of an object's properties; none of a dictionary."""
    first, last = graph.edges_of(node)
    if last - first > _MOST_PROPERTIES:
        return frozenset()
    wanted = graph.edge_type_index(_PROPERTY)
    return frozenset(
        graph.edge_label(edge) for edge in range(first, last) if graph.edge_type[edge] == wanted
    )


def shapes_of_nodes(graph: HeapGraph) -> tuple[IntArray, IntArray]:
    """Recognise all objects of a heap by their shapes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    nodes : int64[k]
        Ordinals of the recognised objects, ascending.
    shape : int64[k]
        For each its place in `heapnb.analysis.known_shapes.known_shapes`.
    """
    shapes = known_shapes()
    nodes = np.flatnonzero(np.isin(graph.node_type, _node_types(graph)))
    n_edges = graph.first_edge[nodes + 1].astype(np.int64) - graph.first_edge[nodes]
    nodes = nodes[n_edges <= _MOST_PROPERTIES]
    found = _matched(graph, nodes, [shape.properties for shape in shapes])
    has_constructor = children_of(graph, nodes, [_CONSTRUCTOR], edge_type=_PROPERTY) >= 0
    above = np.where((found < 0) & ~has_constructor, nodes, -1)
    for _ in range(_MOST_PROTOTYPES):
        above = children_of(graph, above, [_PROTOTYPE], edge_type=_PROPERTY)
        prototypes, place = np.unique(above, return_inverse=True)
        of_prototype = _matched(graph, prototypes, [shape.methods for shape in shapes])
        inherited = of_prototype[place]
        found = np.where((found < 0) & (above >= 0), inherited, found)
        above = np.where(found < 0, above, -1)
    is_known = found >= 0
    return nodes[is_known], found[is_known]


def _matched(graph: HeapGraph, nodes: IntArray, sets: Sequence[tuple[str, ...]]) -> IntArray:
    """Find the first set of names that each node has; empty sets match nothing."""
    names = sorted({name for one in sets for name in one})
    number = {name: place for place, name in enumerate(names)}
    number_of = np.full(len(graph.strings), -1, np.int64)
    for place, rows in enumerate(rows_of_strings(graph, names)):
        number_of[rows] = place
    uses = sorted((number[name], place) for place, one in enumerate(sets) for name in one)
    of_name = np.array([name for name, _ in uses], np.int64)
    # No node has more names than these.
    n_names = np.array([len(one) or len(uses) + 1 for one in sets], np.int64)
    found = np.empty(len(nodes), np.int64)
    match_names(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_type_index(_PROPERTY),
        number_of,
        np.searchsorted(of_name, np.arange(len(names) + 1)).astype(np.int64),
        np.array([place for _, place in uses], np.int64),
        n_names,
        nodes.astype(np.int64),
        found,
    )
    return found


def known_objects(source: HeapSource) -> pd.DataFrame:
    """List the objects of well-known libraries by class.

    Parameters
    ----------
    source : Snapshot, HeapGraph, path, …
        The heap.

    Returns
    -------
    pandas.DataFrame
        ``package``, ``class_name`` as the library has it, ``role``, ``name_in_heap``: the class of
        an example, which a minifier may have shortened; ``count``; ``shallow_size`` and
        ``retained_size`` in bytes, where each byte counts once for a class; ``node_id`` of the
        example, the object that retains most. Largest retained size first.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>e e.all>map e.on>f e.off>g e.emit>h")
    >>> known_objects(builder.graph())[["package", "class_name", "count"]].values.tolist()
    [['mitt', 'Emitter', 1]]
    """
    import pandas as pd

    graph = graph_of(source)
    shapes = known_shapes()
    nodes, shape = shapes_of_nodes(graph)
    present = np.unique(shape)
    group = np.full(graph.n_nodes, len(present), np.uint32)
    group[nodes] = np.searchsorted(present, shape)
    retained = retained_by_group(graph, group, len(present) + 1)[:-1].astype(np.int64)
    own = graph.retained_size[nodes].astype(np.int64)
    examples = [nodes[shape == one][np.argmax(own[shape == one])] for one in present]
    which = [shapes[one] for one in present]
    columns: dict[str, Any] = {
        "package": pd.array([one.package for one in which], dtype="str"),
        "class_name": pd.array([one.class_name for one in which], dtype="str"),
        "role": pd.array([one.role for one in which], dtype="str"),
        "name_in_heap": pd.array([graph.class_name(int(one)) for one in examples], dtype="str"),
        "count": _integers((shape == one).sum() for one in present),
        "shallow_size": _integers(graph.shallow_size[nodes[shape == one]].sum() for one in present),
        "retained_size": retained,
        "node_id": _integers(graph.node_id[one] for one in examples),
    }
    frame = pd.DataFrame(columns)
    return frame.sort_values("retained_size", ascending=False, kind="stable", ignore_index=True)


def _integers(values: Iterable[Any]) -> IntArray:
    """Make a column, of whole numbers also if there are none."""
    return np.fromiter(values, np.int64)


__all__ = ["known_objects", "shape_of", "shapes_of_nodes"]
