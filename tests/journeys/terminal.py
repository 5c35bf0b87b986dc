"""A pseudo-terminal of a given width, and what a person sees in it."""

from __future__ import annotations

import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pexpect
import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

LINES: Final = 400
PATIENCE_SECONDS: Final = 120

# Too wide for any line: one that is longer than the terminal stays one line.
_PAPER: Final = 400

_SVG: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} \
{terminal_height}"><style>text {{ font: {char_height}px monospace; white-space: pre; }} {styles}\
</style><rect width="100%" height="100%" fill="#15171c"/>{backgrounds}{matrix}</svg>"""


@dataclass(frozen=True)
class Answer:
    """What a command left on the screen.

    Parameters
    ----------
    text : str
        All lines, without the blanks at their ends.
    told : str
        Everything that was ever shown, progress that has been wiped included; no colours.
    status : int
        The exit status.
    gaps : list of float
        Seconds from the start to the first output, and from each output to the next one.
    """

    text: str
    told: str
    status: int
    gaps: list[float]

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def flowing(self) -> str:
        """The text as one line: where it was wrapped does not matter."""
        return " ".join(self.text.split())


@dataclass(frozen=True)
class Terminal:
    """A terminal in a folder.

    Parameters
    ----------
    width : int
        In columns.
    folder : Path
        Where the person is.
    pictures : Path
        Where pictures of the screen go.
    """

    width: int
    folder: Path
    pictures: Path

    def run(self, command: str, picture: str) -> Answer:
        """Type a command and wait for its end.

        Parameters
        ----------
        command : str
            For the shell, which expands patterns of file names.
        picture : str
            What to call the picture.
        """
        paper = pyte.Screen(_PAPER, LINES)
        stream = pyte.Stream(paper)
        stream.feed(f"$ {command}\r\n")
        bin_folder = Path(sys.executable).parent
        child = pexpect.spawn(
            "/bin/sh",
            ["-c", command],
            cwd=str(self.folder),
            dimensions=(50, self.width),
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
            env=os.environ | {"PATH": f"{bin_folder}:{os.environ['PATH']}", "TERM": "xterm"},
        )
        told: list[str] = []
        gaps: list[float] = []
        last = time.monotonic()
        while True:
            try:
                chunk = child.read_nonblocking(65536)
            except pexpect.EOF:
                break
            now = time.monotonic()
            gaps.append(now - last)
            last = now
            told.append(chunk)
            stream.feed(chunk)
        child.close()
        rows = [_row(paper, number) for number in range(paper.cursor.y + 1)]
        self._draw(rows, f"terminal-{self.width}-{picture}")
        text = "\n".join(row.plain.rstrip() for row in rows[1:]).rstrip()
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", "".join(told))
        return Answer(text, plain, int(child.exitstatus), gaps)

    def _draw(self, rows: list[Text], name: str) -> None:
        """Write the screen as text and as SVG; a line that is too long shows as too long."""
        width = max(self.width, *(row.cell_len for row in rows))
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            console = Console(
                record=True,
                width=width,
                file=nowhere,
                force_terminal=True,
                color_system="truecolor",
            )
            for row in rows:
                console.print(row, soft_wrap=True)
        path = self.pictures / f"{name}.svg"
        path.write_text(console.export_svg(code_format=_SVG), encoding="utf-8")


def _row(paper: pyte.Screen, number: int) -> Text:
    """Copy a line of the screen with its colours."""
    row = Text()
    cells: dict[int, Any] = paper.buffer[number]
    for column in range(max(cells, default=-1) + 1):
        cell = cells[column]
        row.append(cell.data, Style(bold=cell.bold, italic=cell.italics, underline=cell.underscore))
    row.rstrip()
    return row
