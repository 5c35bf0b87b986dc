"""A notebook on a fleet: its questions as cells that can be run again after the next scan."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from heapnb._version import __version__
from heapnb.errors import HeapnbError
from heapnb.fleet.fleet import Fleet
from heapnb.progress import reporting


def fleet_notebook(
    fleet: Fleet,
    target: str | os.PathLike[str],
    *,
    force: bool = False,
    redact: bool = True,
    personal: bool = False,
    execute: bool = True,
) -> Path:
    """Write a notebook on a fleet; see `heapnb.Fleet.notebook`.

    Parameters
    ----------
    fleet : Fleet
        The result of a scan.
    target : str or PathLike
        The notebook; it appears only once it is complete.
    force : bool, default False
        Whether an existing file is replaced.
    redact, personal : bool
        Whether likely secrets, and personal data, are masked in all outputs.
    execute : bool, default True
        Whether the cells are run.

    Returns
    -------
    Path
        The target, which only its owner may read.

    Raises
    ------
    HeapnbError
        If the target exists or cannot be written, or a cell fails.
    """
    import nbformat

    from heapnb.format.writer import PRIVATE, check_target, replacing
    from heapnb.notebooks.cells import Cell, assembled, relative
    from heapnb.notebooks.outputs import tidy
    from heapnb.notebooks.running import run
    from heapnb.views.masking import Masking

    path = Path(target)
    if path.suffix != ".ipynb":
        raise HeapnbError(f"{path}: notebooks end with .ipynb.", hint=f"{path.stem}.ipynb?")
    check_target(path, force=force)
    folder = path.resolve().parent
    cells: list[Cell] = list(
        _cells(relative(fleet.path, folder), fleet, redact=redact, personal=personal)
    )
    document = assembled(cells)
    if execute:
        with reporting():
            run(document, folder)
        tidy(document, Masking.when(redact, personal=personal))
    nbformat.validate(document)
    with replacing(path, force=force, mode=PRIVATE) as stream:
        stream.write(f"{nbformat.writes(document)}\n".encode())
    return path


def _cells(
    scan: str, fleet: Fleet, *, redact: bool, personal: bool
) -> Iterator[tuple[str, str, dict[str, object]]]:
    from heapnb.notebooks.cells import PARAMETERS, code_cell, text_cell

    yield text_cell("# Leaks of a fleet")
    yield text_cell(f"""
        Written by heapnb {__version__} from the result of a scan. After another scan, change the
        next cell and run all cells.
    """)
    parameters = f"scan = {scan!r}\nredact = {redact}\npersonal = {personal}"
    yield "code", parameters, {"tags": [PARAMETERS]}
    yield code_cell("""
        import heapnb as hn

        hn.mask_output(redact, personal=personal)
        fleet = hn.open_scan(scan)
        fleet
    """)
    yield text_cell("""
        ## Leaks

        Each leak once: cases leak the same thing if the class and the retaining path, or the class
        and the holder, are the same.
    """)
    yield code_cell("""
        leaks = fleet.shared().table
        hn.table(leaks.drop(columns=["location", "origin", "known_issue"]))
    """)
    yield code_cell("fleet.chart()")
    if fleet.has_outcomes:
        yield text_cell("""
            ## Killed and healthy pods

            A pod counts once. Fisher's exact test, adjusted for all leaks that were tested.
        """)
        yield code_cell("fleet.separating()")
    builds = fleet.builds
    if len(builds) > 1:
        yield text_cell("""
            ## Builds

            Leaks by build: the number of cases that have them, and their growth per hour.
        """)
        yield code_cell("""
            found = fleet.suspects[fleet.suspects["is_leak"]]
            found.groupby(["class_name", "anchor", "build"]).agg(
                cases=("case", "nunique"), bytes_per_hour=("bytes_per_hour", "median")
            )
        """)
    yield text_cell("""
        ## Cases

        The processes and threads whose heaps grow fastest.
    """)
    yield code_cell("""
        columns = ["pod", "pid", "worker", "build", "outcome", "verdict", "leak_count",
                   "heap_last", "heap_bytes_per_hour"]
        cases = fleet.cases.sort_values("heap_bytes_per_hour", ascending=False)
        hn.table(cases[columns].dropna(axis="columns", how="all"))
    """)
    yield text_cell("## Not read")
    yield code_cell("fleet.failures")


__all__ = ["fleet_notebook"]
