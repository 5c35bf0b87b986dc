"""Leaks as annotations that GitHub Actions shows at the line in question."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from heapnb.errors import HeapnbError
from heapnb.graph.source_files import MOST_PARTS
from heapnb.views.fmt import visible

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.baseline import Comparison
    from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
    from heapnb.analysis.verification.fixes import FixVerification
    from heapnb.analysis.verification.versions import VersionComparison

_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
_PLACE: Final = re.compile(r"(?:file://)?(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")


def workflow_commands(
    diagnosis: Diagnosis, comparison: Comparison | None, directory: Path
) -> Iterator[str]:
    """Write a diagnosis as workflow commands.

    Parameters
    ----------
    diagnosis : Diagnosis
        What was found.
    comparison : Comparison or None
        What of it is new: the rest are warnings.
    directory : Path
        Where the sources are checked out. A file that is not there has its place in the text.

    Yields
    ------
    str
        One command; the format is that of
        https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
    """
    if diagnosis.verdict != "leak":
        level = "notice" if diagnosis.verdict == "no-leak" else "warning"
        yield _command(level, {"title": f"heapnb: {diagnosis.verdict}"}, diagnosis.reason)
    for suspect in diagnosis.suspects if diagnosis.verdict == "leak" else ():
        word = "" if comparison is None else "NEW: " if suspect in comparison.new else "KNOWN: "
        is_error = suspect in comparison.new if comparison else suspect.rank == 1
        properties = {"title": f"{word}memory leak of {suspect.class_name} ({suspect.kind})"}
        properties |= _place(suspect, directory)
        text = f"{suspect.explanation} Fix: {suspect.fix}"
        if "file" not in properties and suspect.location is not None:
            text = f"{suspect.location}: {text}"
        yield _command("error" if is_error else "warning", properties, text)
    for leak in comparison.fixed if comparison else ():
        title = f"FIXED: memory leak of {leak.class_name} ({leak.kind})"
        yield _command("notice", {"title": title}, f"Gone: {leak.anchor}.")


def add_to_summary(
    result: Diagnosis | FixVerification | VersionComparison, history: str | None
) -> None:
    """Add an answer to the summary of the job, if GitHub Actions runs this.

    Parameters
    ----------
    result : Diagnosis, FixVerification or VersionComparison
        The answer.
    history : str or None
        A history file; its last builds follow as a table.

    Raises
    ------
    HeapnbError
        If the file that GitHub names cannot be written.
    """
    target = os.environ.get(_SUMMARY)
    if not target:
        return
    from heapnb.analysis.verification.history import read_history
    from heapnb.reports.job_summary import job_summary

    text = job_summary(result, None if history is None else read_history(history))
    try:
        with open(target, "a", encoding="utf-8") as stream:  # noqa: PTH123  appended, not replaced
            stream.write(text)
    except OSError as error:
        raise HeapnbError(f"Cannot write {_SUMMARY}: {error.strerror}.") from error


def _place(suspect: Suspect, directory: Path) -> dict[str, str]:
    found = _PLACE.fullmatch(suspect.location or "")
    if found is None:
        return {}
    file = _file_below(directory, PurePosixPath(found["file"]))
    if file is None:
        return {}
    place = {"file": file, "line": found["line"], "col": found["column"]}
    return {name: value for name, value in place.items() if value is not None}


def _file_below(directory: Path, file: PurePosixPath) -> str | None:
    """Find a file that was loaded elsewhere by the end of its path."""
    parts = [part for part in file.parts if part not in {"/", ".."}]
    for start in range(max(len(parts) - MOST_PARTS, 0), len(parts)):
        # A part may be too long for a file system.
        with suppress(OSError):
            if directory.joinpath(*parts[start:]).is_file():
                return "/".join(parts[start:])
    return None


def _command(level: str, properties: dict[str, str], text: str) -> str:
    written = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{level} {written}::{_escaped(text)}"


def _escaped(text: str, further: str = "") -> str:
    """Escape what ends a command or a property; the runner reads it back."""
    text = visible(text.replace("\n", " "))
    for character in f"%\r\n{further}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
