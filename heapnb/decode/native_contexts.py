"""Native contexts as a table: how much of the heap each page, frame, worker and `vm` has."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb import vocab
from heapnb._showing import Shown
from heapnb.graph.edges import children_of
from heapnb.graph.native_contexts import NONE, SHARED, native_context_of, native_contexts
from heapnb.table_origin import of_heap

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

PAGE: Final = "page"
FRAME: Final = "frame"
WINDOW: Final = "removed window"
WORKER: Final = "worker"
EXTENSION: Final = "extension"
MAIN: Final = "main"
VM: Final = "vm"
ENGINE: Final = "engine"
SHARED_KIND: Final = "shared"
NO_KIND: Final = "unattributed"

KINDS: Final = (
    *(PAGE, FRAME, WINDOW, WORKER, EXTENSION, MAIN, VM, ENGINE),
    *(SHARED_KIND, NO_KIND),
)
"""What a row can be; the last two stand for nodes without a context of their own."""

COLUMNS: Final = (
    *("node_id", "kind", "name", "is_detached", "count", "shallow_size", "retained_size"),
)

_EXTENSION: Final = re.compile(r"[a-z-]+-extension://")
_WORKER: Final = re.compile(r"Work(?:er|let)GlobalScope")
_WINDOW: Final = "Window"
_FRAME_ELEMENT: Final = re.compile(r"<i?frame\b")
_SOURCE: Final = re.compile(r'\ssrc="([^"]*)"')
_TOKEN: Final = re.compile(r"([a-z-]+://.+?)[0-9A-F]{32}")
_LOCAL_FRAME: Final = "blink::LocalFrame"


@dataclass(frozen=True, repr=False)
class NativeContexts(Shown):
    """The native contexts of a heap and their sizes.

    Parameters
    ----------
    rows : dict of str to list
        The columns of `table`.
    heap : HeapGraph
        The heap.
    """

    rows: dict[str, list[Any]] = field(repr=False)
    heap: HeapGraph = field(repr=False, compare=False)

    def __len__(self) -> int:
        """Return the number of native contexts."""
        return sum(one is not None for one in self.rows["node_id"])

    @property
    def shared_size(self) -> int:
        """Bytes of the nodes that several contexts reach."""
        return self._size_of(SHARED_KIND)

    @property
    def unattributed_size(self) -> int:
        """Bytes of the nodes that no context reaches."""
        return self._size_of(NO_KIND)

    def _size_of(self, kind: str) -> int:
        return int(self.rows["shallow_size"][self.rows["kind"].index(kind)])

    @property
    def table(self) -> pd.DataFrame:
        """One row for each context, the largest first; see `native_context_table`."""
        import pandas as pd

        dtypes = {
            "node_id": "Int64",
            "kind": pd.StringDtype("pyarrow"),
            "name": pd.StringDtype("pyarrow"),
            "is_detached": "boolean",
            "count": "int64",
            "shallow_size": "int64",
            "retained_size": "Int64",
        }
        columns = {name: pd.array(self.rows[name], dtype=dtype) for name, dtype in dtypes.items()}  # type: ignore[call-overload]
        return of_heap(pd.DataFrame(columns), self.heap)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data.

        Returns
        -------
        dict
            ``contexts``: the rows of `table`, missing values as None.
        """
        rows = zip(*self.rows.values(), strict=True)
        return {"contexts": [dict(zip(self.rows, row, strict=True)) for row in rows]}


def find_native_contexts(graph: HeapGraph) -> NativeContexts:
    """Attribute the heap to its native contexts.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    NativeContexts
        See `native_context_table` for the columns.
    """
    contexts = native_contexts(graph)
    owner = native_context_of(graph)
    # Rows of nodes without one context follow those of the contexts.
    row = np.where(owner == SHARED, len(contexts), owner)
    row = np.where(owner == NONE, len(contexts) + 1, row)
    size = np.bincount(row, weights=graph.shallow_size, minlength=len(contexts) + 2)
    count = np.bincount(row[graph.shallow_size > 0], minlength=len(contexts) + 2)
    kinds, names = _kinds(graph, contexts)
    shown = [graph.name(int(node)) for node in contexts]
    order = np.argsort(-size[: len(contexts)], kind="stable").tolist()
    places = [*order, len(contexts), len(contexts) + 1]
    none = [None, None]
    return NativeContexts(
        {
            "node_id": [*graph.node_id[contexts[order]].tolist(), *none],
            "kind": [*(kinds[place] for place in order), SHARED_KIND, NO_KIND],
            "name": [*(names[place] for place in order), *none],
            "is_detached": [
                *(shown[place].startswith(vocab.DETACHED_PREFIX) for place in order),
                *none,
            ],
            "count": count[places].tolist(),
            "shallow_size": size[places].astype(np.int64).tolist(),
            "retained_size": [*graph.retained_size[contexts[order]].tolist(), *none],
        },
        graph,
    )


def native_context_table(graph: HeapGraph) -> pd.DataFrame:
    """List the native contexts: the JavaScript worlds of pages, frames, workers and `vm`.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a context, the largest first. Two rows follow, without a node id: nodes that
        several contexts reach, and nodes that none reaches. Sizes and counts add up to the heap.

        ``node_id``
            Of the ``NativeContext``.
        ``kind``
            One of `KINDS`: ``"page"``; ``"frame"``, an iframe's; ``"removed window"``, whose
            frame is gone; ``"worker"``; ``"extension"``; ``"main"``, the program's own in
            Node.js; ``"vm"``, made by `node:vm`; ``"engine"``, of the browser itself.
        ``name``
            The origin, with the ``src`` of an iframe; ``<NA>`` where the heap shows none.
        ``is_detached``
            Whether the browser has given it up: something still keeps the old page alive.
        ``count``
            Nodes of the context with a shallow size.
        ``shallow_size``
            Bytes of these nodes: the *attributed size* of DevTools.
        ``retained_size``
            Bytes that would be freed with the node of the context; small, as objects of a page
            refer to each other without it.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>one root>two one>a two>b one>c two>c root>d")
    >>> for key in ("one", "two"):
    ...     _ = builder.node(key, type="hidden", name="system / NativeContext")
    >>> native_context_table(builder.graph())[["kind", "count"]].to_dict("list")
    {'kind': ['engine', 'engine', 'shared', 'unattributed'], 'count': [2, 2, 1, 1]}
    """
    return find_native_contexts(graph).table


def _kinds(graph: HeapGraph, contexts: IntArray) -> tuple[list[str], list[str | None]]:
    """Tell what each context is of, and what it is called."""
    proxy = children_of(graph, contexts, ["global_proxy_object"])
    # Before V8 13 the global object is the context's extension.
    own = children_of(graph, contexts, ["global_object", "extension"])
    token = children_of(graph, contexts, ["security_token"])
    frames = _frames_of_elements(graph)
    kinds, names = [], []
    for context, one, global_object, its_token in zip(
        contexts.tolist(), proxy.tolist(), own.tolist(), token.tolist(), strict=True
    ):
        file_name = graph.string(int(graph.node_name[context]))
        origin = file_name.partition(f"{vocab.NATIVE_CONTEXT} / ")[2] or None
        texts = [graph.name(node) for node in (one, global_object) if node >= 0]
        kind = _kind_of(texts, origin, is_own_token=its_token in {one, global_object})
        if kind == PAGE:
            origin = origin or _origin_of_token(graph, its_token)
            kind, source = _page_or_frame(graph, one, frames)
            origin = f"{origin or ''} {source}".strip() if source else origin
        kinds.append(kind)
        names.append(origin)
    return kinds, names


def _kind_of(texts: list[str], origin: str | None, *, is_own_token: bool) -> str:
    if origin is not None and _EXTENSION.match(origin):
        return EXTENSION
    if any(_WORKER.search(text) for text in texts):
        return WORKER
    if any(text.removeprefix(vocab.DETACHED_PREFIX).startswith(_WINDOW) for text in texts):
        return PAGE
    if any(text == "global" or "(global" in text for text in texts):
        # Node gives all its contexts the token of the main one.
        return MAIN if is_own_token else VM
    return ENGINE


def _origin_of_token(graph: HeapGraph, token: int) -> str | None:
    """Read the origin of a window that is gone from its token: the origin and a random number."""
    found = _TOKEN.fullmatch(graph.name(token)) if token >= 0 else None
    return found[1] if found else None


def _page_or_frame(graph: HeapGraph, window: int, frames: dict[int, str]) -> tuple[str, str | None]:
    """Tell whether a window is a page's, an iframe's or nobody's, and the iframe's source."""
    if window < 0:
        return PAGE, None
    start, stop = graph.edges_of(window)
    for target in graph.edge_to[start:stop].tolist():
        if graph.string(int(graph.node_name[target])) == _LOCAL_FRAME:
            return (FRAME, frames[target] or None) if target in frames else (PAGE, None)
    return WINDOW, None


def _frames_of_elements(graph: HeapGraph) -> dict[int, str]:
    """Find the frames that elements of documents hold, and the source of each."""
    found = {}
    for node in np.flatnonzero(graph.is_named(np.arange(graph.n_nodes), _LOCAL_FRAME)).tolist():
        first, last = int(graph.first_retainer[node]), int(graph.first_retainer[node + 1])
        for holder in graph.edge_from(graph.retaining_edge[first:last]).tolist():
            name = graph.string(int(graph.node_name[holder]))
            if _FRAME_ELEMENT.match(name):
                source = _SOURCE.search(name)
                found[node] = source[1] if source else ""
    return found


__all__ = [
    "COLUMNS",
    "KINDS",
    "NativeContexts",
    "find_native_contexts",
    "native_context_table",
]
