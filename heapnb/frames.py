"""From arrays to DataFrames: the columns of nodes, edges and strings, and their texts.

Texts are dictionary-encoded: a column of names holds numbers into the string table, which all
frames of a snapshot share. Sizes are integers in bytes. Where a value is missing, it is
``<NA>``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.errors import PatternError
from heapnb.kernels.classes import group_by_properties
from heapnb.kernels.csr import count_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapnb._typing import AnyArray, BoolArray, IntArray
    from heapnb.graph import HeapGraph

_MAX_INT8_CATEGORIES = 127

NODE_COLUMNS = (
    "node_id",
    "node_type",
    "name",
    "class_name",
    "self_size",
    "shallow_size",
    "retained_size",
    "distance",
    "dominator_id",
    "detachedness",
    "edge_count",
)
"""Columns of every table with one row a node."""


def nodes_frame(graph: HeapGraph) -> pd.DataFrame:
    """Make the table of all nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a node; the index is the node ordinal. ``node_id``; ``node_type``, ``name`` (as
        the file has it) and ``class_name`` as categories; ``self_size`` (the file's),
        ``shallow_size`` (with what only this node owns) and ``retained_size`` in bytes;
        ``distance`` (-5 unreached, from 100,000,000 on reached by the engine only);
        ``dominator_id``; ``detachedness`` (0 unknown, 1 attached, 2 detached); ``edge_count``.

    Notes
    -----
    Columns of the graph are not copied, so they are read-only: make a copy to change them.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> frame = nodes_frame(SnapshotBuilder.from_edges("root>a a>b").graph())
    >>> frame[["node_id", "class_name", "retained_size"]]
       node_id   class_name  retained_size
    0        1  (synthetic)             32
    1        3            a             32
    2        5            b             16
    """
    columns = {name: _node_column(graph, name, slice(None)) for name in NODE_COLUMNS}
    return pd.DataFrame(columns, copy=False)


def nodes_at(graph: HeapGraph, nodes: AnyArray) -> pd.DataFrame:
    """Make the table of some nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals, in the order of the rows.

    Returns
    -------
    pandas.DataFrame
        Columns as in `nodes_frame`; the index holds the ordinals.
    """
    chosen = np.asarray(nodes, np.int64)
    columns = {name: _node_column(graph, name, chosen) for name in NODE_COLUMNS}
    return pd.DataFrame(columns, index=chosen, copy=False)


def _node_column(graph: HeapGraph, name: str, rows: Any) -> Any:
    if name == "node_type":
        return categorical(graph.node_type[rows], pa.array(graph.node_type_names))
    if name == "name":
        return pd.Categorical.from_codes(_name_codes(graph)[rows], dtype=_names_dtype(graph))
    if name == "class_name":
        return categorical(graph.class_index[rows], graph.class_names)
    if name == "dominator_id":
        return graph.node_id[graph.dominator[rows]]
    if name == "detachedness":
        states = graph.detachedness
        if states is None:
            n_rows = len(graph.node_type[rows])
            return masked(np.zeros(n_rows, np.uint8), np.ones(n_rows, np.bool_))
        return masked(states[rows], np.zeros(len(states[rows]), np.bool_))
    return getattr(graph, name)[rows]


def edges_frame(graph: HeapGraph) -> pd.DataFrame:
    """Make the table of all edges.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row an edge; the index is the edge ordinal. ``from_id`` and ``to_id``;
        ``edge_type`` as a category; ``name`` as a category, missing for element and hidden
        edges; ``index`` for these, ``<NA>`` for the others.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> edges_frame(SnapshotBuilder.from_edges("root.cache>a a[7]>b").graph())
       from_id  to_id edge_type   name  index
    0        1      3  property  cache   <NA>
    1        3      5   element   <NA>      7
    """
    is_indexed = _by_type(graph.is_indexed_edge_type)[graph.edge_type]
    codes = _name_codes_of_edges(graph, is_indexed)
    columns = {
        "from_id": np.repeat(graph.node_id, graph.edge_count),
        "to_id": graph.node_id[graph.edge_to],
        "edge_type": categorical(graph.edge_type, pa.array(graph.edge_type_names)),
        "name": pd.Categorical.from_codes(codes, dtype=_names_dtype(graph)),
        "index": masked(graph.edge_name, ~is_indexed),
    }
    return pd.DataFrame(columns, copy=False)


def strings_frame(graph: HeapGraph) -> pd.DataFrame:
    """Make the table of all strings: of the string table, that is, not of the heap.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a string; the index is its number in the file. ``string``; ``length`` in
        characters (V8 cuts strings at 1,024); ``node_count``: how many nodes have it as their
        name.
    """
    counts = np.zeros(len(graph.strings), np.uint32)
    count_targets(graph.node_name, counts)
    columns = {
        "string": texts(graph.strings),
        "length": pc.utf8_length(graph.strings).to_numpy().astype(np.uint32),
        "node_count": counts,
    }
    return pd.DataFrame(columns, copy=False)


def texts(values: pa.Array) -> Any:
    """Wrap Arrow strings as a pandas column, without copying; null becomes ``<NA>``."""
    return pd.array(values, dtype=pd.StringDtype("pyarrow"))


def masked(values: AnyArray, is_missing: BoolArray) -> Any:
    """Make a column of integers of which some are ``<NA>``.

    Parameters
    ----------
    values : integer[k]
        The integers; anything where one is missing.
    is_missing : bool[k]
        Which are.

    Returns
    -------
    pandas array
        Of type ``Int64``, ``UInt32`` …, after the integers.
    """
    return pd.arrays.IntegerArray(values, is_missing)


def categorical(codes: AnyArray, categories: pa.Array) -> pd.Categorical:
    """Make a column of texts from numbers and what they stand for.

    Parameters
    ----------
    codes : unsigned[k]
        Indices into ``categories``.
    categories : pyarrow.Array
        The texts; equal ones become one category.

    Returns
    -------
    pandas.Categorical
    """
    encoded = categories.dictionary_encode()
    if len(encoded.dictionary) < len(categories):
        codes = encoded.indices.to_numpy()[codes]
    elif codes.dtype == np.uint8 and len(categories) <= _MAX_INT8_CATEGORIES:
        codes = codes.view(np.int8)
    elif codes.dtype == np.uint32:
        codes = codes.view(np.int32)
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts(encoded.dictionary)))


def _names_dtype(graph: HeapGraph) -> pd.CategoricalDtype:
    return _name_table(graph)[0]


def _name_codes(graph: HeapGraph) -> AnyArray:
    return _name_codes_through(graph, graph.node_name)


def _name_codes_of_edges(graph: HeapGraph, is_indexed: BoolArray) -> AnyArray:
    # An index may lie beyond the string table.
    names = np.where(is_indexed, np.uint32(0), graph.edge_name)
    codes = np.array(_name_codes_through(graph, names))
    codes[is_indexed] = vocab.NO_INDEX
    return codes


def _name_codes_through(graph: HeapGraph, names: AnyArray) -> AnyArray:
    remap = _name_table(graph)[1]
    return names.view(np.int32) if remap is None else remap[names]


def _name_table(graph: HeapGraph) -> tuple[pd.CategoricalDtype, IntArray | None]:
    """Return the string table as categories, and where each string went if some were equal."""

    def compute() -> tuple[pd.CategoricalDtype, IntArray | None]:
        index = pd.Index(texts(graph.strings))
        if index.is_unique:
            return pd.CategoricalDtype(index), None
        encoded = graph.strings.dictionary_encode()
        remap = encoded.indices.to_numpy()
        return pd.CategoricalDtype(pd.Index(texts(encoded.dictionary))), remap

    table: tuple[pd.CategoricalDtype, IntArray | None] = graph.derived(
        "name_categories", compute, keep=False
    )
    return table


def _by_type(flags: AnyArray) -> AnyArray:
    """Spread one value per type over all that a type column can hold."""
    spread = np.zeros(1 << 8, flags.dtype)
    spread[: len(flags)] = flags
    return spread


# -- texts of nodes and edges -----------------------------------------------------------------


def display_names(graph: HeapGraph, nodes: AnyArray) -> pa.LargeStringArray:
    """Return the names that DevTools shows, for many nodes at once.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    pyarrow.LargeStringArray
        The same as `HeapGraph.display_name` for each.
    """
    nodes = np.asarray(nodes, np.int64)
    names = graph.strings.take(pa.array(graph.node_name[nodes]))
    special: dict[int, str] = {}
    kinds = graph.node_type[nodes]
    if graph.renamed is not None:
        for place in np.flatnonzero(graph.renamed[nodes]).tolist():
            special[place] = graph.name(int(nodes[place]))
    for place in np.flatnonzero(kinds == graph.node_type_index("concatenated string")).tolist():
        special[place] = graph.display_name(int(nodes[place]))
    objects = np.flatnonzero(
        (kinds == graph.node_type_index("object"))
        & pc.equal(names, vocab.CLASS_OBJECT).to_numpy(zero_copy_only=False)
    )
    if len(objects):
        # What a plain object shows depends on nothing but its sequence of properties.
        shape, shown = _shapes(graph, nodes[objects])
        special.update(zip(objects.tolist(), (shown[i] for i in shape.tolist()), strict=True))
    return _replaced(names, special)


def _shapes(graph: HeapGraph, objects: IntArray) -> tuple[AnyArray, list[str]]:
    shape = np.empty(len(objects), np.uint32)
    representative = np.empty(len(objects), np.uint32)
    n_shapes = group_by_properties(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        objects.astype(np.uint32),
        graph.edge_type_index("property"),
        # Strings that are equal only make a group that is like another.
        np.arange(len(graph.strings), dtype=np.uint32),
        shape,
        representative,
    )
    return shape, [graph.display_name(node) for node in representative[:n_shapes].tolist()]


def edge_labels(graph: HeapGraph, edges: AnyArray) -> pa.LargeStringArray:
    """Return names of edges, or indices in decimal, for many edges at once.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edges : integer[k]
        Edge ordinals.

    Returns
    -------
    pyarrow.LargeStringArray
        The same as `HeapGraph.edge_label` for each.
    """
    edges = np.asarray(edges, np.int64)
    kinds = graph.edge_type[edges]
    values = graph.edge_name[edges]
    is_indexed = _by_type(graph.is_indexed_edge_type)[kinds]
    names = graph.strings.take(pa.array(np.where(is_indexed, np.uint32(0), values)))
    if is_indexed.any():
        indices = pc.cast(pa.array(values), pa.large_string())
        names = pc.if_else(pa.array(is_indexed), indices, names)
    shortcuts = np.flatnonzero(kinds == graph.edge_type_index("shortcut"))
    return _replaced(names, {i: graph.edge_label(int(edges[i])) for i in shortcuts.tolist()})


def _replaced(values: pa.LargeStringArray, by_place: dict[int, str]) -> pa.LargeStringArray:
    if not by_place:
        return values
    mask = np.zeros(len(values), np.bool_)
    places = np.array(sorted(by_place), np.int64)
    mask[places] = True
    new = pa.array([by_place[place] for place in places.tolist()], pa.large_string())
    return pc.replace_with_mask(values, pa.array(mask), new)


def edges_at(graph: HeapGraph, edges: AnyArray, ends: AnyArray) -> pd.DataFrame:
    """Make a table of some edges together with the node at one of their ends.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edges : integer[k]
        Edge ordinals, in the order of the rows.
    ends : integer[k]
        The node to show for each: where it comes from, or where it leads.

    Returns
    -------
    pandas.DataFrame
        ``edge_type``, ``edge_name``, and of the node ``node_id``, ``class_name``, ``name`` (as
        DevTools shows it), ``distance``, ``shallow_size`` and ``retained_size``.
    """
    columns = {
        "edge_type": categorical(graph.edge_type[edges], pa.array(graph.edge_type_names)),
        "edge_name": texts(edge_labels(graph, edges)),
        "node_id": graph.node_id[ends],
        "class_name": categorical(graph.class_index[ends], graph.class_names),
        "name": texts(display_names(graph, ends)),
        "distance": graph.distance[ends],
        "shallow_size": graph.shallow_size[ends],
        "retained_size": graph.retained_size[ends],
    }
    return pd.DataFrame(columns, copy=False)


# -- looking through texts --------------------------------------------------------------------


def texts_matching(values: pa.Array, pattern: str | re.Pattern[str]) -> BoolArray:
    """Find the texts in which a regular expression is found.

    Parameters
    ----------
    values : pyarrow.Array
        Texts.
    pattern : str or compiled pattern
        In the syntax of RE2, which takes linear time. Of a compiled pattern the flags
        ``IGNORECASE``, ``MULTILINE`` and ``DOTALL`` count.

    Returns
    -------
    bool[k]

    Raises
    ------
    PatternError
        If the expression is not valid.

    Examples
    --------
    >>> texts_matching(pa.array(["Map", "WeakMap", "Set"]), "^M|W").tolist()
    [True, True, False]
    """
    compiled = isinstance(pattern, re.Pattern)
    text = pattern.pattern if compiled else pattern
    flags = pattern.flags if compiled else 0
    letters = "".join(
        letter for letter, flag in (("m", re.MULTILINE), ("s", re.DOTALL)) if flags & flag
    )
    expression = f"(?{letters}){text}" if letters else text
    try:
        matches = pc.match_substring_regex(
            values, expression, ignore_case=bool(flags & re.IGNORECASE)
        )
    except pa.ArrowInvalid as error:
        raise PatternError(text, _reason(error)) from None
    return np.asarray(matches.to_numpy(zero_copy_only=False), np.bool_)


def _reason(error: pa.ArrowInvalid) -> str:
    """Return what RE2 says, without what Arrow puts before it."""
    return str(error).rpartition("Invalid regular expression: ")[2].rstrip(".")


def nodes_where(
    graph: HeapGraph,
    *,
    class_name: str | re.Pattern[str] | Sequence[str] | None = None,
    name: str | re.Pattern[str] | None = None,
    has_property: str | Sequence[str] | None = None,
    string: str | re.Pattern[str] | None = None,
) -> IntArray:
    """Find the nodes that all of the given conditions hold for.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    class_name : str, sequence of str or compiled pattern, optional
        The class's name, any of several names, or a pattern found in it.
    name : str or compiled pattern, optional
        A regular expression found in the node's name.
    has_property : str or sequence of str, optional
        A property, or several that a node has to have all of.
    string : str or compiled pattern, optional
        Strings in which this is found. A rope is found by its parts.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    found = np.ones(graph.n_nodes, np.bool_)
    if class_name is not None:
        if isinstance(class_name, re.Pattern):
            is_wanted = texts_matching(graph.class_names, class_name)
        else:
            is_wanted = _is_any(graph.class_names, _listed(class_name))
        found &= is_wanted[graph.class_index]
    if string is not None:
        is_string = np.isin(graph.node_type_names, vocab.STRING_TYPES)
        found &= _by_type(is_string)[graph.node_type]
        found &= texts_matching(graph.strings, string)[graph.node_name]
    if name is not None:
        found &= texts_matching(graph.strings, name)[graph.node_name]
    for text in [] if has_property is None else _listed(has_property):
        found &= _has_property(graph, text)
    return np.flatnonzero(found)


def _has_property(graph: HeapGraph, name: str) -> BoolArray:
    owns = np.zeros(graph.n_nodes, np.bool_)
    is_property = graph.edge_type == graph.edge_type_index("property")
    for string in np.flatnonzero(_is_any(graph.strings, [name])).tolist():
        edges = np.flatnonzero((graph.edge_name == string) & is_property)
        owns[graph.edge_from(edges)] = True
    return owns


def _is_any(values: pa.Array, wanted: Sequence[str]) -> BoolArray:
    found = pc.is_in(values, pa.array(wanted, values.type))
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
