"""Global variables: properties of the global object, and which of them the program added."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np
import orjson
import pyarrow as pa

from heapnb.decode.links import (
    class_names_of,
    edges_named,
    edges_of_type,
    property_of,
    sizes_of,
)
from heapnb.decode.preview import preview
from heapnb.frames import edge_labels, signed, texts

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_GLOBAL_OBJECT: Final = "global_object"
_MAX_PREVIEW: Final = 120
_NOT_VARIABLES: Final = ("__proto__", "")
_ENGINE_SYMBOLS: Final = (
    "<symbol Symbol.",
    "<symbol node:",
    "<symbol Window#",
    "<symbol V8PrivateProperty",
)
_ACCESSORS: Final = ("get ", "set ")

_BUILTIN_GLOBALS: Final = "builtin_globals.json"
_BROWSER_PREFIX: Final = "chrome-"
_WINDOW: Final = "Window"


def global_variables(graph: HeapGraph, built_in: Collection[str] | None = None) -> pd.DataFrame:
    """List the properties of the global object.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    built_in : collection of str, optional
        Names that the engine and the runtime define; by default those of `builtin_globals`.

    Returns
    -------
    pandas.DataFrame
        One row a property, the largest retained size first.

        ``name``

        ``value``
            What it holds, as `heapnb.decode.preview.preview` writes it.
        ``class_name``, ``node_id``
            Of the value. Variables with small integers are not in the file, unless it was taken
            with numbers.
        ``built_in``
            Whether the engine or the runtime defines it; if not, the program or one of its
            packages does.
        ``shallow_size``, ``retained_size``
            Of the value, in bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root^1>g g.cache>Map g.Array>f").node("f", size=8)
    >>> global_variables(builder.graph(), ["Array"])[["name", "built_in"]]
        name  built_in
    0  cache     False
    1  Array      True
    """
    import pandas as pd

    if built_in is None:
        built_in = builtin_globals(graph)
    _, edges = edges_of_type(graph, global_objects(graph), "property")
    names = edge_labels(graph, edges).to_pylist()
    is_variable = [name not in _NOT_VARIABLES and not name.startswith(_ACCESSORS) for name in names]
    edges = edges[is_variable]
    value = graph.edge_to[edges].astype(np.int64)
    order = np.lexsort((np.arange(len(value)), -graph.retained_size[value].astype(np.int64)))
    edges, value = edges[order], value[order]
    names = edge_labels(graph, edges)
    columns = {
        "name": texts(names),
        "value": texts(
            pa.array(
                [preview(graph, node, max_chars=_MAX_PREVIEW) for node in value.tolist()],
                pa.large_string(),
            )
        ),
        "class_name": class_names_of(graph, value),
        "node_id": signed(graph.node_id[value]),
        "built_in": np.array(
            [name in built_in or name.startswith(_ENGINE_SYMBOLS) for name in names.to_pylist()],
            np.bool_,
        ),
        **sizes_of(graph, value),
    }
    return pd.DataFrame(columns, copy=False)


def global_objects(graph: HeapGraph) -> IntArray:
    """Find the global objects: one of each context, such as a page, a frame, a vm context.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    start, stop = graph.edges_of(graph.root)
    edges = np.arange(start, stop)
    is_shortcut = graph.edge_type[edges] == graph.edge_type_index("shortcut")
    entries = np.unique(graph.edge_to[edges[is_shortcut]]).astype(np.int64)
    # Newer versions of V8 have the context, or a proxy, between the root and the global object.
    for edge_type in ("internal", "shortcut"):
        inner = property_of(graph, entries, _GLOBAL_OBJECT, edge_type=edge_type)
        entries = np.unique(np.where(inner >= 0, inner, entries))
    if not len(entries):
        contexts = edges_named(graph, _GLOBAL_OBJECT, "internal")
        entries = np.unique(graph.edge_to[contexts]).astype(np.int64)
    return entries


def builtin_globals(graph: HeapGraph) -> frozenset[str]:
    """Return the names that the runtime itself defines, in any known version.

    Parameters
    ----------
    graph : HeapGraph
        A heap, of Node.js or of a browser.

    Returns
    -------
    frozenset of str
        ``tests/data/globals/make.mjs`` writes the data.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> names = builtin_globals(SnapshotBuilder.from_edges("root^1>global").graph())
    >>> "structuredClone" in names, "document" in names
    (True, False)
    """
    names = [graph.name(node) for node in global_objects(graph).tolist()]
    return _names_of_runtimes(is_browser=any(name.startswith(_WINDOW) for name in names))


@cache
def _names_of_runtimes(*, is_browser: bool) -> frozenset[str]:
    by_runtime = orjson.loads((files(__package__) / _BUILTIN_GLOBALS).read_bytes())
    return frozenset(
        name
        for runtime, names in by_runtime.items()
        if runtime.startswith(_BROWSER_PREFIX) == is_browser
        for name in names.split(" ")
    )
