"""Inputs of an analysis: a file, an open snapshot, its graph, or one of its nodes."""

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
        """The heap of the node."""

    @property
    def ordinal(self) -> int:
        """Row of the node in the file, from 0."""


HeapSource: TypeAlias = HasGraph | HeapGraph | SnapshotSource
"""An open snapshot, its graph, or any argument of `heapnb.load`."""


def graph_of(
    source: HeapSource,
    *,
    cache: bool = True,
    progress: ProgressReporter | None = None,
    salvage: bool = False,
    source_files: SourceFiles | None = None,
) -> HeapGraph:
    """Return the graph of a snapshot, and open the file if necessary.

    Parameters
    ----------
    source : Snapshot, HeapGraph, str, PathLike, binary file or bytes
        The snapshot.
    cache : bool, default True
        Whether to use the on-disk cache for files.
    progress : callable, optional
        Opens a context in which long work reports; see `heapnb.progress.progress_bar`.
    salvage : bool, default False
        Read the intact part of a truncated file.
    source_files : SourceFiles, optional
        The program's sources; an open snapshot keeps its own.

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
