"""Opening a snapshot as a graph: from the file, or from the on-disk cache."""

from __future__ import annotations

from heapnb.format.cache import read_cached
from heapnb.format.cache_store import CacheStore
from heapnb.format.source import SnapshotSource
from heapnb.graph.heap import HeapGraph
from heapnb.graph.source_files import SourceFiles
from heapnb.progress import ProgressReporter, no_progress, report_to, reporting


def open_graph(
    source: SnapshotSource,
    *,
    cache: bool = True,
    progress: ProgressReporter = no_progress,
    salvage: bool = False,
    source_files: SourceFiles | None = None,
) -> HeapGraph:
    """Read a snapshot, or map it from the on-disk cache, and make its graph.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        See `heapnb.format.read_snapshot`.
    cache : bool, default True
        Whether to look in the on-disk cache and to fill it, derived arrays included.
    progress : callable, optional
        Opens a context in which reading, and later long computations, report; see
        `heapnb.progress.progress_bar`. Kernels that are compiled from now on report to it too.
    salvage : bool, default False
        Read what a truncated file still holds.
    source_files : SourceFiles, optional
        The program's sources and source maps, by which locations are named.

    Returns
    -------
    HeapGraph
    """
    if progress is not no_progress:
        report_to(progress)
    with reporting(progress) as report:
        raw, store = read_cached(source, cache=cache, progress=report, salvage=salvage)
    graph = HeapGraph(raw, store, progress, source_files)
    if store is not None:
        store.do_later(lambda: _exchange_columns(graph, store))
    return graph


def _exchange_columns(graph: HeapGraph, store: CacheStore) -> None:
    """Replace columns in memory by those of the cache, which take memory where they are read."""
    if store.written is not None:
        graph.raw = store.written


__all__ = ["open_graph"]
