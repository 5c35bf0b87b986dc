"""Loaded modules: file, parent and number of copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.decode.links import (
    edges_of_type,
    has_name,
    has_type,
    ids_of,
    one_of,
    owners_of,
    places_in,
    property_of,
    sizes_of,
    string_values,
    truth_of,
)
from heapnb.frames import signed, texts

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_KINDS: Final = ("commonjs", "esm")
_PARENTS: Final = (
    "<symbol node:module_parent>",
    "<symbol module_parent_private_symbol>",
    "<symbol kModuleParent>",
    "parent",
)


def modules(graph: HeapGraph) -> pd.DataFrame:
    """List the modules that Node has loaded.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a module, in ordinal order; the index holds ordinals.

        ``node_id``

        ``kind``
            ``"commonjs"`` or ``"esm"``.
        ``filename``
            Path of its file, else its id; of an ECMAScript module its URL. ``<NA>`` for a module
            without either.
        ``copies``
            How many modules there are of that file: more than one where the cache was cleared
            and the module loaded anew, or imported with another query behind its URL.
        ``loaded``
            Whether it has run to its end; ``<NA>`` for an ECMAScript module.
        ``parent``, ``parent_id``
            The CommonJS module that required it first: its file and node id.
        ``child_count``
            How many CommonJS modules it required first. Modules that are loaded anew stay in the
            list of their parent's children.
        ``shallow_size``, ``retained_size``
            In bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>a root>b a.filename>path b.filename>path a.children>kids a.exports>x b.exports>x"
    ... ).node("path", type="string", name="/app/routes.js")
    >>> for key in ("a", "b"):
    ...     _ = builder.node(key, name="Module")
    >>> modules(builder.graph())[["filename", "copies"]]
             filename  copies
    1  /app/routes.js       2
    2  /app/routes.js       2
    """
    import pandas as pd

    node, _ = owners_of(graph, "exports")
    node = node[has_name(graph, node, "Module")]
    wraps, _ = owners_of(graph, "url")
    wraps = wraps[has_name(graph, wraps, "ModuleWrap")]
    is_esm = np.repeat([False, True], [len(node), len(wraps)])
    node = np.concatenate([node, wraps])
    order = np.argsort(node, kind="stable")
    node, is_esm = node[order], is_esm[order]
    name = _names(graph, node)
    children = property_of(graph, node, "children")
    parent = property_of(graph, node, *_PARENTS)
    is_module = has_name(graph, parent, "Module")
    parent = np.where(is_module, parent, _parents_by_children(graph, node, children))
    columns = {
        "node_id": signed(graph.node_id[node]),
        "kind": one_of(is_esm.astype(np.int8), _KINDS),
        "filename": texts(name),
        "copies": _copies(pc.if_else(pa.array(is_esm), _without_query(name), name)),
        "loaded": truth_of(graph, property_of(graph, node, "loaded")),
        "parent": texts(_names(graph, parent)),
        "parent_id": ids_of(graph, parent),
        "child_count": _lengths(graph, children),
        **sizes_of(graph, node),
    }
    return pd.DataFrame(columns, index=node, copy=False)


def _names(graph: HeapGraph, modules: IntArray) -> pa.LargeStringArray:
    path = property_of(graph, modules, "filename")
    is_path = has_type(graph, path, *vocab.STRING_TYPES)
    return string_values(graph, np.where(is_path, path, property_of(graph, modules, "id", "url")))


def _without_query(urls: pa.LargeStringArray) -> pa.LargeStringArray:
    return pc.replace_substring_regex(urls, pattern="[?#].*$", replacement="")


def _copies(names: pa.LargeStringArray) -> IntArray:
    codes = names.dictionary_encode().indices.fill_null(-1).to_numpy().astype(np.int64)
    _, which, size = np.unique(codes, return_inverse=True, return_counts=True)
    # Those without a name are not copies of each other.
    found: IntArray = np.where(codes >= 0, size[which], 1)
    return found


def _parents_by_children(graph: HeapGraph, modules: IntArray, children: IntArray) -> IntArray:
    """Find the module that has each one in the list of its children; -1 for none."""
    parent = np.full(len(modules), vocab.NO_INDEX, np.int64)
    is_there = np.flatnonzero(children >= 0)
    row, edges = edges_of_type(graph, children[is_there], "element")
    place = places_in(modules, graph.edge_to[edges].astype(np.int64))
    is_module = place >= 0
    parent[place[is_module]] = modules[is_there[row[is_module]]]
    return parent


def _lengths(graph: HeapGraph, arrays: IntArray) -> IntArray:
    is_there = np.flatnonzero(has_type(graph, arrays, "object"))
    row, _ = edges_of_type(graph, arrays[is_there], "element")
    length = np.zeros(len(arrays), np.int64)
    length[is_there] = np.bincount(row, minlength=len(is_there))
    return length
