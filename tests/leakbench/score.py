"""What heapnb and others say about the programs, and how much of it is right."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import zstandard

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.names import bare, last_part
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.series.growth import class_growth
from heapnb.analysis.series.series import load_series
from tests.leakbench.capture import HERE, snapshots_of, workspace
from tests.leakbench.cases import Case
from tests.variants.forms import executable

TOP: Final = 3
"""How many of the first answers count."""

MEMLAB_SECONDS: Final = 300

_LEAK: Final = "leak"
_SHOWN: Final = 60


@dataclass(frozen=True)
class Answer:
    """One of the things that a tool says about a program, the best first.

    Parameters
    ----------
    classes, anchors : tuple of str
        The names it gives for what piles up, and for what holds it. heapnb gives one of each;
        a trace gives the names of all the objects and edges on it.
    kind : str
        The cause; empty if the tool names none.
    """

    classes: tuple[str, ...]
    anchors: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Report:
    """What a tool says about a program.

    Parameters
    ----------
    verdict : str
        ``"leak"`` or something else.
    answers : tuple of Answer
        The best first.
    """

    verdict: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Score:
    """What of a report is right.

    Parameters
    ----------
    case : Case
        The program.
    report : Report
        What was said about it.
    """

    case: Case
    report: Report

    @property
    def is_verdict_right(self) -> bool:
        """Whether there was a leak if and only if it said so."""
        return self.report.verdict in self.case.verdicts

    @property
    def is_false_alarm(self) -> bool:
        """Whether a healthy program was said to leak."""
        return self.case.is_healthy and self.report.verdict == _LEAK

    def has_class(self, top: int) -> bool:
        """Tell whether one of the first answers names the class."""
        return self._any(top, lambda answer: _matches(answer.classes, self.case.classes))

    def has_anchor(self, top: int) -> bool:
        """Tell whether one of the first answers names the anchor."""
        return self._any(top, lambda answer: _matches(answer.anchors, self.case.anchors))

    def has_kind(self, top: int) -> bool:
        """Tell whether one of the first answers names the cause."""
        return self._any(top, lambda answer: _matches((answer.kind,), self.case.kinds))

    def is_right(self, top: int) -> bool:
        """Tell whether one of the first answers names class and anchor, and the verdict is right.

        Of a healthy program only the verdict counts.
        """
        if self.case.is_healthy:
            return self.is_verdict_right
        return self.is_verdict_right and self._any(
            top,
            lambda answer: (
                _matches(answer.classes, self.case.classes)
                and _matches(answer.anchors, self.case.anchors)
            ),
        )

    def described(self) -> str:
        """Say in a line what the first answer is."""
        if not self.report.answers:
            return self.report.verdict
        first = self.report.answers[0]
        names = (*first.classes[-1:], *(f"in {name}" for name in first.anchors[-1:]), first.kind)
        return f"{self.report.verdict}: " + ", ".join(name[:_SHOWN] for name in names if name)

    def _any(self, top: int, is_right: Callable[[Answer], bool]) -> bool:
        return any(is_right(answer) for answer in self.report.answers[:top])


@dataclass(frozen=True)
class Tool:
    """Something that looks for leaks in three snapshots.

    Parameters
    ----------
    key, title : str
        Its names on the command line and in the table.
    look : callable
        Makes the report.
    """

    key: str
    title: str
    look: Callable[[Case], Report]


def ask_heapnb(case: Case) -> Report:
    """Diagnose the snapshots of a program.

    Parameters
    ----------
    case : Case
        The program.

    Returns
    -------
    Report
    """
    return report_of(diagnose(snapshots_of(case)))


def report_of(diagnosis: Diagnosis) -> Report:
    """Take from a diagnosis what is scored.

    Parameters
    ----------
    diagnosis : Diagnosis
        Of the snapshots of a program.

    Returns
    -------
    Report
    """
    answers = [
        Answer((suspect.class_name,), named_in(suspect.anchor), suspect.kind)
        for suspect in diagnosis.suspects
    ]
    return Report(diagnosis.verdict, tuple(answers))


def full_report_of(diagnosis: Diagnosis) -> Report:
    """Take from a diagnosis what is scored, with all the words in which it names things.

    Parameters
    ----------
    diagnosis : Diagnosis
        Of the snapshots of a program.

    Returns
    -------
    Report
    """
    answers = [
        Answer(
            (suspect.title, suspect.class_name),
            (suspect.anchor, suspect.held_by, *named_in(suspect.anchor)),
            suspect.kind,
        )
        for suspect in diagnosis.suspects
    ]
    return Report(diagnosis.verdict, tuple(answers))


def named_in(anchor: str) -> tuple[str, ...]:
    """Take the name that heapnb gives an anchor out of its words.

    Parameters
    ----------
    anchor : str
        Such as "the property `data` of a NodeCache (`placeCache.data`)".

    Returns
    -------
    tuple of str
        The first name in it; and, if an expression leads to it, its last part.

    Examples
    --------
    >>> named_in("the property `data` of a NodeCache (`placeCache.data`)")
    ('data', 'data')
    >>> named_in("the `error` listeners of a Socket (`_events.error`)")
    ('error', 'error')
    >>> named_in("the property `[Symbol(rows)]` of an Object (`shared[Symbol(rows)]`)")
    ('Symbol(rows)', 'Symbol(rows)')
    """
    first = re.findall(r"`([^`]+)`", anchor)[:1]
    expression = re.findall(r"\(`([^`]+)`\)", anchor)[-1:]
    return (*map(bare, first or [anchor]), *(last_part(name) for name in expression))


def compare_classes(case: Case) -> Report:
    """Take the classes that grow from each snapshot to the next, those with most bytes first.

    Parameters
    ----------
    case : Case
        The program.

    Returns
    -------
    Report

    Notes
    -----
    The plain technique with three snapshots, without the engine's own classes: it can name a
    class, and calls it a leak if any grows.
    """
    growth = class_growth(load_series(snapshots_of(case)))
    grows = (growth["count_2"] > growth["count_1"]) & (growth["count_3"] > growth["count_2"])
    is_of_engine = growth["class_name"].str.match(r"\((?!string\))|system / ")
    names = growth.loc[grows & ~is_of_engine, "class_name"]
    return _report([Answer((name,)) for name in names])


def ask_memlab(case: Case) -> Report:
    """Let memlab find leaks; every object and edge of a trace counts as named.

    Parameters
    ----------
    case : Case
        The program.

    Returns
    -------
    Report
    """
    leaks = _memlab(case)["leaks"]
    return _report([Answer(tuple(leak["objects"]), tuple(leak["edges"])) for leak in leaks])


def ask_memlab_for_growth(case: Case) -> Report:
    """Let memlab list single objects that retain more and more.

    Parameters
    ----------
    case : Case
        The program.

    Returns
    -------
    Report
    """
    return _report([Answer((name,)) for name in _memlab(case)["growing"] if name])


TOOLS: Final = (
    Tool("heapnb", "heapnb", ask_heapnb),
    Tool("memlab", "memlab, find-leaks", ask_memlab),
    Tool("memlab-growth", "memlab, unbound-object", ask_memlab_for_growth),
    Tool("classes", "classes that grow", compare_classes),
)


def _report(answers: Sequence[Answer]) -> Report:
    return Report(_LEAK if answers else "no-leak", tuple(answers))


def _matches(names: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _memlab(case: Case) -> dict[str, Any]:
    """Return what memlab says; ask it once for each set of snapshots."""
    folder = snapshots_of(case)[0].parent
    result = folder / "memlab.json"
    if not result.exists():
        work = workspace() / "memlab" / case.name
        work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as unpacked:
            for place, file in enumerate(snapshots_of(case), start=1):
                with (
                    zstandard.open(file, "rb") as packed,
                    Path(unpacked, f"{place}.heapsnapshot").open("wb") as plain,
                ):
                    shutil.copyfileobj(packed, plain)
            script = HERE / "tools" / "memlab.mjs"
            command = [executable("node"), str(script), unpacked, str(work)]
            asked = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=MEMLAB_SECONDS
            )
        unfinished = Path(f"{result}.unfinished")
        unfinished.write_text(asked.stdout, encoding="utf-8")
        unfinished.replace(result)
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found
