"""What a post-mortem consists of. Its words are general: all that is special is an output."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from heapnb._version import __version__
from heapnb.analysis.diagnosis.annotations import RemarkMade

if TYPE_CHECKING:
    from nbformat import NotebookNode

PARAMETERS: Final = "parameters"
"""The tag that papermill looks for."""

PROGRAM: Final = "program"
VERDICT: Final = "verdict"
"""Tags of the cells that say what the heading repeats."""

MOST_SUSPECTS: Final = 3
"""Suspects that are drawn; of the others there is a line each."""

_FORMAT: Final = (4, 5)


@dataclass(frozen=True)
class Case:
    """What the cell with the parameters says.

    Parameters
    ----------
    snapshots : tuple of str
        File names, as seen from the notebook.
    source_root, source_maps : tuple of str
        Folders, the same way.
    known_leaks : tuple of str
        Files of known leaks, the same way.
    salvage : bool
        Whether truncated files are read as far as they go.
    max_size : int, optional
        How large the files may be, if not as by default.
    redact : bool
        Whether outputs are masked.
    personal : bool
        Whether personal data are masked too.
    date : str
        The day on which the last snapshot was taken, in the title; empty if unknown.
    work : tuple of float or None, optional
        Units of work done when each snapshot was taken.
    heap_profile : str, optional
        The file of a sampling heap profile, as seen from the notebook.
    remarks : tuple of RemarkMade
        What people said of the diagnosis.
    """

    snapshots: tuple[str, ...]
    source_root: tuple[str, ...] = ()
    source_maps: tuple[str, ...] = ()
    known_leaks: tuple[str, ...] = ()
    salvage: bool = False
    max_size: int | None = None
    redact: bool = True
    personal: bool = False
    date: str = ""
    work: tuple[float | None, ...] | None = None
    heap_profile: str | None = None
    remarks: tuple[RemarkMade, ...] = ()


def build(case: Case) -> NotebookNode:
    """Write the notebook, not yet run.

    Parameters
    ----------
    case : Case
        Its parameters.

    Returns
    -------
    nbformat.NotebookNode
        Of format 4.5.
    """
    return assembled(_cells(case))


Cell: TypeAlias = tuple[str, str, dict[str, object]]
"""Kind, text and metadata of a cell."""


def assembled(cells: Iterable[Cell]) -> NotebookNode:
    """Make a notebook of cells.

    Parameters
    ----------
    cells : iterable of Cell
        In order.

    Returns
    -------
    nbformat.NotebookNode
        Of format 4.5.
    """
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    made = []
    for number, (kind, source, metadata) in enumerate(cells):
        make = new_code_cell if kind == "code" else new_markdown_cell
        # Ids that depend on nothing keep the differences between two versions small.
        made.append(make(_dedent(source), id=f"cell-{number:02}", metadata=metadata))
    notebook = new_notebook(cells=made)
    notebook.nbformat, notebook.nbformat_minor = _FORMAT
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


def _cells(case: Case) -> Iterator[Cell]:
    # Running it fills this cell in: `heapnb.notebooks.heading`.
    yield text_cell(f"# Post-mortem{_of_date(case.date)}")
    yield text_cell(f"""
        Written by heapnb {__version__} from the snapshots that the next cell names. For
        another incident, change that cell and run all cells. No other code depends on the case.
    """)
    yield "code", _parameters(case), {"tags": [PARAMETERS]}
    # Few need it: it stands only where it is set.
    chosen_size = "" if case.max_size is None else "\n            max_size=max_size,"
    yield code_cell(f"""
        import heapnb as hn

        series = hn.load_series(
            snapshots,
            work=work,
            source_root=source_root,
            source_maps=source_maps,
            salvage=salvage,{chosen_size}
        )
        # What looks like a secret, or is one in the last snapshot, is shown as •••.
        hn.mask_output(redact, of=series, personal=personal)
        diagnosis = hn.diagnose(series, known_leaks=known_leaks, heap_profile=heap_profile)
        last = hn.Snapshot(series.last)
    """)
    if case.remarks:
        yield code_cell(_remarks(case.remarks))
    yield text_cell("""
        ## What was captured

        Snapshots of one process tell most: a node id means the same object in each of them.
    """)
    yield code_cell("series")
    yield (
        "code",
        """
        modules = last.modules()
        main = modules[modules["parent"].isna() & modules["loaded"].eq(True)]
        for filename in main["filename"][:1]:
            print(hn.printable(f"Program: {filename}"))
    """,
        {"tags": [PROGRAM]},
    )
    yield code_cell("series.chart()")
    yield text_cell("""
        ## Is it a leak?

        A leak grows from snapshot to snapshot, and objects that the first batch of work created
        are still alive after the second. A cache that fills up and stays full is not a leak.
    """)
    yield (
        "code",
        """
        print(hn.printable(f"{diagnosis.verdict}: {diagnosis.reason}"))
        for suspect in diagnosis.suspects[:1]:
            print(hn.printable(suspect.location or suspect.anchor))
    """,
        {"tags": [VERDICT]},
    )
    yield code_cell("""
        columns = ["rank", "kind", "class_name", "count_per_snapshot", "retained_delta", "location"]
        hn.table(diagnosis.table[columns], title="Suspects")
    """)
    yield from _culprit()
    yield text_cell("""
        ## Who allocated it

        The functions that allocated what is alive: by the call stacks of the last snapshot, if it
        was taken while allocations were recorded, and by the sampling heap profile, if there is
        one. The wider a frame, the more live bytes were allocated in it and in what it calls.
    """)
    yield code_cell("""
        if last.has_allocation_stacks:
            display(last.allocations(), last.allocations().chart())
        if diagnosis.heap_profile is not None:
            display(diagnosis.heap_profile)
        if not last.has_allocation_stacks and diagnosis.heap_profile is None:
            print("There is neither.")
    """)
    yield text_cell("""
        ## Further suspects

        Other groups of objects that grew and are retained, smaller or with lower confidence.
    """)
    yield code_cell(f"""
        for suspect in diagnosis.suspects[1:{MOST_SUSPECTS}]:
            display(suspect, suspect.chart())
        for suspect in diagnosis.suspects[{MOST_SUSPECTS}:]:
            print(hn.printable(f"{{suspect.rank}}. {{suspect.class_name}}: {{suspect.anchor}}"))
        if len(diagnosis.suspects) < 2:
            print("There are no others.")
    """)
    yield text_cell("""
        ## What to change

        The references to remove so that the objects are freed, and the bytes that this frees, as
        computed on the last snapshot.
    """)
    yield code_cell("""
        for suspect in diagnosis.suspects:
            print(hn.printable(f"{suspect.location or suspect.anchor}\\n    {suspect.fix}\\n"))
    """)
    yield code_cell(f"""
        for suspect in diagnosis.suspects[:{MOST_SUSPECTS}]:
            display(suspect.culprits)
    """)
    yield text_cell("""
        ## Appendix: the heap as a whole

        Useful even without a leak: what is large, which package owns it, what exists twice.
    """)
    yield code_cell("last.statistics()")
    yield text_cell("""
        **The process.** A heap snapshot shows only a part of the resident memory (RSS). The others
        need numbers of the process: a side file or a copy of `/proc/PID/smaps` beside a snapshot.
    """)
    yield code_cell("""
        rss = hn.rss(series)
        display(rss, rss.chart()) if rss.has_process_numbers else print("There are none.")
    """)
    yield code_cell("""
        if len(series) > 1:
            display(hn.table(series.growth(), title="Classes that grew most"))
    """)
    yield code_cell("""
        largest = last.constructors().nlargest(20, "retained_size")
        hn.table(largest, title="Classes that retain most")
    """)
    yield code_cell('hn.table(last.packages(), title="Packages whose code creates the objects")')
    yield code_cell("""
        columns = ["class_name", "name", "holder", "child_count", "retained_size", "share"]
        hn.table(last.leak_suspects()[columns], title="Largest leak suspects")
    """)
    yield text_cell("""
        To continue: `diagnosis.browse()` unfolds classes, retainers and drawings;
        `last.nodes`, `last.edges` and `last.sql("select …")` are the heap as tables;
        `last.node(node_id)` is one object.
    """)


def _culprit() -> Iterator[Cell]:
    yield text_cell("""
        ## The culprit

        The leaking objects, what retains them back to the GC roots, and the line that creates them.
    """)
    yield code_cell("""
        for suspect in diagnosis.suspects[:1]:
            display(suspect)
        if not diagnosis.suspects:
            print("Nothing is suspect.")
    """)
    yield text_cell("**The proof.** The number of objects in each snapshot, and their classes.")
    yield code_cell("""
        for suspect in diagnosis.suspects[:1]:
            display(suspect.chart())
    """)
    yield code_cell("""
        for suspect in diagnosis.suspects[:1]:
            leaked = last.nodes.iloc[suspect.nodes]
            by_class = leaked.groupby("class_name", observed=True)
            sums = by_class["shallow_size"].agg(count="count", shallow_size="sum")
            display(hn.table(sums.reset_index()))
    """)
    yield text_cell("**One of them**, as JavaScript would write it.")
    yield code_cell("""
        for suspect in diagnosis.suspects[:1]:
            print(hn.printable(last.node(suspect.node_id).preview()))
    """)


def _of_date(date: str) -> str:
    return f", {date}" if date else ""


def _parameters(case: Case) -> str:
    lines = [
        "# The snapshots, in the order in which they were taken.",
        "snapshots = [",
        *(f"    {name!r}," for name in case.snapshots),
        "]",
        "# Units of work done at each, such as [100, 200, 400]; None: what side files say.",
        f"work = {None if case.work is None else list(case.work)!r}",
        "# Folders with the program's sources and with source maps, if available.",
        f"source_root = {list(case.source_root)!r}",
        f"source_maps = {list(case.source_maps)!r}",
        "# Files of leaks that you know of; a sampling heap profile of the same program.",
        f"known_leaks = {list(case.known_leaks)!r}",
        f"heap_profile = {case.heap_profile!r}",
        "# Whether truncated files are read as far as they go, secrets and personal data masked.",
        f"salvage = {case.salvage!r}",
        *([] if case.max_size is None else [f"max_size = {case.max_size!r}  # bytes"]),
        f"redact = {case.redact!r}",
        f"personal = {case.personal!r}",
    ]
    return "\n".join(lines)


def _remarks(remarks: Sequence[RemarkMade]) -> str:
    lines = [
        "# Notes: a suspect's fingerprint or None, the text, whether it dismisses the suspect.",
        "remarks = [",
        *(f"    {one!r}," for one in remarks),
        "]",
        "diagnosis = diagnosis.with_remarks_of(remarks)",
    ]
    return "\n".join(lines)


def text_cell(source: str) -> Cell:
    """Make a cell of Markdown."""
    return "markdown", source, {}


def code_cell(source: str) -> Cell:
    """Make a cell of Python."""
    return "code", source, {}


def relative(path: Path, folder: Path) -> str:
    """Name a file as the notebook may, wherever the folder of both is moved to."""
    whole = path.resolve()
    inside = whole.is_relative_to(folder)
    return (whole.relative_to(folder) if inside else whole).as_posix()


def _dedent(text: str) -> str:
    return textwrap.dedent(text).strip("\n").rstrip()
