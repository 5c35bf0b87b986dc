"""From arrays to DataFrames: the columns of nodes, edges and strings, and their texts.

Tables of everything hold texts as categories: numbers into one table of names, which all of a
snapshot's frames share. Tables of some nodes or edges hold the texts themselves. Sizes are
integers in bytes. Where a value is missing, it is ``<NA>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.errors import PatternError
from heapnb.graph import derived
from heapnb.graph.edges import is_string
from heapnb.kernels.classes import group_by_properties
from heapnb.kernels.csr import count_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapnb._typing import AnyArray, BoolArray, IntArray
    from heapnb.graph import HeapGraph


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
        One row a node; the index is the node ordinal. ``node_id``; ``node_type``, ``name`` and
        ``class_name`` as categories; ``self_size`` (the file's), ``shallow_size`` (with what
        only this node owns) and ``retained_size`` in bytes; ``distance`` (-5 unreached, from
        100,000,000 on reached by the engine only); ``dominator_id``; ``detachedness`` (0
        unknown, 1 attached, 2 detached); ``edge_count``.

    Notes
    -----
    Columns of the graph are not copied, so they are read-only: make a copy to change them.
    Categories are in the order of the file's string table; to sort by name, sort
    ``name.astype("str")``.

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
    graph.prepare_sizes()
    everything = slice(None)
    columns = {
        "node_type": categorical(graph.node_type, pa.array(graph.node_type_names)),
        "name": _name_table(graph).categorical(graph.node_name, graph.renamed),
        "class_name": categorical(graph.class_index, graph.class_names),
        **{name: _integers(values) for name, values in _node_numbers(graph, everything).items()},
    }
    return pd.DataFrame(columns, columns=list(NODE_COLUMNS), copy=False)


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
        Columns and values as in `nodes_frame`, texts as such; the index holds the ordinals.
    """
    chosen = np.asarray(nodes, np.int64)
    columns = {
        name: texts(values) if _is_text(values) else _integers(values)
        for name, values in node_columns(graph, chosen).items()
    }
    return pd.DataFrame(columns, index=chosen, copy=False)


def node_columns(graph: HeapGraph, rows: Any) -> dict[str, AnyArray | pa.Array]:
    """Collect what there is to say about some nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    rows : slice or integer[k]
        Which nodes: ordinals, in the order of the rows.

    Returns
    -------
    dict of str to array
        By the names of `NODE_COLUMNS` and in their order. Texts are Arrow arrays, and so is
        what the file may not say; other numbers are numpy arrays, not copied where ``rows`` is
        a slice.
    """
    columns = {
        "node_type": _named(graph.node_type_names, graph.node_type[rows]),
        "name": node_names(graph, rows),
        "class_name": graph.class_names.take(pa.array(graph.class_index[rows])),
        **_node_numbers(graph, rows),
    }
    return {name: columns[name] for name in NODE_COLUMNS}


def _node_numbers(graph: HeapGraph, rows: Any) -> dict[str, AnyArray | pa.Array]:
    ids = graph.node_id[rows]
    states = graph.detachedness
    return {
        "node_id": ids,
        "self_size": graph.self_size[rows],
        "shallow_size": graph.shallow_size[rows],
        "retained_size": graph.retained_size[rows],
        "distance": graph.distance[rows],
        "dominator_id": graph.node_id[graph.dominator[rows]],
        "detachedness": pa.nulls(len(ids), pa.uint8())
        if states is None
        else pa.array(states[rows]),
        "edge_count": graph.edge_count[rows],
    }


def _named(names: Sequence[str], codes: AnyArray) -> pa.LargeStringArray:
    return pa.array(names, pa.large_string()).take(pa.array(codes))


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
    # An index may lie beyond the string table.
    strings = np.where(is_indexed, np.uint32(0), graph.edge_name)
    columns = {
        "from_id": np.repeat(graph.node_id, graph.edge_count),
        "to_id": graph.node_id[graph.edge_to],
        "edge_type": categorical(graph.edge_type, pa.array(graph.edge_type_names)),
        "name": _name_table(graph).categorical(strings, is_missing=is_indexed),
        "index": masked(graph.edge_name, ~is_indexed),
    }
    return pd.DataFrame(columns, copy=False)


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
        "edge_type": texts(_named(graph.edge_type_names, graph.edge_type[edges])),
        "edge_name": texts(edge_labels(graph, edges)),
        "node_id": graph.node_id[ends],
        "class_name": texts(graph.class_names.take(pa.array(graph.class_index[ends]))),
        "name": texts(display_names(graph, ends)),
        "distance": graph.distance[ends],
        "shallow_size": graph.shallow_size[ends],
        "retained_size": graph.retained_size[ends],
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

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> strings_frame(SnapshotBuilder.from_edges("root.cache>Map").graph())
        string  length  node_count
    0  <dummy>       7           0
    1                0           1
    2      Map       3           1
    3    cache       5           0
    """
    counts = np.zeros(len(graph.strings), np.uint32)
    count_targets(graph.node_name, counts)
    columns = {
        "string": texts(graph.strings),
        "length": pc.utf8_length(graph.strings).to_numpy().astype(np.uint32),
        "node_count": counts,
    }
    return pd.DataFrame(columns, copy=False)


def _is_text(values: AnyArray | pa.Array) -> bool:
    return isinstance(values, pa.LargeStringArray)


def _integers(values: AnyArray | pa.Array) -> Any:
    if isinstance(values, np.ndarray):
        return values
    is_missing = values.is_null().to_numpy(zero_copy_only=False)
    return masked((values.fill_null(0) if values.null_count else values).to_numpy(), is_missing)


# -- columns ----------------------------------------------------------------------------------


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


def categorical(codes: AnyArray, categories: pa.Array) -> Any:
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

    Examples
    --------
    >>> categorical(np.array([0, 1, 2], np.uint8), pa.array(["a", "b", "a"])).codes.tolist()
    [0, 1, 0]
    """
    table = _NameTable.of(categories)
    return table.categorical(codes)


@dataclass(frozen=True)
class _NameTable:
    """Texts as categories of columns, each once.

    Parameters
    ----------
    dtype : pandas.CategoricalDtype
        The texts.
    code_of : int[n] or None
        Which category each text was put into; None if they are numbered alike.
    code_of_renamed : int32[n] or None
        The same for texts with ``Detached`` before them, where nodes are named so.
    """

    dtype: pd.CategoricalDtype
    code_of: AnyArray | None
    code_of_renamed: AnyArray | None = None

    @classmethod
    def of(cls, values: pa.Array, renamed: AnyArray | None = None) -> _NameTable:
        """Number texts.

        Parameters
        ----------
        values : pyarrow.Array
            The texts; equal ones become one category.
        renamed : unsigned[k], optional
            Texts that are also wanted with ``Detached`` before them.

        Returns
        -------
        _NameTable
        """
        n_values = len(values)
        if renamed is not None:
            values = pa.concat_arrays([values, _detached(values.take(pa.array(renamed)))])
        codes = None
        categories = pd.Index(texts(values))
        if not categories.is_unique:
            unique = values.dictionary_encode()
            codes = unique.indices.to_numpy()
            categories = pd.Index(texts(unique.dictionary))
        code_of_renamed = None
        if renamed is not None:
            code_of_renamed = np.zeros(n_values, np.int32)
            new = np.arange(n_values, len(values)) if codes is None else codes[n_values:]
            code_of_renamed[renamed] = new
        return cls(pd.CategoricalDtype(categories), codes, code_of_renamed)

    def categorical(
        self,
        numbers: AnyArray,
        renamed: BoolArray | None = None,
        is_missing: BoolArray | None = None,
    ) -> Any:
        """Make a column of the texts that numbers stand for.

        Parameters
        ----------
        numbers : unsigned[k]
            Indices into the texts.
        renamed : bool[k], optional
            Rows whose text gets ``Detached`` put before it.
        is_missing : bool[k], optional
            Rows without a text.

        Returns
        -------
        pandas.Categorical
        """
        if self.code_of is not None:
            codes = self.code_of[numbers]
        elif numbers.dtype == np.uint32:
            codes = numbers.view(np.int32)
        else:
            codes = numbers
        if renamed is not None and self.code_of_renamed is not None:
            rows = np.flatnonzero(renamed)
            codes = codes.copy()
            codes[rows] = self.code_of_renamed[numbers[rows]]
        if is_missing is not None:
            codes = np.where(is_missing, np.int32(vocab.NO_INDEX), codes)
        return pd.Categorical.from_codes(codes, dtype=self.dtype)


@derived(keep=False, name="name_table")
def _name_table(graph: HeapGraph) -> _NameTable:
    """Return the names of nodes and edges, shared by all tables of a snapshot."""
    renamed = None
    if graph.renamed is not None and graph.renamed.any():
        renamed = np.unique(graph.node_name[np.flatnonzero(graph.renamed)])
    return _NameTable.of(graph.strings, renamed)


# -- texts of nodes and edges -----------------------------------------------------------------


def _detached(names: pa.LargeStringArray) -> pa.LargeStringArray:
    prefix, separator = (pa.scalar(text, names.type) for text in (vocab.DETACHED_PREFIX, ""))
    return pc.binary_join_element_wise(prefix, names, separator)


def node_names(graph: HeapGraph, rows: Any) -> pa.LargeStringArray:
    """Return names as the file has them, with the ``Detached`` that DevTools puts before some.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    rows : slice or integer[k]
        Which nodes.

    Returns
    -------
    pyarrow.LargeStringArray
        The same as `HeapGraph.name` for each.
    """
    names = graph.strings.take(pa.array(graph.node_name[rows]))
    if graph.renamed is not None and graph.renamed[rows].any():
        names = pc.if_else(pa.array(graph.renamed[rows]), _detached(names), names)
    return names


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
    names = node_names(graph, nodes)
    kinds = graph.node_type[nodes]
    objects = np.flatnonzero(
        (kinds == graph.node_type_index("object"))
        & pc.equal(names, vocab.CLASS_OBJECT).to_numpy(zero_copy_only=False)
    )
    if len(objects):
        # What a plain object shows depends on nothing but its sequence of properties.
        shape, shown = _shapes(graph, nodes[objects])
        names = _replaced(names, objects, shown.take(pa.array(shape)))
    ropes = np.flatnonzero(kinds == graph.node_type_index("concatenated string"))
    if len(ropes):
        joined = [graph.display_name(rope) for rope in nodes[ropes].tolist()]
        names = _replaced(names, ropes, pa.array(joined, names.type))
    return names


def display_ranks(graph: HeapGraph, nodes: AnyArray) -> IntArray:
    """Number nodes by the order of the names that DevTools shows, without making all of them.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    int64[k]
        From 0; nodes of one name have the same number.
    """
    nodes = np.asarray(nodes, np.int64)
    kinds = graph.node_type[nodes]
    n_names = len(graph.strings)
    # Nodes of one number here have one name; of each number one node is asked for it.
    number = graph.node_name[nodes].astype(np.int64)
    if graph.renamed is not None:
        number[graph.renamed[nodes]] += n_names
    n_numbers = 2 * n_names
    objects = np.flatnonzero(kinds == graph.node_type_index("object"))
    objects = objects[graph.is_named(nodes[objects], vocab.CLASS_OBJECT)]
    if len(objects):
        shape, shown = _shapes(graph, nodes[objects])
        number[objects] = n_numbers + shape.astype(np.int64)
        n_numbers += len(shown)
    ropes = np.flatnonzero(kinds == graph.node_type_index("concatenated string"))
    number[ropes] = n_numbers + np.arange(len(ropes))
    n_numbers += len(ropes)
    example = np.full(n_numbers, vocab.NO_INDEX, np.int64)
    example[number] = nodes
    used = np.flatnonzero(example >= 0)
    rank = np.empty(n_numbers, np.int64)
    rank[used] = text_ranks(display_names(graph, example[used]))
    ranks: IntArray = rank[number]
    return ranks


def _shapes(graph: HeapGraph, objects: IntArray) -> tuple[AnyArray, pa.LargeStringArray]:
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
    shown = [graph.display_name(node) for node in representative[:n_shapes].tolist()]
    return shape, pa.array(shown, pa.large_string())


def _replaced(
    values: pa.LargeStringArray, places: IntArray, new: pa.LargeStringArray
) -> pa.LargeStringArray:
    mask = np.zeros(len(values), np.bool_)
    mask[places] = True
    return pc.replace_with_mask(values, pa.array(mask), new)


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
    if len(shortcuts):
        # Of a global object's number what follows does not count.
        numbers = [graph.edge_label(edge) for edge in edges[shortcuts].tolist()]
        names = _replaced(names, shortcuts, pa.array(numbers, names.type))
    return names


def _by_type(flags: AnyArray) -> AnyArray:
    """Spread one value per type over all that a type column can hold."""
    spread = np.zeros(1 << 8, flags.dtype)
    spread[: len(flags)] = flags
    return spread


def text_ranks(values: pa.LargeStringArray) -> IntArray:
    """Number texts by their order in JavaScript, which compares UTF-16 code units.

    Parameters
    ----------
    values : pyarrow.LargeStringArray
        Texts.

    Returns
    -------
    int64[k]
        From 0; equal texts have the same number.

    Examples
    --------
    >>> text_ranks(pa.array(["b", "a", "b", "B"], pa.large_string())).tolist()
    [2, 1, 2, 0]
    """
    encoded = values.dictionary_encode()
    distinct = encoded.dictionary
    # UTF-8 is in the order of code points. The two differ only beyond the surrogates' range.
    if pc.any(pc.match_substring_regex(distinct, "[\ue000-\U0010ffff]")).as_py():
        texts_of = distinct.to_pylist()
        order = np.array(
            sorted(range(len(texts_of)), key=lambda i: texts_of[i].encode("utf-16-be")), np.int64
        )
    else:
        order = pc.sort_indices(distinct).to_numpy().astype(np.int64)
    rank = np.empty(len(distinct), np.int64)
    rank[order] = np.arange(len(distinct))
    ranks: IntArray = rank[encoded.indices.to_numpy()]
    return ranks


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
    text, flags = (pattern, 0) if isinstance(pattern, str) else (pattern.pattern, pattern.flags)
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
            wanted = pa.array(_listed(class_name), graph.class_names.type)
            is_wanted = pc.is_in(graph.class_names, wanted).to_numpy(zero_copy_only=False)
        found &= is_wanted[graph.class_index]
    if string is not None:
        is_string = np.isin(graph.node_type_names, vocab.STRING_TYPES)
        found &= _by_type(is_string)[graph.node_type]
        found &= texts_matching(graph.strings, string)[graph.node_name]
    if name is not None:
        is_match = texts_matching(graph.strings, name)[graph.node_name]
        if graph.renamed is not None:
            renamed = np.flatnonzero(graph.renamed)
            is_match[renamed] = texts_matching(node_names(graph, renamed), name)
        found &= is_match
    for text in [] if has_property is None else _listed(has_property):
        found &= _has_property(graph, text)
    return np.flatnonzero(found)


def _has_property(graph: HeapGraph, name: str) -> BoolArray:
    owns = np.zeros(graph.n_nodes, np.bool_)
    is_property = graph.edge_type == graph.edge_type_index("property")
    for string in np.flatnonzero(is_string(graph, [name])).tolist():
        edges = np.flatnonzero((graph.edge_name == string) & is_property)
        owns[graph.edge_from(edges)] = True
    return owns


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
