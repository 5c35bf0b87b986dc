"""Build small snapshots for tests."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heapnb import vocab
from heapnb._typing import AnyArray
from heapnb.format import Locations, RawSnapshot, SnapshotMeta, SourceInfo, write_snapshot

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph
    from heapnb.snapshot import Snapshot

ROOT = "root"
"""Key of the root node, which each builder contains."""

_NODE_FIELDS = ("type", "name", "id", "self_size", "edge_count", "trace_node_id", "detachedness")
_EDGE_FIELDS = ("type", "name_or_index", "to_node")
_LOCATION_FIELDS = ("object_index", "script_id", "line", "column")
_UINT32_MAX = 0xFFFF_FFFF

# Between source and target: nothing, .name, [index], /name, :name, ~name or ^name.
_EDGE = re.compile(
    r"(?P<source>[\w$-]+)(?:\[(?P<index>\d+)\]|(?P<mark>[./:~^])(?P<name>[^>\s]*))?>(?P<target>[\w$-]+)"
)
_EDGE_TYPE_OF_MARK = {
    None: "property",
    ".": "property",
    "/": "internal",
    ":": "context",
    "~": "weak",
    "^": "shortcut",
}


@dataclass
class _Node:
    type: str
    name: str
    size: int
    node_id: int
    detachedness: int = 0
    location: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class _Edge:
    source: str
    target: str
    type: str
    name: str | int


class SnapshotBuilder:
    """Collect nodes and edges, then build a snapshot.

    Each node has a key that only the builder uses. Node ``"root"`` exists from the start. Ordinals
    follow the order in which keys first occur; node ids are 1, 3, 5, …

    Examples
    --------
    >>> builder = SnapshotBuilder.from_edges("root.cache>map map/table>table table[0]>entry")
    >>> builder.node("map", name="Map", size=32).node("table", type="array", size=100)
    SnapshotBuilder(4 nodes, 3 edges)
    >>> graph = builder.graph()
    >>> graph.class_name(1), graph.retained_size.tolist()
    ('Map', [148, 148, 16, 16])
    """

    def __init__(self) -> None:
        self._nodes: dict[str, _Node] = {}
        self._edges: list[_Edge] = []
        self.node(ROOT, type="synthetic", name="", size=0)

    def __repr__(self) -> str:
        return f"SnapshotBuilder({len(self._nodes)} nodes, {len(self._edges)} edges)"

    @classmethod
    def from_edges(cls, text: str, *, size: int = 16) -> SnapshotBuilder:
        """Parse edges from words such as ``a>b``, separated by blanks.

        ==========  ==========================================
        word        edge
        ==========  ==========================================
        ``a>b``     property, named ``b`` as its target
        ``a.x>b``   property ``x``
        ``a[3]>b``  element 3
        ``a/x>b``   internal ``x``
        ``a:x>b``   variable ``x`` of the context ``a``
        ``a~x>b``   weak ``x``
        ``a^x>b``   shortcut ``x``
        ==========  ==========================================

        Parameters
        ----------
        text : str
            The words.
        size : int, default 16
            Bytes of each new node except the root.

        Returns
        -------
        SnapshotBuilder
            Its nodes have type object and their keys as names; `node` changes that.

        Raises
        ------
        ValueError
            If a word is not an edge.

        Examples
        --------
        >>> SnapshotBuilder.from_edges("root>a root>b a>c", size=8).graph().retained_size.tolist()
        [24, 16, 8, 8]
        """
        builder = cls()
        for word in text.split():
            match = _EDGE.fullmatch(word)
            if match is None:
                raise ValueError(
                    f"{word!r} is not an edge. Write a>b, a.name>b, a[0]>b, a/name>b …"
                )
            source, target = match["source"], match["target"]
            for key in (source, target):
                if key not in builder._nodes:
                    builder.node(key, size=size)
            if match["index"] is not None:
                builder.edge(source, target, int(match["index"]), type="element")
            else:
                builder.edge(
                    source, target, match["name"] or target, type=_EDGE_TYPE_OF_MARK[match["mark"]]
                )
        return builder

    def node(
        self,
        key: str,
        *,
        type: str | None = None,
        name: str | None = None,
        size: int | None = None,
        node_id: int | None = None,
        detachedness: int | None = None,
        location: tuple[int, int, int] | None = None,
    ) -> SnapshotBuilder:
        """Add a node or change an existing one.

        Parameters
        ----------
        key : str
            The key that edges use.
        type : str, optional
            Node type; ``"object"`` for a new node.
        name : str, optional
            Its name, which is the class of an object; the key for a new node.
        size : int, optional
            Bytes; 16 for a new node.
        node_id : int, optional
            V8's id; the next odd number for a new node.
        detachedness : int, optional
            0 unknown, 1 attached, 2 detached.
        location : tuple of 3 int, optional
            Script id, line and column, from 0.

        Returns
        -------
        SnapshotBuilder
            Itself, for chaining.
        """
        node = self._nodes.get(key)
        if node is None:
            node = _Node("object", key, 16, 2 * len(self._nodes) + 1)
            self._nodes[key] = node
        if type is not None:
            node.type = type
        if name is not None:
            node.name = name
        if size is not None:
            node.size = size
        if node_id is not None:
            node.node_id = node_id
        if detachedness is not None:
            node.detachedness = detachedness
        if location is not None:
            node.location = location
        return self

    def edge(
        self,
        source: str,
        target: str,
        name: str | int,
        *,
        type: str = "property",
    ) -> SnapshotBuilder:
        """Add an edge.

        Parameters
        ----------
        source, target : str
            Keys; an unknown key becomes an object of that name.
        name : str or int
            The edge's name; an index for element and hidden edges.
        type : str, default "property"
            Edge type.

        Returns
        -------
        SnapshotBuilder
            Itself.

        Raises
        ------
        ValueError
            If the type is unknown, or needs the other kind of name.
        """
        if type not in vocab.V8_EDGE_TYPES:
            raise ValueError(f"{type!r} is not an edge type.")
        if isinstance(name, int) != (type in vocab.INDEXED_EDGE_TYPES):
            wanted = "an index" if isinstance(name, str) else "a name"
            raise ValueError(f"An edge of type {type} needs {wanted}, not {name!r}.")
        for key in (source, target):
            if key not in self._nodes:
                self.node(key)
        self._edges.append(_Edge(source, target, type, name))
        return self

    def ordinal(self, key: str) -> int:
        """Return the ordinal of the node with a key."""
        return list(self._nodes).index(key)

    def node_id(self, key: str) -> int:
        """Return the id of the node with a key."""
        return self._nodes[key].node_id

    def raw(self, *, name: str = "<built>", header: Mapping[str, Any] | None = None) -> RawSnapshot:
        """Build the columns of the snapshot.

        Parameters
        ----------
        name : str, optional
            Name of the snapshot.
        header : mapping, optional
            More entries of the ``snapshot`` section, such as ``extra_native_bytes``.
        """
        import pyarrow as pa

        ordinals = {key: i for i, key in enumerate(self._nodes)}
        nodes = list(self._nodes.values())
        edges = sorted(self._edges, key=lambda edge: ordinals[edge.source])
        texts: dict[str, int] = {"<dummy>": 0}

        def index_of(text: str) -> int:
            return texts.setdefault(text, len(texts))

        node_name = _frozen([index_of(node.name) for node in nodes], np.uint32)
        edge_name = _frozen(
            [e.name if isinstance(e.name, int) else index_of(e.name) for e in edges], np.uint32
        )
        edge_count = np.bincount([ordinals[e.source] for e in edges], minlength=len(nodes))
        located = [(i, node.location) for i, node in enumerate(nodes) if node.location is not None]
        return RawSnapshot(
            meta=_meta(len(nodes), len(edges), header or {}),
            node_type=_frozen([vocab.V8_NODE_TYPES.index(n.type) for n in nodes], np.uint8),
            node_name=node_name,
            node_id=_unsigned([node.node_id for node in nodes]),
            self_size=_unsigned([node.size for node in nodes]),
            first_edge=_frozen([0, *np.cumsum(edge_count)], np.uint32),
            detachedness=_frozen([node.detachedness for node in nodes], np.uint8),
            trace_node_id=None,
            edge_type=_frozen([vocab.V8_EDGE_TYPES.index(e.type) for e in edges], np.uint8),
            edge_name=edge_name,
            edge_to=_frozen([ordinals[e.target] for e in edges], np.uint32),
            strings=pa.array(list(texts), pa.large_string()),
            locations=Locations(
                _frozen([node for node, _ in located], np.uint32),
                *(_frozen([place[i] for _, place in located], np.int64) for i in range(3)),
            ),
            source=SourceInfo(name),
        )

    def graph(self) -> HeapGraph:
        """Build the graph of the snapshot."""
        from heapnb.graph import HeapGraph

        return HeapGraph(self.raw())

    def snapshot(self, *, name: str = "<built>") -> Snapshot:
        """Build the snapshot like `heapnb.load`, with a name."""
        from heapnb.graph import HeapGraph
        from heapnb.snapshot import Snapshot

        return Snapshot(HeapGraph(self.raw(name=name)))

    def to_bytes(self) -> bytes:
        """Build the bytes of a file that `heapnb.load` and DevTools can read."""
        out = io.BytesIO()
        write_snapshot(self.raw(), out)
        return out.getvalue()


def _meta(n_nodes: int, n_edges: int, extra: Mapping[str, Any]) -> SnapshotMeta:
    header = {
        "meta": {
            "node_fields": list(_NODE_FIELDS),
            "node_types": [list(vocab.V8_NODE_TYPES), "string", *["number"] * 5],
            "edge_fields": list(_EDGE_FIELDS),
            "edge_types": [list(vocab.V8_EDGE_TYPES), "string_or_number", "node"],
            "location_fields": list(_LOCATION_FIELDS),
        },
        "node_count": n_nodes,
        "edge_count": n_edges,
        **extra,
    }
    return SnapshotMeta(
        _NODE_FIELDS,
        vocab.V8_NODE_TYPES,
        _EDGE_FIELDS,
        vocab.V8_EDGE_TYPES,
        _LOCATION_FIELDS,
        header,
    )


def _unsigned(values: list[int]) -> AnyArray:
    return _frozen(values, np.uint64 if max(values, default=0) > _UINT32_MAX else np.uint32)


def _frozen(values: object, dtype: Any) -> AnyArray:
    array: AnyArray = np.array(values, dtype)
    array.flags.writeable = False
    return array
