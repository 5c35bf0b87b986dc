"""What a heap snapshot tells about a process's memory: V8's heap, buffers, native handles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray
from heapnb.analysis.retention.owners import owner_texts
from heapnb.analysis.retention.retaining_tree import RetainingTree, retaining_tree
from heapnb.decode.links import class_names_of
from heapnb.graph import HeapGraph
from heapnb.graph.edges import is_string

_OF_NODE: Final = ("Node / ", "Detached Node / ")
"""Prefixes of the names of Node's objects outside V8's heap; since version 20 with detachedness."""

COST_OF_SNAPSHOT: Final = 210
"""Bytes for each node and edge that V8 allocates while it takes a snapshot. glibc keeps them for
the process afterwards. Measured on Node.js 18 to 26 with heaps of five shapes: 58 to 210."""

_LEAST_NAMED: Final = 1_000_000
"""Fewer bytes of buffers are not named: in large heaps, finding what holds them takes seconds."""

_WORKER: Final = "Worker"
_MOST_STEPS: Final = 24
_MOST_GROUPS: Final = 12


@dataclass(frozen=True)
class BufferGroup:
    """Buffers that the program holds under one name.

    Parameters
    ----------
    key : str
        Class and name of the property or variable: the same in other snapshots of the process.
    class_name : str
        Class of the largest one's view, such as ``"Buffer"``.
    held_by : str
        What holds the largest one.
    count : int
        ArrayBuffers.
    size : int
        Their bytes outside the heap.
    """

    key: str
    class_name: str
    held_by: str
    count: int
    size: int


@dataclass(frozen=True)
class HandleGroup:
    """Native objects of one class.

    Parameters
    ----------
    count : int
        Objects.
    size : int
        Bytes, as far as Node declares them to V8: memory of OpenSSL, for example, is missing.
    """

    count: int
    size: int


@dataclass(frozen=True)
class HeapMemory:
    """The bytes of a snapshot by the part of the process that they belong to.

    Parameters
    ----------
    v8_heap : int
        Objects in V8's heap.
    buffers : int
        Contents of ArrayBuffers outside of it.
    other_external : int
        External strings, objects of the embedder other than Node, and the bytes that V8 counts
        without a node.
    native_handles : int
        Objects of Node in C++ with what they own, such as the windows of zlib streams.
    handles : mapping of str to HandleGroup
        These by class, without the prefix ``"Node / "``.
    buffer_groups : tuple of BufferGroup
        The largest first; none if all buffers together are small.
    snapshot_cost : int
        Bytes that V8 allocated to take the snapshot; see `COST_OF_SNAPSHOT`.
    """

    v8_heap: int
    buffers: int
    other_external: int
    native_handles: int
    handles: Mapping[str, HandleGroup]
    buffer_groups: tuple[BufferGroup, ...]
    snapshot_cost: int = 0

    @property
    def workers(self) -> int:
        """Number of worker threads that the isolate holds."""
        found = self.handles.get(_WORKER)
        return 0 if found is None else found.count


def heap_memory(graph: HeapGraph) -> HeapMemory:
    """Divide the bytes of a snapshot by the part of the process that they belong to.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    HeapMemory

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root.cache>a a/backing_store>m root>z")
    >>> _ = builder.node("a", name="ArrayBuffer", size=96)
    >>> _ = builder.node("m", type="native", name="system / JSArrayBufferData", size=8192)
    >>> _ = builder.node("z", type="native", name="Node / zlib_memory", size=4096)
    >>> found = heap_memory(builder.graph())
    >>> found.v8_heap, found.buffers, found.native_handles, dict(found.handles)
    (96, 8192, 4096, {'zlib_memory': HandleGroup(count=1, size=4096)})
    """
    rows = graph.node_name.astype(np.int64)
    is_outside = graph.node_type == graph.node_type_index("native")
    # Node's handles that only the runtime holds are nodes of type synthetic.
    is_outside |= _begins_with(graph, _OF_NODE)[rows]
    outside = np.flatnonzero(is_outside)
    rows, sizes = rows[outside], graph.self_size[outside].astype(np.int64)
    is_store = is_string(graph, [vocab.ARRAY_BUFFER_DATA])[rows]
    handles = _handles(graph, rows[~is_store], sizes[~is_store])
    native_handles = sum(group.size for group in handles.values())
    buffers = int(sizes[is_store].sum())
    total = int(graph.self_size.sum(dtype=np.uint64))
    return HeapMemory(
        v8_heap=total - int(sizes.sum()),
        buffers=buffers,
        other_external=int(sizes.sum()) - buffers - native_handles + _uncounted(graph),
        native_handles=native_handles,
        handles=handles,
        buffer_groups=_buffer_groups(graph, outside[is_store], sizes[is_store]),
        snapshot_cost=COST_OF_SNAPSHOT * (graph.n_nodes + graph.n_edges),
    )


def _begins_with(graph: HeapGraph, prefixes: tuple[str, ...]) -> BoolArray:
    """Mark strings of the table by how they begin, as ``bool[n_strings]``."""
    marked = np.zeros(len(graph.strings), np.bool_)
    for prefix in prefixes:
        marked |= pc.starts_with(graph.strings, prefix).to_numpy(zero_copy_only=False)
    return marked


def _uncounted(graph: HeapGraph) -> int:
    """Return the bytes that V8 counts without a node (``extra_native_bytes``)."""
    return int(graph.raw.meta.extra_native_bytes)


def _handles(graph: HeapGraph, rows: IntArray, sizes: IntArray) -> dict[str, HandleGroup]:
    """Count Node's native objects by the name of their class; ``rows`` are strings."""
    kinds, place = np.unique(rows, return_inverse=True)
    counts = np.bincount(place, minlength=len(kinds)).tolist()
    sums = np.bincount(place, weights=sizes, minlength=len(kinds)).tolist()
    names = graph.strings.take(pa.array(kinds)).to_pylist()
    found: dict[str, HandleGroup] = {}
    for name, count, size in zip(names, counts, sums, strict=True):
        prefix = next((one for one in _OF_NODE if name.startswith(one)), None)
        if prefix is not None:
            kind = name.removeprefix(prefix)
            known = found.get(kind, HandleGroup(0, 0))
            found[kind] = HandleGroup(known.count + count, known.size + int(size))
    return dict(sorted(found.items(), key=lambda item: (-item[1].size, item[0])))


def _buffer_groups(graph: HeapGraph, stores: IntArray, sizes: IntArray) -> tuple[BufferGroup, ...]:
    """Group the contents of ArrayBuffers by the name that holds them."""
    stores, sizes = stores[sizes > 0], sizes[sizes > 0]
    if sizes.sum() < _LEAST_NAMED:
        return ()
    tree = retaining_tree(graph)
    owner, name = _named_owners(graph, tree, stores)
    is_known = owner >= 0
    classes = graph.class_index[np.maximum(owner, 0)].astype(np.int64)
    classes[~is_known] = -1
    keys = np.stack([classes, name], axis=1)
    kinds, place = np.unique(keys, axis=0, return_inverse=True)
    place = place.reshape(-1)
    sums = np.bincount(place, weights=sizes, minlength=len(kinds)).astype(np.int64)
    counts = np.bincount(place, minlength=len(kinds))
    groups = []
    for kind in np.argsort(-sums, kind="stable")[:_MOST_GROUPS].tolist():
        members = np.flatnonzero(place == kind)
        largest = int(members[np.argmax(sizes[members])])
        view = _outermost_view(graph, tree, int(stores[largest]))
        groups.append(
            BufferGroup(
                key=_key(graph, int(owner[largest]), int(name[largest])),
                class_name=str(class_names_of(graph, np.array([view]))[0]),
                held_by=_held_by(graph, view, int(owner[largest])),
                count=int(counts[kind]),
                size=int(sums[kind]),
            )
        )
    return tuple(groups)


def _named_owners(
    graph: HeapGraph, tree: RetainingTree, nodes: IntArray
) -> tuple[IntArray, IntArray]:
    """Find the nearest object or context that holds each node under a name, and the name.

    Returns
    -------
    owner, name : int64[k]
        Ordinals, and rows of the string table; -1 where no name leads to the node.
    """
    owner = np.full(len(nodes), -1, np.int64)
    name = np.full(len(nodes), -1, np.int64)
    is_name = np.zeros(len(graph.edge_type_names) + 1, np.bool_)
    is_name[[graph.edge_type_index(kind) for kind in ("property", "context")]] = True
    waiting, node = np.arange(len(nodes)), nodes.astype(np.int64)
    for _ in range(_MOST_STEPS):
        parent = tree.parent[node].astype(np.int64)
        goes_on: BoolArray = (parent != vocab.NO_ORDINAL) & (parent != node)
        waiting, node, parent = waiting[goes_on], node[goes_on], parent[goes_on]
        if len(waiting) == 0:
            break
        edge = tree.parent_edge[node].astype(np.int64)
        is_named = is_name[graph.edge_type[edge]]
        owner[waiting[is_named]] = parent[is_named]
        name[waiting[is_named]] = graph.edge_name[edge[is_named]]
        waiting, node = waiting[~is_named], parent[~is_named]
    return owner, name


def _outermost_view(graph: HeapGraph, tree: RetainingTree, store: int) -> int:
    """Return the view through which a store is held, else its ArrayBuffer."""
    internal = graph.edge_type_index("internal")
    node = store
    for _ in range(2):
        parent = int(tree.parent[node])
        if parent == vocab.NO_ORDINAL or graph.edge_type[int(tree.parent_edge[node])] != internal:
            break
        node = parent
    return node


def _held_by(graph: HeapGraph, node: int, owner: int) -> str:
    """Say what holds a node, and what holds that."""
    (text,) = owner_texts(graph, np.array([node], np.uint32))
    if owner < 0 or text.partition(" in ")[2].startswith("global") or text.startswith("global"):
        return text
    (above,) = owner_texts(graph, np.array([owner], np.uint32))
    return text if above.startswith("(") else f"{text} ({above})"


def _key(graph: HeapGraph, owner: int, name: int) -> str:
    return "" if owner < 0 else f"{graph.class_name(owner)}.{graph.strings[name].as_py()}"


__all__ = ["BufferGroup", "HandleGroup", "HeapMemory", "heap_memory"]
