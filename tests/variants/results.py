"""What a diagnosis got right about programs in many variants, and tables of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from tests.benchmarks.compare import render
from tests.conftest import PACKAGE
from tests.variants.running import Captured, digest

ASPECTS: Final = ("leak", "class", "anchor", "cause", "line")
"""What can be right: that there is a leak; what accumulates; what holds it; why; the line."""

ASPECTS_OF_PAGES: Final = (*ASPECTS, "call", "detached")
"""Of a web page also: the call that is missing; that detached DOM is kept."""

_ANSWERS: Final = "answer-{}.json"
_NONE: Final = "–"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Result:
    """What a diagnosis of one program in one variant said.

    Parameters
    ----------
    program, shape, form, node : str
        What ran, and how.
    is_healthy : bool
        Whether nothing leaks in it.
    verdict : str
        Of the diagnosis; empty if the program could not run.
    checked, wrong : tuple of str
        Some of `ASPECTS_OF_PAGES`: those for which the right answer is known, and what is wrong of
        these. For a healthy program only "leak", which is wrong in a false alarm.
    kind, class_name, anchor : str
        Of the first suspect.
    location : str or None
        Of the first suspect.
    confidence : float
        Of the first suspect; 0 without any.
    n_suspects : int
        How many suspects there are.
    reason : str
        Why the program could not run.
    """

    program: str
    shape: str
    form: str
    node: str
    is_healthy: bool = False
    verdict: str = ""
    checked: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    kind: str = ""
    class_name: str = ""
    anchor: str = ""
    location: str | None = None
    confidence: float = 0.0
    n_suspects: int = 0
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What ran, and how."""
        return self.program, self.shape, self.form, self.node

    @property
    def could_run(self) -> bool:
        """Whether there is a diagnosis."""
        return not self.reason

    @property
    def mark(self) -> str:
        """One letter for each thing that is wrong."""
        return "".join(_LETTERS[what] for what in self.wrong) or RIGHT

    def described(self) -> str:
        """Say in a line what was wrong."""
        said = self.reason or " / ".join(
            str(part) for part in (self.kind, self.class_name, self.anchor, self.location)
        )
        wrong = ", ".join(self.wrong) or "right"
        return f"{'/'.join(self.key)}: {wrong}: {self.verdict} {said}"


RIGHT: Final = "."
_LETTERS: Final = dict(zip(ASPECTS_OF_PAGES, "vcaklmd", strict=True))


def answered(captured: Captured, asked: str, ask: Callable[[], Result], *, keep: str) -> Result:
    """Return what a diagnosis says; ask only if that is not kept beside the snapshots.

    Parameters
    ----------
    captured : Captured
        The snapshots.
    asked : str
        What the answer depends on besides the snapshots and heapnb, such as what is expected.
    ask : callable
        Makes the diagnosis.
    keep : {'current', 'right', 'all'}
        Which kept answers are taken: those of this heapnb, also those of other versions that were
        right, or all.

    Returns
    -------
    Result
    """
    file = captured.folder / _ANSWERS.format(digest(asked))
    version = _version_of_heapnb()
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        result = _result(kept["result"])
        if keep == "all" or version == kept["heapnb"] or (keep == "right" and not result.wrong):
            return result
    result = ask()
    text = json.dumps({"heapnb": version, "result": asdict(result)}, indent=1)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(file)
    return result


def write(results: Iterable[Result], file: Path) -> None:
    """Keep results as JSON.

    Parameters
    ----------
    results : iterable of Result
        The results.
    file : Path
        The file.
    """
    text = json.dumps([asdict(result) for result in results], indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def read(file: Path) -> list[Result]:
    """Read what `write` wrote.

    Parameters
    ----------
    file : Path
        The file.

    Returns
    -------
    list of Result
    """
    return [_result(one) for one in json.loads(file.read_text(encoding="utf-8"))]


def table_by(
    axis: str,
    results: Iterable[Result],
    *,
    markdown: bool,
    title: str = "",
    aspects: Sequence[str] = ASPECTS,
) -> str:
    """Count what is right, a row for each shape, form or version of Node.js.

    Parameters
    ----------
    axis : {'shape', 'form', 'node'}
        What the rows are.
    results : iterable of Result
        The results.
    markdown : bool
        For a document.
    title : str, optional
        What to call the axis.
    aspects : sequence of str, optional
        What is counted.

    Returns
    -------
    str
    """
    known = [result for result in results if result.could_run]
    header = [title or axis, "leaking", *aspects, "healthy", "false alarms"]
    rows = [
        _row(value, [result for result in known if getattr(result, axis) == value], aspects)
        for value in sorted({getattr(result, axis) for result in known})
    ]
    return render(header, [*rows, _row("all", known, aspects)], markdown=markdown)


def _row(title: str, results: Sequence[Result], aspects: Sequence[str]) -> list[str]:
    leaking = [result for result in results if not result.is_healthy]
    healthy = [result for result in results if result.is_healthy]
    row = [title, str(len(leaking))]
    for what in aspects:
        checked = [result for result in leaking if what in result.checked]
        n_right = sum(what not in result.wrong for result in checked)
        row.append(f"{n_right} of {len(checked)}" if checked else _NONE)
    return [*row, str(len(healthy)), str(sum(bool(result.wrong) for result in healthy))]


def spread(items: Sequence[_T], number: int, size: int) -> list[_T]:
    """Choose some items, others for each number; all have been chosen after a round of numbers.

    Parameters
    ----------
    items : sequence
        From which to choose.
    number : int
        Such as that of the week.
    size : int
        How many.

    Returns
    -------
    list
    """
    shuffled = list(items)
    random.Random(len(items)).shuffle(shuffled)
    start = number * size % len(shuffled)
    return (shuffled[start:] + shuffled[:start])[:size]


def week() -> int:
    """Return the number of this ISO week, counted on from year to year."""
    # Day 1 of the calendar is a Monday, on which ISO weeks begin.
    return (datetime.now(UTC).toordinal() - 1) // 7


def _result(plain: dict[str, object]) -> Result:
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()
    }
    return Result(**values)  # type: ignore[arg-type]


@cache
def _version_of_heapnb() -> str:
    """Return a text that changes with the code of heapnb."""
    folder = PACKAGE
    files = (path for ending in ("py", "toml") for path in folder.rglob(f"*.{ending}"))
    return digest(*sorted(files))
