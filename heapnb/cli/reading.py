"""How commands open snapshots: cache, salvage and progress as the options say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heapnb.cli.frontend import frontend
from heapnb.cli.output import warn
from heapnb.errors import CommandError

if TYPE_CHECKING:
    from heapnb._typing import ProgressCallback
    from heapnb.analysis.heap_profiles.profile import HeapProfile
    from heapnb.analysis.series.series import Series
    from heapnb.graph import HeapGraph
    from heapnb.snapshot import Snapshot

STDIN = "-"


@dataclass(frozen=True)
class Reading:
    """The options that say how snapshots are read.

    Parameters
    ----------
    cache : bool
        Whether the on-disk cache is used and filled.
    salvage : bool
        Whether a truncated file is read as far as it goes.
    show_progress : bool
        Whether long work shows a bar on stderr.
    source_root, source_maps : tuple of str
        Folders with the program's sources, and with source maps.
    """

    cache: bool = True
    salvage: bool = False
    show_progress: bool = True
    source_root: tuple[str, ...] = ()
    source_maps: tuple[str, ...] = ()

    @contextmanager
    def progress(self) -> Iterator[ProgressCallback | None]:
        """Show progress, as asked for, while the block runs.

        Yields
        ------
        callable or None
            To be called with (stage, done, total).
        """
        # Costs numpy, which `--help` must not.
        from heapnb.progress import SHOW_AFTER_SECONDS, progress_bar

        # Loading packages is part of the wait.
        after = max(SHOW_AFTER_SECONDS - frontend().waited(), 0)
        with progress_bar(enabled=self.show_progress, after=after) as callback:
            yield callback

    @contextmanager
    def working(self, title: str) -> Iterator[None]:
        """Show progress while the block runs: this stage, or those that work in it names.

        Nothing may be printed on stdout in the block.

        Parameters
        ----------
        title : str
            What is done.
        """
        from heapnb.progress import reporting, stage

        with reporting(self.progress), stage(title):
            yield

    def open(self, source: str, *, with_warnings: bool = True) -> Snapshot:
        """Open one snapshot."""
        from heapnb.snapshot import Snapshot

        return Snapshot(self.open_graph(source, with_warnings=with_warnings))

    def file_of(self, source: str) -> str | None:
        """Return what a command may read itself; None for a snapshot that is open already."""
        heaps = frontend().heaps([source])
        return heaps[0] if len(heaps) == 1 and isinstance(heaps[0], str) else None

    def open_graph(self, source: str, *, with_warnings: bool = True) -> HeapGraph:
        """Open one snapshot as a graph.

        Parameters
        ----------
        source : str
            Path, URL, or ``-``.
        with_warnings : bool, optional
            Whether to print what it warns of; False where the answer says that.

        Returns
        -------
        HeapGraph
        """
        from heapnb.graph.source_files import find_sources
        from heapnb.graph.sources import graph_of

        heaps = frontend().heaps([source])
        if len(heaps) != 1:
            raise CommandError(f"{source}: is {len(heaps)} snapshots.", hint="name one of them.")
        graph = graph_of(
            heaps[0],
            cache=self.cache,
            progress=self.progress,
            salvage=self.salvage,
            source_files=find_sources(self.source_root or None, self.source_maps or None),
        )
        if with_warnings:
            warn(graph.raw.warnings)
        return graph

    def heap_profile(self, file: str | None) -> HeapProfile | None:
        """Read a heap profile, if one is given, with names through the folders of sources."""
        if file is None:
            return None
        from heapnb.analysis.heap_profiles.reading import read_heap_profile

        return read_heap_profile(
            file,
            source_root=self.source_root or None,
            source_maps=self.source_maps or None,
        )

    def open_both(self, before: str, after: str) -> tuple[HeapGraph, HeapGraph]:
        """Open two snapshots, and print what they warn of."""
        _check_stdin((before, after))
        return self.open_graph(before), self.open_graph(after)

    def open_series(
        self,
        sources: Sequence[str],
        *,
        with_warnings: bool = True,
        strict: bool = False,
        work: Sequence[float] | None = None,
    ) -> Series:
        """Open several snapshots of one program.

        Parameters
        ----------
        sources : sequence of str
            Paths, URLs, and at most one ``-``.
        with_warnings : bool, optional
            Whether to print what they warn of; False where the answer says that.
        strict : bool, optional
            Whether a file that cannot be read is an error even if others can be read.
        work : sequence of float, optional
            Units of work done when each snapshot was taken.

        Returns
        -------
        Series
        """
        from heapnb.analysis.series.series import Series, load_series

        _check_stdin(sources)
        heaps = frontend().heaps(sources)
        if len(heaps) == 1 and isinstance(heaps[0], Series):
            return heaps[0]
        series = load_series(
            # Open one path at a time, so that only one is in memory.
            [
                self.open_graph(STDIN, with_warnings=False) if heap == STDIN else heap
                for heap in heaps
            ],
            cache=self.cache,
            progress=self.progress,
            salvage=self.salvage,
            source_root=self.source_root or None,
            source_maps=self.source_maps or None,
            strict=strict,
            work=work,
        )
        if with_warnings:
            warn(series.warnings)
        return series


def check_target(target: str, sources: Sequence[str], *, force: bool) -> None:
    """Complain about a file that cannot be written, before work is spent on it.

    Parameters
    ----------
    target : str
        The file to write.
    sources : sequence of str
        The snapshots, which are never overwritten.
    force : bool
        Whether the target may replace an existing file.

    Raises
    ------
    HeapnbError
        See `heapnb.format.writer.check_target`; also if the target is stdout.
    """
    from heapnb.format import writer

    if target == STDIN:
        raise CommandError("This answer does not go to stdout.", hint="name a file.")
    writer.check_target(Path(target), force=force, sources=sources)


def _check_stdin(sources: Sequence[str]) -> None:
    if list(sources).count(STDIN) > 1:
        raise CommandError(
            "stdin can be only one of the snapshots.", hint="write the others to files."
        )
