"""The first cell of a post-mortem: program, date, verdict and the line to look at."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from heapnb.notebooks.cells import PROGRAM, VERDICT
from heapnb.reports.plain import HEADLINES, UNDECIDED
from heapnb.views import fmt
from heapnb.views.masking import Masking

if TYPE_CHECKING:
    from nbformat import NotebookNode

_DATE_OF_NODE: Final = re.compile(r"Heap\.(\d{4})(\d\d)(\d\d)\.\d{6}\.")
_LONGEST: Final = 1_500
# Code stays code; what else Markdown or HTML would read is escaped.
_MARKUP: Final = re.compile(r"[\\*_\[\]<>#|~$&]")


def date_of(file: Path) -> str:
    """Return the day on which a snapshot was taken: as Node's name says, or the file's time."""
    match = _DATE_OF_NODE.match(file.name)
    if match is not None:
        return "-".join(match.groups())
    return datetime.fromtimestamp(file.stat().st_mtime).astimezone().date().isoformat()


def fill_heading(notebook: NotebookNode, date: str, masking: Masking) -> None:
    """Write the heading of an executed notebook from the outputs of two of its cells.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Its first cell is replaced.
    date : str
        For the title.
    masking : Masking
        The policy for likely secrets.
    """
    program = _said(notebook, PROGRAM).removeprefix("Program: ").strip()
    verdict, _, place = _said(notebook, VERDICT).strip().partition("\n")
    word, _, reason = verdict.partition(": ")
    name = program.replace("\\", "/").rpartition("/")[2]
    title = f"# Post-mortem of {_escaped(masking.text(name))}" if name else "# Post-mortem"
    lines = [f"{title}, {date}"]
    if verdict:
        lines.append(f"**{HEADLINES.get(word, UNDECIDED)}.** {_escaped(masking.text(reason))}")
    if place:
        shown = masking.text(place).replace("`", "")
        lines.append(f"**Look here:** `{fmt.shorten(shown, _LONGEST)}`")
    notebook.cells[0].source = "\n\n".join(lines)


def _said(notebook: NotebookNode, tag: str) -> str:
    cells: list[Any] = [cell for cell in notebook.cells if tag in cell.metadata.get("tags", ())]
    return "".join(
        output.text for cell in cells for output in cell.outputs if output.get("name") == "stdout"
    )


def _escaped(text: str) -> str:
    """Escape what stands outside of back ticks."""
    pieces = fmt.shorten(text.replace("\n", " "), _LONGEST).split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = [f"{pieces[-2]} {pieces[-1]}"]
    return "`".join(
        piece if number % 2 else _MARKUP.sub(r"\\\g<0>", piece)
        for number, piece in enumerate(pieces)
    )


__all__ = ["date_of", "fill_heading"]
