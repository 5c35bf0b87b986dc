"""The heap that a question is about: a file, an open snapshot, its graph, or one of its nodes."""

from __future__ import annotations

from typing import Protocol, TypeAlias, runtime_checkable

from heapnb.format.source import SnapshotSource
from heapnb.graph import HeapGraph, ProgressReporter, open_graph
from heapnb.graph.source_files import SourceFiles


class HasGraph(Protocol):
    """An open snapshot: `heapnb.Snapshot`."""

    @property
    def graph(self) -> HeapGraph:
        """The heap as arrays."""


@runtime_checkable
class HeapNode(Protocol):
    """One node of a heap: `heapnb.Node`."""

    @property
    def heap(self) -> HeapGraph:
        """The heap that it belongs to."""

    @property
    def ordinal(self) -> int:
        """Its row in the file, from 0."""


HeapSource: TypeAlias = HasGraph | HeapGraph | SnapshotSource
"""An open snapshot, its graph, or anything that `heapnb.load` takes."""


def graph_of(
    source: HeapSource,
    *,
    cache: bool = True,
    progress: ProgressReporter | None = None,
    salvage: bool = False,
    source_files: SourceFiles | None = None,
) -> HeapGraph:
    """Return the graph of a snapshot, opening the file where that is needed.

    Parameters
    ----------
    source : Snapshot, HeapGraph, str, PathLike, binary file or bytes
        The snapshot.
    cache : bool, default True
        Whether files go through the on-disk cache.
    progress : callable, optional
        Opens a context in which long work reports; see `heapnb.progress.progress_bar`.
    salvage : bool, default False
        Read what a truncated file still holds.
    source_files : SourceFiles, optional
        The program's sources; a snapshot that is open keeps its own.

    Returns
    -------
    HeapGraph
    """
    if isinstance(source, HeapGraph):
        return source
    graph = getattr(source, "graph", None)
    if isinstance(graph, HeapGraph):
        return graph
    options = {} if progress is None else {"progress": progress}
    return open_graph(
        source,  # type: ignore[arg-type]
        cache=cache,
        salvage=salvage,
        source_files=source_files,
        **options,
    )
