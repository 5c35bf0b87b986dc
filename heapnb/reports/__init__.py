"""The report: what a series of snapshots shows, as one HTML file that opens offline."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from heapnb.analysis.diagnosis.known_leaks import CatalogueFiles
from heapnb.analysis.series.series import Series
from heapnb.format.limits import bounded
from heapnb.format.source import SnapshotSource
from heapnb.graph.source_files import Folders
from heapnb.graph.sources import HeapSource
from heapnb.progress import ProgressOption, reporter_of, reporting, stage

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.heap_profiles.profile import HeapProfile
    from heapnb.views.masking import Masking

ReportSource: TypeAlias = Union["Diagnosis", Series, HeapSource, Sequence[HeapSource]]
"""A diagnosis, a series, or the snapshots to make one of."""

__all__ = ["markdown_report", "report", "report_data"]


@bounded
def report(
    source: ReportSource,
    target: str | os.PathLike[str],
    *,
    force: bool = True,
    redact: bool = True,
    personal: bool = False,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
    work: Sequence[float | None] | None = None,
    timeline: Sequence[Any] = (),
    known_leaks: CatalogueFiles = None,
    heap_profile: HeapProfile | SnapshotSource | None = None,
) -> Path:
    """Write a report as one HTML file.

    Parameters
    ----------
    source : Diagnosis, Series, Snapshot, HeapGraph, path, or sequence of the last three
        What to report on; snapshots in the order in which they were taken.
    target : str or PathLike
        The file; it appears only once it is complete.
    force : bool, default True
        Whether an existing file is replaced. A snapshot that is reported on never is.
    redact : bool, default True
        Mask what looks like a secret; see docs/redaction.md.
    personal : bool, default False
        Mask personal data too: names, addresses, phone numbers; see docs/redaction.md.
    progress, cache, salvage, source_root, source_maps, max_size
        How files are opened; see `heapnb.load`.
    work : sequence of float or None, optional
        Units of work done when each snapshot was taken; see `heapnb.load_series`.
    timeline : sequence, optional
        Logs of memory or garbage collection, diagnostic reports, deployments: sources of
        `heapnb.timeline`, which the report shows with the snapshots.
    known_leaks : str, PathLike or sequence of these, optional
        Files of leaks that you know of; see `heapnb.diagnose`.
    heap_profile : HeapProfile, path or bytes, optional
        A sampling heap profile of the same program: the suspects say what was sampled in the
        functions that they name, and a flame graph shows the whole; see docs/heap-profiles.md.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    HeapnbError
        If the target cannot be written, or is one of the snapshots.

    Notes
    -----
    Only its owner may read the file. It loads nothing, works without scripts, and stays below 5 MB
    whatever the snapshots hold. With scripts, the part of the last snapshot that matters most can
    be browsed in it as in `heapnb.widgets`; what is not part of it says so.

    Examples
    --------
    >>> import heapnb as hn
    >>> hn.report(["s1.heapsnapshot", "s2.heapsnapshot"], "report.html")  # doctest: +SKIP
    """
    from heapnb.format.writer import PRIVATE, check_target, replacing
    from heapnb.reports.content import gather
    from heapnb.reports.embedding import embed
    from heapnb.reports.rendering import render
    from heapnb.views.masking import Masking, masked

    path = Path(target)
    check_target(path, force=force)
    masking = Masking.when(redact, personal=personal)
    diagnosis = _diagnosis_of(
        source,
        masking,
        progress=progress,
        cache=cache,
        salvage=salvage,
        source_root=source_root,
        source_maps=source_maps,
        work=work,
        known_leaks=known_leaks,
        heap_profile=heap_profile,
    )
    read = [snapshot.path for snapshot in diagnosis.series.snapshots if snapshot.path is not None]
    check_target(path, force=force, sources=read)
    with reporting(None if progress is None else reporter_of(progress)):
        with stage("Looking for secrets"):
            masking = masking.of(diagnosis.series.last)
        with masked(masking), stage("Gathering tables and drawings"):
            content = gather(diagnosis, masking, timeline)
        with masked(masking), stage("Embedding the heap browser"):
            embedded = embed(diagnosis, masking=masking)
        with masked(masking), stage(f"Writing {path.name}"):
            html = render(content, embedded)
    with replacing(path, force=force, mode=PRIVATE) as stream:
        stream.write(html.encode())
    return path


def report_data(
    source: ReportSource, *, redact: bool = True, personal: bool = False
) -> dict[str, Any]:
    """Return all that a report says as plain data.

    Parameters
    ----------
    source : Diagnosis, Series, Snapshot, HeapGraph, path, or sequence of the last three
        What to report on; snapshots in the order in which they were taken.
    redact : bool, default True
        Mask what looks like a secret.
    personal : bool, default False
        Mask personal data too: names, addresses, phone numbers; see docs/redaction.md.

    Returns
    -------
    dict
        Fit for JSON: the diagnosis as ``heapnb diagnose --json`` has it, the tables, and how many
        of their rows are left out.
    """
    from heapnb.reports.content import gather
    from heapnb.reports.plain import report_dict
    from heapnb.views.masking import Masking, masked

    masking = Masking.when(redact, personal=personal)
    diagnosis = _diagnosis_of(source, masking)
    masking = masking.of(diagnosis.series.last)
    with masked(masking):
        return report_dict(gather(diagnosis, masking))


def markdown_report(source: ReportSource, *, redact: bool = True, personal: bool = False) -> str:
    """Write a report as Markdown: for a ticket, or for the summary of a build.

    Parameters
    ----------
    source : Diagnosis, Series, Snapshot, HeapGraph, path, or sequence of the last three
        What to report on; snapshots in the order in which they were taken.
    redact : bool, default True
        Mask what looks like a secret.
    personal : bool, default False
        Mask personal data too: names, addresses, phone numbers; see docs/redaction.md.

    Returns
    -------
    str
        GitHub's Markdown; names stay names, whatever they say.
    """
    from heapnb.reports.content import gather
    from heapnb.reports.plain import markdown
    from heapnb.views.masking import Masking, masked

    masking = Masking.when(redact, personal=personal)
    diagnosis = _diagnosis_of(source, masking)
    masking = masking.of(diagnosis.series.last)
    with masked(masking):
        return markdown(gather(diagnosis, masking))


def _diagnosis_of(
    source: ReportSource,
    masking: Masking,
    heap_profile: HeapProfile | SnapshotSource | None = None,
    known_leaks: CatalogueFiles = None,
    **opening: Any,
) -> Diagnosis:
    """Diagnose, and search the last heap for secrets meanwhile."""
    from heapnb.analysis.diagnosis.diagnose import diagnose, series_of, with_heap_profile
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.heap_profiles.profile import HeapProfile
    from heapnb.analysis.heap_profiles.reading import read_heap_profile

    if heap_profile is not None and not isinstance(heap_profile, HeapProfile):
        folders = {name: opening.get(name) for name in ("source_root", "source_maps")}
        heap_profile = read_heap_profile(heap_profile, **folders)
    if isinstance(source, Diagnosis):
        return source if heap_profile is None else with_heap_profile(source, heap_profile)
    series = series_of(source, **opening)
    with masking.searching(series.last):
        return diagnose(series, heap_profile=heap_profile, known_leaks=known_leaks)
