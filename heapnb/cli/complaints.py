"""What went wrong, for the user: one line, and an exit code."""

from __future__ import annotations

from dataclasses import dataclass

import click

from heapnb.cli.output import EXIT_ERROR
from heapnb.errors import CommandError, HeapnbError

EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Complaint:
    """One line about an error.

    Parameters
    ----------
    what : str
        What went wrong, and where.
    hint : str, optional
        What to do about it.
    exit_code : int, optional
        With which the process ends.
    """

    what: str
    hint: str | None = None
    exit_code: int = EXIT_ERROR

    def __str__(self) -> str:
        line = f"heapnb: {self.what} Hint: {self.hint}" if self.hint else f"heapnb: {self.what}"
        return " ".join(line.split())


def complaint_about(error: BaseException) -> Complaint | None:
    """Say what an error means to the user.

    Parameters
    ----------
    error : BaseException
        What a command raised.

    Returns
    -------
    Complaint or None
        None if the error is a bug of heapnb.
    """
    match error:
        case click.UsageError():
            command = error.ctx.command_path if error.ctx is not None else "heapnb"
            return Complaint(error.format_message(), f"see {command} --help.")
        case click.ClickException():
            return Complaint(error.format_message())
        case click.Abort() | KeyboardInterrupt():
            return Complaint("Interrupted.", exit_code=EXIT_INTERRUPTED)
        case CommandError():
            return Complaint(error.message, error.hint, error.exit_code)
        case HeapnbError():
            return Complaint(error.message, error.hint)
        case OSError():
            reason = error.strerror or str(error) or type(error).__name__
            what = f"{error.filename}: {reason}." if error.filename else f"{reason}."
            return Complaint(what, "check the path, its permissions and the free space.")
        case MemoryError():
            return Complaint(
                "Not enough memory.", "close other programs, or use a machine with more of it."
            )
        case _:
            return None
