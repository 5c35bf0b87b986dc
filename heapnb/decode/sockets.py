"""Sockets and servers of Node, and the requests and responses of HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.links import (
    class_names_of,
    has_type,
    ids_of,
    is_oddball,
    names_of,
    nodes_named,
    one_of,
    property_of,
    sizes_of,
    strings_of,
    truth_of,
    variable_columns,
)
from heapnb.frames import signed

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_SORTS: Final = {
    "socket": ("Socket", "TLSSocket"),
    "server": ("Server", "Http2Server", "Http2SecureServer"),
    "agent": ("Agent",),
    "request": ("ClientRequest", "IncomingMessage"),
    "response": ("ServerResponse",),
}
_KINDS: Final = tuple(_SORTS)
# What an object has that is none of Node's, though it is called alike.
_MARK: Final = "_events"
_STATES: Final = ("open", "connecting", "closed")
_OPEN, _CONNECTING, _CLOSED = range(len(_STATES))


def sockets(graph: HeapGraph) -> pd.DataFrame:
    """List sockets, servers and agents, and HTTP's requests and responses.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row an object, in ordinal order; the index holds ordinals.

        ``node_id``, ``class_name``

        ``kind``
            ``"socket"``, ``"server"``, ``"agent"``, ``"request"`` or ``"response"``.
        ``state``
            ``"open"`` for what has a handle of the operating system's, ``"connecting"``,
            ``"closed"``; ``<NA>`` for agents, requests and responses.
        ``handle``
            Class of the handle, such as ``TCP``, ``Pipe``, ``TLSWrap``.
        ``remote``
            Address or host of the other side, where the program has asked for it or named it.
        ``socket_id``
            Node id of the socket of a request or response.
        ``destroyed``
            Whether ``destroy()`` was called, where the file says so.
        ``variable``, ``holder``
            The property or variable nearest to the roots that it is held under, and the class
            of what has it.
        ``shallow_size``, ``retained_size``
            In bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>Socket Socket._events>events Socket._handle>TCP Socket._host>host"
    ... )
    >>> graph = builder.node("host", type="string", name="db.example.org").graph()
    >>> sockets(graph)[["kind", "state", "handle", "remote"]]
         kind state handle          remote
    1  socket  open    TCP  db.example.org
    """
    import pandas as pd

    found = [nodes_named(graph, names) for names in _SORTS.values()]
    node = np.concatenate(found)
    kind = np.repeat(np.arange(len(found)), [len(nodes) for nodes in found])
    emits = property_of(graph, node, _MARK) >= 0
    is_prototype = property_of(graph, node, "constructor") >= 0
    node, kind = node[emits & ~is_prototype], kind[emits & ~is_prototype]
    order = np.argsort(node, kind="stable")
    node, kind = node[order], kind[order]
    handle = property_of(graph, node, "_handle", "<symbol kHandle>")
    handle = np.where(is_oddball(graph, handle), vocab.NO_INDEX, handle)
    socket = property_of(graph, node, "socket", "_socket", "<symbol kSocket>")
    socket = np.where(has_type(graph, socket, "object"), socket, vocab.NO_INDEX)
    columns = {
        "node_id": signed(graph.node_id[node]),
        "class_name": class_names_of(graph, node),
        "kind": one_of(kind, _KINDS),
        "state": one_of(_states(graph, node, kind, handle), _STATES),
        "handle": names_of(graph, handle),
        "remote": strings_of(graph, _remote(graph, node)),
        "socket_id": ids_of(graph, socket),
        "destroyed": truth_of(graph, property_of(graph, node, "destroyed", "_destroyed")),
        **variable_columns(graph, node),
        **sizes_of(graph, node),
    }
    return pd.DataFrame(columns, index=node, copy=False)


def _states(graph: HeapGraph, nodes: IntArray, kind: IntArray, handle: IntArray) -> IntArray:
    has_handle = np.isin(kind, [_KINDS.index("socket"), _KINDS.index("server")])
    connecting = is_oddball(graph, property_of(graph, nodes, "connecting"), "true")
    return np.select(
        [~has_handle, connecting, handle >= 0], [vocab.NO_INDEX, _CONNECTING, _OPEN], _CLOSED
    )


def _remote(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Find a text that names the other side."""
    peer = property_of(graph, nodes, "_peername")
    candidates = (
        property_of(graph, peer, "address"),
        property_of(graph, nodes, "_host", "host"),
        property_of(graph, nodes, "servername"),
    )
    found = np.full(len(nodes), vocab.NO_INDEX, np.int64)
    for candidate in candidates:
        is_text = has_type(graph, candidate, *vocab.STRING_TYPES) & (found < 0)
        found[is_text] = candidate[is_text]
    return found
