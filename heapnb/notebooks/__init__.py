"""Post-mortems: a case told in a notebook that can be run again on the next incident's files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

from heapnb.analysis.diagnosis.annotations import Annotated
from heapnb.analysis.diagnosis.known_leaks import CatalogueFiles
from heapnb.analysis.series.series import Series
from heapnb.errors import HeapnbError
from heapnb.format.limits import allowed_size, bounded
from heapnb.graph.source_files import Folders, listed
from heapnb.progress import ProgressOption, reporter_of, reporting

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.snapshot import Snapshot

NotebookSource: TypeAlias = Union[
    "Diagnosis", Series, "Snapshot", str, os.PathLike[str], Sequence[str | os.PathLike[str]]
]
"""A diagnosis, a series or a snapshot that was read from files, or the files."""

__all__ = ["notebook"]


@bounded
def notebook(
    source: NotebookSource,
    target: str | os.PathLike[str],
    *,
    force: bool = False,
    redact: bool = True,
    personal: bool = False,
    execute: bool = True,
    progress: ProgressOption = None,
    salvage: bool = False,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
    source_root: Folders = None,
    source_maps: Folders = None,
    work: Sequence[float | None] | None = None,
    known_leaks: CatalogueFiles = None,
    heap_profile: str | os.PathLike[str] | None = None,
) -> Path:
    """Write a notebook that tells a case: what leaks, why, the proof, and what to change.

    Parameters
    ----------
    source : Diagnosis, Series, Snapshot, path, or sequence of paths
        The snapshots, in the order in which they were taken.
    target : str or PathLike
        The notebook; it appears only once it is complete.
    force : bool, default False
        Whether an existing file is replaced.
    redact : bool, default True
        Mask what looks like a secret in all outputs.
    personal : bool, default False
        Mask personal data too: names, addresses, phone numbers; see docs/redaction.md.
    execute : bool, default True
        Run the cells, so that the notebook reads well where no kernel is: on GitHub, in nbviewer.
    progress : callable or bool, optional
        See `heapnb.load`.
    salvage : bool, default False
        Read what truncated files still hold.
    max_size : int, optional
        The most bytes of JSON that are read; see `heapnb.load`.
    source_root, source_maps : str, PathLike, or sequence of these, optional
        Folders with the program's sources, and with source maps; see `heapnb.load`.
    work : sequence of float or None, optional
        Units of work done when each snapshot was taken; see `heapnb.load_series`. By default what
        a series was given, or what the side files say.
    known_leaks : str, PathLike or sequence of these, optional
        Files of leaks that you know of; see `heapnb.diagnose`.
    heap_profile : str or PathLike, optional
        The file of a sampling heap profile of the same program, as further evidence; see
        docs/heap-profiles.md.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    HeapnbError
        If the target exists or cannot be written, a snapshot is not a file, or a cell fails.

    Notes
    -----
    Only its owner may read the file. The first cell says what was found when the notebook was
    written. The names of the files stand in one cell, which has the tag ``parameters``: change it
    and run all cells, or let papermill do so. Executed notebooks stay below 5 MB; outputs that
    would not fit are replaced by their text.

    Examples
    --------
    >>> import heapnb as hn
    >>> files = ["s1.heapsnapshot", "s2.heapsnapshot", "s3.heapsnapshot"]
    >>> hn.notebook(files, "post-mortem.ipynb")  # doctest: +SKIP
    """
    from heapnb.analysis.heap_profiles.reading import read_heap_profile
    from heapnb.format.writer import PRIVATE, check_target, replacing
    from heapnb.graph.sources import graph_of
    from heapnb.notebooks.cells import Case, build, relative
    from heapnb.notebooks.heading import date_of, fill_heading
    from heapnb.notebooks.outputs import tidy
    from heapnb.notebooks.running import run
    from heapnb.views.masking import Masking

    path = Path(target)
    files = _files_of(source)
    if path.suffix != ".ipynb":
        raise HeapnbError(f"{path}: notebooks end with .ipynb.", hint=f"{path.stem}.ipynb?")
    sampled = None if heap_profile is None else Path(heap_profile)
    if sampled is not None:
        # An unreadable profile is worth knowing before a kernel starts.
        read_heap_profile(sampled)
    check_target(path, force=force, sources=[*files, *([] if sampled is None else [sampled])])
    folder = path.resolve().parent
    date = date_of(files[-1])
    document = build(
        Case(
            snapshots=tuple(relative(file, folder) for file in files),
            source_root=_relative_folders(source_root, folder),
            source_maps=_relative_folders(source_maps, folder),
            known_leaks=_relative_folders(known_leaks, folder),
            heap_profile=None if sampled is None else relative(sampled, folder),
            salvage=salvage,
            max_size=allowed_size(),
            redact=redact,
            personal=personal,
            date=date,
            work=_work_of(source) if work is None else tuple(work),
            remarks=source.remarks_made() if isinstance(source, Annotated) else (),
        )
    )
    if execute:
        with reporting(reporter_of(progress)):
            run(document, folder)
        masking = Masking.when(redact, personal=personal)
        if redact:
            masking = masking.of(graph_of(files[-1], salvage=salvage))
        tidy(document, masking)
        fill_heading(document, date, masking)
    import nbformat

    nbformat.validate(document)
    with replacing(path, force=force, mode=PRIVATE) as stream:
        stream.write(f"{nbformat.writes(document)}\n".encode())
    return path


def _files_of(source: NotebookSource) -> list[Path]:
    """List the files that snapshots were read from."""
    if isinstance(source, str | os.PathLike):
        names: list[str | os.PathLike[str] | None] = [source]
    elif isinstance(source, Sequence):
        names = [getattr(item, "path", item) for item in source]
    elif (series := getattr(source, "series", source)) and isinstance(series, Series):
        names = [snapshot.path for snapshot in series.snapshots]
    else:
        names = [getattr(source, "path", None)]
    files = [Path(name) for name in names if isinstance(name, str | os.PathLike)]
    if not files or len(files) < len(names):
        raise HeapnbError(
            "A notebook reads its snapshots from files.",
            hint="write snapshots from other sources with heapnb.write_snapshot first.",
        )
    for file in files:
        if not file.is_file():
            raise HeapnbError(f"There is no file {file}.", hint="check its name.")
    return files


def _work_of(source: NotebookSource) -> tuple[float | None, ...] | None:
    """Return the units of work that a series was given; side files say theirs again."""
    series = getattr(source, "series", source)
    if not isinstance(series, Series):
        return None
    given = tuple(moment.given_work for moment in series.moments)
    return given if any(one is not None for one in given) else None


def _relative_folders(folders: Folders, folder: Path) -> tuple[str, ...]:
    from heapnb.notebooks.cells import relative

    return tuple(relative(Path(one), folder) for one in listed(folders))
