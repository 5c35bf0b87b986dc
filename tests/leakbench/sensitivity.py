"""Which verdicts depend on which number: ``python -m tests.leakbench.sensitivity``.

Every number that decides a diagnosis is changed, one at a time, and all programs of the bench and
all samples are diagnosed again. A program *moves* if its verdict or its first suspect (class,
anchor or cause) is another one than before. Snapshots that are not there are captured first; a
run takes about a quarter of an hour on one core. Samples and the quick programs are also diagnosed
with two snapshots and with one.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final, TypeAlias

import click
import numpy as np

from heapnb.analysis.diagnosis import (
    accumulation,
    confidence,
    diagnose,
    doubts,
    group_table,
    growing,
    queues,
    runtime_bounds,
    verdicts,
)
from heapnb.analysis.series.series import Series, load_series
from tests.benchmarks.compare import render
from tests.conftest import sample_cases, sample_series
from tests.leakbench.capture import snapshots_of
from tests.leakbench.cases import choose

FACTORS: Final = (0.5, 0.8, 1.25, 2.0)
"""What each number is multiplied by."""

MODULES: Final = (
    accumulation,
    group_table,
    growing,
    queues,
    confidence,
    doubts,
    runtime_bounds,
    verdicts,
    diagnose,
)
"""Modules all of whose numbers decide something."""

FINDING: Final = frozenset({accumulation.__name__, group_table.__name__, growing.__name__})
"""Modules on whose numbers it depends what grows."""

OTHERS: Final = (
    ("heapnb.analysis.diagnosis.detectors.warm_up", "DIFFERENT_FILES"),
    ("heapnb.analysis.series.trend", "STEADY"),
    ("heapnb.analysis.series.trend", "BEYOND_CHANCE"),
)
"""Numbers of other modules: module and name."""

SHORT_SERIES: Final = frozenset(
    {
        "LARGE_OBJECT_SHARE",
        "LEAST_MEMBERS",
        "LEAST_SHARE_IN_ONE",
        "ONE_SNAPSHOT",
        "SNAPSHOTS_FOR_VERDICT",
        "SUSPICIOUS",
        "TWO_SNAPSHOTS",
    }
)
"""Numbers that decide about one or two snapshots, which are then diagnosed, too."""

_PACKAGE: Final = "heapnb.analysis."
_MOST_NAMED: Final = 4

Answer: TypeAlias = tuple[str, ...]
"""Verdict; class, anchor and cause of the first suspect."""


@dataclass(frozen=True)
class Constant:
    """A number that decides.

    Parameters
    ----------
    module, name : str
        Where it is defined.
    value : float
        What it is.
    """

    module: str
    name: str
    value: float

    def times(self, factor: float) -> float | None:
        """Return another value, or None if that is the same or makes no sense."""
        value = self.value * factor
        if isinstance(self.value, int):
            value = max(1, round(value))
        elif self.value <= 1:
            value = min(1.0, value)
        return None if value == self.value else value

    @contextmanager
    def set_to(self, value: float) -> Iterator[None]:
        """Change the number wherever it was imported."""
        users = [
            module
            for name, module in list(sys.modules.items())
            if name.startswith(_PACKAGE) and vars(module).get(self.name) == self.value
        ]
        for module in users:
            setattr(module, self.name, value)
        try:
            yield
        finally:
            for module in users:
                setattr(module, self.name, self.value)


def constants() -> list[Constant]:
    """List all numbers that decide a diagnosis."""
    found = [
        Constant(module.__name__, name, value)
        for module in MODULES
        for name, value in vars(module).items()
        if name.isupper()
        and name[0] != "_"
        and type(value) in {int, float}
        and _is_defined_in(module, name)
    ]
    found += [Constant(module, name, getattr(sys.modules[module], name)) for module, name in OTHERS]
    return found


def _is_defined_in(module: ModuleType, name: str) -> bool:
    return f"\n{name}: Final" in Path(str(module.__file__)).read_text(encoding="utf-8")


class Subject:
    """A series that is diagnosed many times.

    What a change cannot affect is computed once: the table of groups always, what grows unless
    the change is one of `FINDING`, causes unless it is one of `accumulation`.
    """

    def __init__(self, name: str, series: Series, *, is_short: bool = False) -> None:
        self.name = name
        self.series = series
        self.is_short = is_short
        self._table = group_table.GroupTable.of(series)
        self._found: Any = None
        self._known: dict[tuple[Any, ...], Any] = {}

    def answer(self, changed: str = "") -> Answer:
        """Diagnose the series.

        Parameters
        ----------
        changed : str, optional
            Module of the number that was changed.

        Returns
        -------
        tuple of str
        """
        cached = {
            (growing, "GroupTable"): SimpleNamespace(of=lambda _: self._table),
            (diagnose, "accumulations"): self._accumulations,
            (diagnose, "Evidence"): self._evidence,
            (diagnose, "cause_of"): self._cause,
        }
        if changed in FINDING:
            del cached[diagnose, "accumulations"]
        if changed == accumulation.__name__:
            del cached[diagnose, "Evidence"], cached[diagnose, "cause_of"]
        saved = {(module, name): getattr(module, name) for module, name in cached}
        self._saved: dict[str, Callable[..., Any]] = {name: to for (_, name), to in saved.items()}
        try:
            for (module, name), to in cached.items():
                setattr(module, name, to)
            found = diagnose.diagnose(self.series)
        finally:
            for (module, name), to in saved.items():
                setattr(module, name, to)
        first = [(one.class_name, one.anchor, one.kind) for one in found.suspects[:1]]
        return (found.verdict, *(first[0] if first else ()))

    def _accumulations(self, series: Series) -> Any:
        if self._found is None:
            self._found = self._saved["accumulations"](series)
        return self._found

    def _evidence(self, series: Series, one: accumulation.Accumulation) -> Any:
        return self._once("Evidence", _key(one), series, one)

    def _cause(self, evidence: Any) -> Any:
        return self._once("cause_of", _key(evidence.accumulation), evidence)

    def _once(self, name: str, key: tuple[Any, ...], *arguments: Any) -> Any:
        if (name, *key) not in self._known:
            self._known[name, *key] = self._saved[name](*arguments)
        return self._known[name, *key]


def _key(one: accumulation.Accumulation) -> tuple[Any, ...]:
    """Tell accumulations apart by all that they consist of."""
    values = (getattr(one, each.name) for each in fields(one))
    return tuple(
        value.tobytes() if isinstance(value, np.ndarray) else str(value) for value in values
    )


def subjects(patterns: str) -> Iterator[Subject]:
    """Open the programs of the bench and the samples, one after the other."""
    wanted = patterns.split(",")
    samples = [
        name for name in sample_cases() if any(fnmatchcase(name, pattern) for pattern in wanted)
    ]
    for name in samples:
        files = sample_series(name)
        yield Subject(f"sample {name}", load_series(files))
        yield from _short(f"sample {name}", files)
    for case in choose(patterns):
        paths = snapshots_of(case)
        yield Subject(case.name, load_series(paths))
        if case.is_quick:
            yield from _short(case.name, paths)


def _short(name: str, paths: Sequence[Path]) -> Iterator[Subject]:
    yield Subject(f"{name} (two snapshots)", load_series(paths[:2]), is_short=True)
    yield Subject(f"{name} (one snapshot)", load_series(paths[-1:]), is_short=True)


Moves: TypeAlias = dict[Constant, dict[float, list[str]]]


def moves(found: Iterable[Subject], changed: Sequence[Constant]) -> Moves:
    """Change each number, and list the programs that move.

    Parameters
    ----------
    found : iterable of Subject
        The programs.
    changed : sequence of Constant
        The numbers.

    Returns
    -------
    dict
        By number and factor, "program: verdict before → verdict now", or what the first suspect
        is now if only that is another.
    """
    result: Moves = {one: defaultdict(list) for one in changed}
    for subject in found:
        before = subject.answer()
        for one in changed:
            if subject.is_short and one.name not in SHORT_SERIES:
                continue
            for factor in FACTORS:
                value = one.times(factor)
                if value is None:
                    continue
                with one.set_to(value):
                    now = subject.answer(one.module)
                if now != before:
                    result[one][factor].append(_move(subject.name, before, now))
        click.echo(subject.name, err=True)
    return result


def _move(name: str, before: Answer, now: Answer) -> str:
    if before[0] != now[0]:
        return f"`{name}`: {before[0]} → {now[0]}"
    suspects = [f"{' in '.join(answer[1:3])} ({''.join(answer[3:])})" for answer in (before, now)]
    return f"`{name}`: {suspects[0]} → {suspects[1]}"


def table(found: Moves, *, markdown: bool) -> str:
    """Write what moves, a row a number."""
    header = ["number", "value", *(f"× {factor:g}" for factor in FACTORS)]
    rows = [
        [
            f"`{one.module.rpartition('.')[2]}.{one.name}`",
            f"{one.value:,}" if isinstance(one.value, int) else f"{one.value:.3g}",
            *(_cell(one, factor, found[one].get(factor, [])) for factor in FACTORS),
        ]
        for one in found
    ]
    return render(header, rows, markdown=markdown)


def _cell(one: Constant, factor: float, moved: Sequence[str]) -> str:
    if one.times(factor) is None:
        return "–"
    if not moved:
        return "0"
    names = [text.partition(":")[0] for text in moved[:_MOST_NAMED]]
    more = ", …" if len(moved) > _MOST_NAMED else ""
    return f"{len(moved)}: {', '.join(names)}{more}"


@click.command()
@click.option("--cases", default="*", show_default=True, help="Patterns, with commas.")
@click.option("--numbers", default="*", show_default=True, help="Patterns, with commas.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@click.option("--details", is_flag=True, help="List every move.")
def main(cases: str, numbers: str, *, markdown: bool, details: bool) -> None:
    """Print which programs move when a number that decides verdicts changes."""
    changed = [
        one
        for one in constants()
        if any(fnmatchcase(one.name, pattern.strip()) for pattern in numbers.split(","))
    ]
    found = moves(subjects(cases), changed)
    click.echo(table(found, markdown=markdown))
    if details:
        for one, by_factor in found.items():
            for factor, moved in by_factor.items():
                click.echo(f"\n{one.name} × {factor:g} = {one.times(factor):g}")
                click.echo("\n".join(f"  {text}" for text in moved))


if __name__ == "__main__":
    main()
