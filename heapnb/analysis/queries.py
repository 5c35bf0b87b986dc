"""Queries over many objects: their values, duplicates, collection sizes, top consumers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, Union, get_args

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import AnyArray, IntArray, NodeArray
from heapnb.analysis.constructors import constructors
from heapnb.analysis.packages import packages
from heapnb.analysis.retention.big_drops import nodes_below_roots
from heapnb.analysis.retention.dominators import largest_first, share_of_heap, tree_frame
from heapnb.analysis.series.encoding import encode
from heapnb.decode.containers import collections
from heapnb.decode.links import oddballs
from heapnb.decode.preview import preview
from heapnb.errors import HeapnbError, NodeNotFoundError
from heapnb.graph import HeapGraph
from heapnb.graph.edges import children_of, is_string
from heapnb.graph.group_sizes import retained_by_group
from heapnb.graph.locations import script_names
from heapnb.kernels import contents as kernels
from heapnb.kernels.hashing import HashArray, mix_arrays

if TYPE_CHECKING:
    import pandas as pd

Nodes: TypeAlias = Union[str, re.Pattern[str], "pd.DataFrame", Sequence[int], AnyArray]
"""Nodes by class name, by a pattern in it, by a table with a column ``node_id``, or by id."""

Consumer = Literal["object", "class", "script", "package"]

DEFAULT_TOP: Final = 20

_LAYOUT: Final = ("map", "properties", "elements")
_INHERITED: Final = ("__proto__",)
_FILL_BOUNDS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def chosen_nodes(graph: HeapGraph, nodes: Nodes) -> IntArray:
    """Find the nodes that a query selects.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : str, pattern, DataFrame or sequence of int
        A class name, a pattern in it, a table with a column ``node_id``, or node ids.

    Returns
    -------
    int64[k]
        Ordinals.

    Raises
    ------
    NodeNotFoundError
        If no node has one of the ids.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root>User root>Order").graph()
    >>> chosen_nodes(graph, "User").tolist(), chosen_nodes(graph, [5, 3]).tolist()
    ([1], [2, 1])
    """
    if isinstance(nodes, str | re.Pattern):
        from heapnb.frames import nodes_where

        return nodes_where(graph, class_name=nodes)
    column: Any = nodes
    if hasattr(column, "columns"):
        column = column["node_id"]
    ids = np.asarray(column)
    ordinals = graph.ordinals_of(ids)
    missing = np.flatnonzero(ordinals < 0)
    if len(missing):
        raise NodeNotFoundError(int(ids[missing[0]]))
    return ordinals


# -- values -------------------------------------------------------------------------------------


def group_by_value(graph: HeapGraph, nodes: Nodes, prop: str | Sequence[str]) -> pd.DataFrame:
    """Count objects by the value of a property.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : str, pattern, DataFrame or sequence of int
        The objects; see `chosen_nodes`.
    prop : str or sequence of str
        A property, or a variable of a context; several form a path from object to object.

    Returns
    -------
    pandas.DataFrame
        One row for each value: ``value`` (strings, numbers and other primitives as text,
        objects as ``User @123``; missing if an object lacks the property, or if the file does
        not carry the value, as for small integers), ``count``, ``shallow_size`` and
        ``retained_size`` in bytes, each byte once, ``node_id`` (one of the objects). Most
        frequent first.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a root>b root>c a.state>s b.state>t c.state>u")
    >>> for key in "abc":
    ...     _ = builder.node(key, name="Job")
    >>> for key, text in [("s", "done"), ("t", "new"), ("u", "done")]:
    ...     _ = builder.node(key, type="string", name=text)
    >>> group_by_value(builder.graph(), "Job", "state")[["value", "count"]]
      value  count
    0  done      2
    1   new      1
    """
    import pandas as pd

    from heapnb.frames import signed, texts

    objects = chosen_nodes(graph, nodes)
    targets = objects
    for name in [prop] if isinstance(prop, str) else prop:
        targets = _property_of(graph, targets, name)
    distinct, which = np.unique(targets, return_inverse=True)
    values = _values(graph, distinct)
    encoded = values.dictionary_encode(null_encoding="encode")
    group = encoded.indices.to_numpy()[which]
    n_groups = len(encoded.dictionary)
    of_node = np.full(graph.n_nodes, n_groups, np.uint32)
    of_node[objects] = group
    count = np.bincount(group, minlength=n_groups)
    size = np.bincount(group, weights=graph.shallow_size[objects], minlength=n_groups)
    retained = retained_by_group(graph, of_node, n_groups + 1)[:-1].astype(np.int64)
    example = np.zeros(n_groups, np.int64)
    example[group[::-1]] = objects[::-1]
    order = np.argsort(-count, kind="stable")
    return pd.DataFrame(
        {
            "value": texts(encoded.dictionary.take(pa.array(order))),
            "count": count[order],
            "shallow_size": size[order].astype(np.int64),
            "retained_size": retained[order],
            "node_id": signed(graph.node_id[example[order]]),
        }
    )


def _property_of(graph: HeapGraph, nodes: IntArray, name: str) -> IntArray:
    found = children_of(graph, nodes, [name], edge_type="property")
    lacking = np.flatnonzero(found < 0)
    found[lacking] = children_of(graph, nodes[lacking], [name], edge_type="context")
    return found


def _values(graph: HeapGraph, nodes: IntArray) -> pa.LargeStringArray:
    """Write strings as they are and objects by class and id; null for ordinal -1."""
    from heapnb.frames import display_names

    shown: list[str | None] = [None] * len(nodes)
    there = np.flatnonzero(nodes >= 0)
    types = graph.node_type[nodes[there]]
    is_text = np.isin(types, [graph.node_type_index(name) for name in vocab.STRING_TYPES])
    texts = there[is_text]
    for place, text in zip(
        texts.tolist(), display_names(graph, nodes[texts]).to_pylist(), strict=True
    ):
        shown[place] = text
    written_out = [graph.node_type_index(name) for name in vocab.LITERAL_TYPES]
    known = oddballs(graph)
    for place in there[~is_text].tolist():
        node = int(nodes[place])
        if node in known:
            shown[place] = known[node]
        elif graph.node_type[node] in written_out:
            shown[place] = preview(graph, node)
        else:
            shown[place] = f"{graph.class_name(node)} @{graph.node_id[node]}"
    return pa.array(shown, pa.large_string())


# -- duplicates ---------------------------------------------------------------------------------


def duplicate_objects(
    graph: HeapGraph, nodes: Nodes | None = None, *, top: int | None = DEFAULT_TOP
) -> pd.DataFrame:
    """Find objects of one class with equal content: the same values under the same names.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : str, pattern, DataFrame or sequence of int, optional
        The objects; see `chosen_nodes`. By default all.
    top : int or None
        Maximum number of rows; None for all.

    Returns
    -------
    pandas.DataFrame
        One row for each content: ``class_name``, ``content`` (a JavaScript literal),
        ``count``, ``size`` (shallow bytes of all), ``wasted_size`` (of all but one),
        ``node_id`` (one of them). Largest wasted size first.

    Notes
    -----
    Strings are equal if their texts in the file are, numbers if their values are; other values
    are equal only if they are the same object. The file has small integers only if it was
    captured with numeric values; without them, objects that differ only in such integers count
    as equal. Objects without fields and elements are left out, and so are Maps, Sets and other
    objects that each have their own backing store.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a root>b root>c a.k>x b.k>y c.k>z", size=24)
    >>> for key, text in zip("xyz", ("red", "red", "blue")):
    ...     _ = builder.node(key, type="string", name=text)
    >>> for key in "abc":
    ...     _ = builder.node(key, name="Style")
    >>> duplicate_objects(builder.graph())
      class_name             content  count  size  wasted_size  node_id
    0      Style  Style {k: "red"}       2    48           24        3
    """
    import pandas as pd

    from heapnb.frames import signed, texts

    is_object = graph.node_type == graph.node_type_index("object")
    if nodes is not None:
        is_chosen = np.zeros(graph.n_nodes, np.bool_)
        is_chosen[chosen_nodes(graph, nodes)] = True
        is_object &= is_chosen
    objects = np.flatnonzero(is_object)
    # Class and size.
    hashes = graph.class_key[objects].astype(np.uint64) << np.uint64(32)
    hashes ^= graph.self_size[objects].astype(np.uint64)
    n_fields = np.empty(len(objects), np.int64)
    is_named = np.ones(np.iinfo(np.uint8).max + 1, np.bool_)
    is_named[: len(graph.is_indexed_edge_type)] = ~graph.is_indexed_edge_type
    kernels.hash_contents(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_to,
        is_named,
        graph.edge_type_index("weak"),
        graph.edge_type_index("internal"),
        is_string(graph, _LAYOUT),
        is_string(graph, _INHERITED),
        _stands_for(graph),
        objects,
        hashes,
        n_fields,
    )
    objects, hashes = objects[n_fields > 0], hashes[n_fields > 0]
    codes, first = _numbered(hashes)
    count = np.bincount(codes, minlength=len(first))
    first, count = first[count > 1], count[count > 1]
    each = graph.shallow_size[objects[first]].astype(np.int64)
    order = np.argsort(-(each * (count - 1)), kind="stable")[:top]
    first, count, each = first[order], count[order], each[order]
    examples = objects[first]
    contents = [preview(graph, node) for node in examples.tolist()]
    return pd.DataFrame(
        {
            "class_name": texts(graph.class_names.take(pa.array(graph.class_index[examples]))),
            "content": texts(pa.array(contents, pa.large_string())),
            "count": count,
            "size": each * count,
            "wasted_size": each * (count - 1),
            "node_id": signed(graph.node_id[examples]),
        }
    )


def _stands_for(graph: HeapGraph) -> NodeArray:
    """Map each string and number to the first equal one, and every other node to itself."""
    first = np.arange(graph.n_nodes, dtype=np.uint32)
    strings = np.flatnonzero(graph.node_type == graph.node_type_index("string"))
    # The file cuts long texts: their sizes distinguish them.
    _merge(first, strings, graph.node_name[strings], graph.self_size[strings])
    numbers = np.flatnonzero(graph.node_type == graph.node_type_index("number"))
    shown = children_of(graph, numbers, ["value"])
    numbers, shown = numbers[shown >= 0], shown[shown >= 0]
    _merge(first, numbers, graph.node_name[shown], graph.node_name[numbers])
    return first


def _merge(first: NodeArray, nodes: IntArray, *keys: AnyArray) -> None:
    """Map nodes with equal keys to the first of them."""
    hashes, second = (key.astype(np.uint64) for key in keys)
    mix_arrays(hashes, second, hashes)
    codes, where = _numbered(hashes)
    first[nodes] = nodes[where][codes]


def _numbered(hashes: HashArray) -> tuple[NodeArray, IntArray]:
    """Number hashes in order of first occurrence; return numbers and first positions."""
    codes, distinct = encode(hashes)
    first = np.empty(len(distinct), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return codes, first


# -- collections --------------------------------------------------------------------------------


def collection_sizes(
    graph: HeapGraph, by: Literal["entry_count", "fill_ratio"] = "entry_count"
) -> pd.DataFrame:
    """Count Maps, Sets, arrays and dictionaries by number of entries or by fill ratio.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    by : {"entry_count", "fill_ratio"}
        The measure that forms the ranges.

    Returns
    -------
    pandas.DataFrame
        One row for each kind of collection and range: ``kind``; ``least`` and ``most``, both
        inclusive; ``count``; ``shallow_size`` and ``retained_size`` in bytes, each byte once.
        Empty collections form their own range, and so do full ones. Collections whose measure
        the file does not carry are left out.
    """
    import pandas as pd

    found = collections(graph).dropna(subset=[by])
    values = found[by].to_numpy(np.float64)
    if by == "entry_count":
        # 0, 1, 2 to 3, 4 to 7 …
        number = np.where(values > 0, np.floor(np.log2(np.maximum(values, 1))) + 1, 0)
        step = np.arange(64)
        least, most = np.where(step > 0, 2.0 ** (step - 1), 0), 2.0**step - 1
    else:
        number = np.searchsorted(_FILL_BOUNDS, values, side="left").astype(np.float64)
        number[values >= 1] = len(_FILL_BOUNDS)
        least = np.array([0.0, *_FILL_BOUNDS[:-1], 1.0])
        most = np.array([*_FILL_BOUNDS, 1.0])
    kinds = pd.Categorical(found["kind"])
    keys, group = np.unique(
        kinds.codes.astype(np.int64) * len(least) + number.astype(np.int64), return_inverse=True
    )
    of_node = np.full(graph.n_nodes, len(keys), np.uint32)
    nodes = found.index.to_numpy()
    of_node[nodes] = group
    retained = retained_by_group(graph, of_node, len(keys) + 1)[:-1]
    sizes = np.bincount(group, weights=graph.shallow_size[nodes], minlength=len(keys))
    ranges = keys % len(least)
    dtype = np.int64 if by == "entry_count" else np.float64
    return pd.DataFrame(
        {
            "kind": pd.array(kinds.categories[keys // len(least)].tolist(), "str"),
            "least": least[ranges].astype(dtype),
            "most": most[ranges].astype(dtype),
            "count": np.bincount(group, minlength=len(keys)),
            "shallow_size": sizes.astype(np.int64),
            "retained_size": retained.astype(np.int64),
        }
    )


# -- consumers ----------------------------------------------------------------------------------


def top_consumers(
    graph: HeapGraph, by: Consumer = "class", *, top: int | None = DEFAULT_TOP
) -> pd.DataFrame:
    """List the largest consumers of the heap.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    by : {"object", "class", "script", "package"}
        The kind of consumer: objects that only GC roots dominate; classes; scripts or npm
        packages, by the functions and classes that they define.
    top : int or None
        Maximum number of rows; None for all.

    Returns
    -------
    pandas.DataFrame
        Largest retained size first, with its ``share`` of the heap. For objects the columns are
        those of `heapnb.analysis.retention.dominators.dominators`, for classes those of
        `Snapshot.constructors`, for packages those of `heapnb.analysis.packages.packages`; for
        scripts ``script``, ``count``, ``shallow_size``, ``retained_size``.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root>a a>b root>c").graph()
    >>> top_consumers(graph, "class")[["class_name", "retained_size", "share"]]
      class_name  retained_size     share
    0          a             32  0.666667
    1          b             16  0.333333
    2          c             16  0.333333
    """
    if by == "object":
        return _top_objects(graph, top)
    tables = {"class": constructors, "script": _scripts, "package": packages}
    if by not in tables:
        raise HeapnbError(
            f"by={by!r} is not a kind of consumer.",
            hint=f"choose one of {', '.join(get_args(Consumer))}.",
        )
    frame = tables[by](graph)
    frame = frame.sort_values("retained_size", ascending=False, kind="stable", ignore_index=True)
    return frame.head(len(frame) if top is None else top).assign(
        share=lambda rows: share_of_heap(graph, rows["retained_size"].to_numpy())
    )


def _top_objects(graph: HeapGraph, top: int | None) -> pd.DataFrame:
    """List the nodes that only GC roots dominate."""
    chosen = largest_first(graph, nodes_below_roots(graph))[:top]
    return tree_frame(graph, chosen, np.ones(len(chosen), np.int64)).drop(columns="level")


def _scripts(graph: HeapGraph) -> pd.DataFrame:
    """Sum closures, and objects whose class has a definition site, by script."""
    import pandas as pd

    names = script_names(graph)
    of_node = np.full(graph.n_nodes, len(names), np.uint32)
    ids = np.array(sorted(names), np.int64)
    locations = graph.raw.locations
    if locations is not None and len(ids):
        script_id = locations.script_id.astype(np.int64)
        place = np.minimum(np.searchsorted(ids, script_id), len(ids) - 1)
        known = ids[place] == script_id
        of_node[locations.node[known]] = place[known]
    retained = retained_by_group(graph, of_node, len(names) + 1)[:-1].astype(np.int64)
    members = np.flatnonzero((of_node < len(names)) & (graph.shallow_size > 0))
    size = np.bincount(of_node[members], weights=graph.shallow_size[members], minlength=len(names))
    frame = pd.DataFrame(
        {
            "script": pd.array([names[script_id] for script_id in ids.tolist()], "str"),
            "count": np.bincount(of_node[members], minlength=len(names)),
            "shallow_size": size.astype(np.int64),
            "retained_size": retained,
        }
    )
    return frame[frame["count"] > 0]
