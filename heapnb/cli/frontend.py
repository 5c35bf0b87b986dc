"""Where commands get snapshots from and where their answers go: a terminal, or a notebook."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from heapnb.views.fmt import visible

if TYPE_CHECKING:
    from typing import TypeAlias

    import pandas as pd

    from heapnb.views.rows import Rows

    Table: TypeAlias = pd.DataFrame | Rows

    from heapnb.analysis.diagnosis.suspects import Diagnosis

DEFAULT_ROWS: Final = 30


class Frontend:
    """A terminal; a notebook overrides its methods."""

    default_rows: int = DEFAULT_ROWS
    """How many rows of a table are shown unless the user says otherwise; 0 for all."""

    is_brief: bool = True
    """Whether tables are shown in brief: grouped by place, the program's own code first."""

    started: float | None = None
    """When the process began to answer, by `time.monotonic`; None where it answers many times."""

    def waited(self) -> float:
        """Return how many seconds the user has been waiting for the process."""
        return 0.0 if self.started is None else time.monotonic() - self.started

    wants_frames: bool = False
    """Whether tables are to be DataFrames; a terminal shows `Rows` as well."""

    def note(self, text: str) -> None:
        """Tell the user something that is not part of the answer.

        Parameters
        ----------
        text : str
            One line.
        """
        # A closed stderr must not fail the command.
        with contextlib.suppress(OSError):
            print(visible(text), file=sys.stderr)

    def show_table(
        self,
        frame: Table,
        result: object = None,
        *,
        spare: Sequence[str] = (),
        sections: Mapping[int, str] | None = None,
    ) -> None:
        """Show rows: cut to the terminal's width, or in full to a file or a pipe.

        Parameters
        ----------
        frame : pandas.DataFrame or Rows
            Any table of heapnb; sizes are in bytes.
        result : object, optional
            What these are the rows of, for a front end that shows it.
        spare, sections
            See `heapnb.views.text.render_table`.
        """
        from heapnb.views.text import render_table

        del result
        print(render_table(frame, width=terminal_width(), spare=spare, sections=sections))

    def show_result(self, result: object) -> None:
        """Show what an analysis found.

        Parameters
        ----------
        result : object
            Any result of heapnb.
        """
        from heapnb.views.text import DEFAULT_WIDTH, result_text

        print(result_text(result, width=terminal_width() or DEFAULT_WIDTH))

    def show_diagnosis(self, diagnosis: Diagnosis, *, in_full: bool) -> None:
        """Show a diagnosis.

        Parameters
        ----------
        diagnosis : Diagnosis
            The diagnosis.
        in_full : bool
            Whether to explain all suspects, not only the first one.
        """
        from heapnb.progress import stage
        from heapnb.views.text import DEFAULT_WIDTH, diagnosis_text

        width = terminal_width() or DEFAULT_WIDTH
        # What removing a suspect frees is computed only now.
        with stage("Explaining suspects"):
            text = diagnosis_text(diagnosis, width=width, in_full=in_full)
        print(text)

    def heaps(self, sources: Sequence[str]) -> list[Any]:
        """Return what the user calls snapshots."""
        return list(sources)


_TERMINAL = Frontend()


def begin() -> None:
    """Say that the process begins to answer its one command line."""
    _TERMINAL.started = time.monotonic()


def frontend() -> Frontend:
    """Return the front end of the running command.

    Returns
    -------
    Frontend
        A terminal, unless the caller put another front end into the context.
    """
    context = click.get_current_context(silent=True)
    return (context and context.find_object(Frontend)) or _TERMINAL


def terminal_width() -> int | None:
    """Return the columns of the terminal; None for a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
