"""What the report on a fleet says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from heapnb.fleet.fleet import Fleet
from heapnb.fleet.questions import Separation, SharedLeaks
from heapnb.reports.tables import Column, Table, Writer
from heapnb.views import fmt
from heapnb.views.fleet_views import heap_chart, separations
from heapnb.views.wording.fleet import (
    counted,
    fleet_sentences,
    leak_sentence,
    separation_notes,
    separation_sentences,
)

if TYPE_CHECKING:
    import pandas as pd

_MOST_LEAKS: Final = 100
_MOST_CARDS: Final = 8
_MOST_CASES: Final = 500
_MOST_FAILURES: Final = 200
_LEAKS: Final = (
    *("class_name", "anchor", "kind", "pod_count", "case_count", "builds"),
    *("bytes_per_hour", "retained_delta"),
)
_CASES: Final = (
    *("pod", "host", "pid", "worker", "build", "outcome", "verdict", "leak_count"),
    *("snapshot_count", "heap_last", "heap_bytes_per_hour"),
)
_FAILURES: Final = ("file", "case", "error")


@dataclass(frozen=True)
class LeakCard:
    """One leak in full.

    Parameters
    ----------
    row : mapping
        Of `SharedLeaks`.
    sentence : str
        Where it is, and how fast it grows.
    places : tuple of str
        The pods and workers that have it.
    """

    row: Mapping[str, Any]
    sentence: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Two groups of pods.

    Parameters
    ----------
    title : str
        What is compared.
    found : Separation
        The facts.
    sentences, notes : tuple of str
        What they say, and what they do not.
    table : Table or None
        One row a leak.
    """

    title: str
    found: Separation
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    table: Table | None


@dataclass(frozen=True)
class FleetReport:
    """All that the template shows."""

    write: Writer
    headline: str
    is_leaking: bool
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    chart: Markup | None
    cards: tuple[LeakCard, ...]
    leaks: Table | None
    comparisons: tuple[Comparison, ...]
    cases: Table
    failures: Table | None
    warnings: tuple[str, ...]


def gather_fleet(fleet: Fleet, write: Writer) -> FleetReport:
    """Ask the questions that the report on a fleet answers.

    Parameters
    ----------
    fleet : Fleet
        The result of a scan.
    write : Writer
        Writes the cells.

    Returns
    -------
    FleetReport
    """
    leaks = fleet.shared()
    failures = fleet.failures
    return FleetReport(
        write,
        _headline(fleet, leaks),
        bool(leaks.rows),
        fleet_sentences(fleet, leaks)[:2],
        _facts(fleet, leaks),
        heap_chart(fleet),
        tuple(_card(row, leaks, fleet) for row in leaks.rows[:_MOST_CARDS]),
        _table(write, leaks.table, _LEAKS, _MOST_LEAKS),
        tuple(_comparison(write, title, found) for title, found in separations(fleet)),
        _table(write, _by_growth(fleet.cases), _CASES, _MOST_CASES)
        or Table((), (), fleet.cases, 0),
        _table(write, failures, _FAILURES, _MOST_FAILURES),
        fleet.warnings,
    )


def _headline(fleet: Fleet, leaks: SharedLeaks) -> str:
    rows = [row for row in fleet.case_rows if row["verdict"] is not None]
    pods = {row["pod"] or row["host"] for row in rows} - {None}
    leaking = [row for row in rows if row["verdict"] == "leak"]
    if not leaking:
        return "Leaks are possible" if leaks.rows else "No leak was found"
    if not pods:
        return f"{counted(len(leaking), len(rows))} cases leak"
    of_pods = {row["pod"] or row["host"] for row in leaking} - {None}
    return f"{counted(len(of_pods), len(pods))} pods leak"


def _facts(fleet: Fleet, leaks: SharedLeaks) -> tuple[tuple[str, str], ...]:
    rows = fleet.case_rows
    pods = {row["pod"] or row["host"] for row in rows} - {None}
    facts = [
        ("Pods", fmt.format_count(len(pods)) if pods else fmt.UNKNOWN),
        ("Cases", fmt.format_count(len(rows))),
        ("Snapshots", fmt.format_count(sum(row["snapshot_count"] or 0 for row in rows))),
        ("Different leaks", fmt.format_count(len(leaks.rows))),
        ("Not read", fmt.format_count(len(fleet.failures))),
    ]
    if fleet.builds:
        facts.insert(2, ("Builds", fmt.format_count(len(fleet.builds))))
    return tuple(facts)


def _card(row: Mapping[str, Any], leaks: SharedLeaks, fleet: Fleet) -> LeakCard:
    sentence = leak_sentence(row, leaks, fleet.case_rows)
    return LeakCard(row, sentence, tuple(row["where"].split(", ")))


def _comparison(write: Writer, title: str, found: Separation) -> Comparison:
    names = {"first_share": found.first.name, "second_share": found.second.name}
    columns = [
        Column.of(name, None if name not in names else _capital(write.text(names[name])))
        for name in ("class_name", "anchor", *names, "adjusted_p", "answer")
    ]
    # The sentences and the leaks below have the rest.
    frame = found.table.drop(columns="location")
    table = write.table(frame, columns, _MOST_LEAKS) if found.rows else None
    sentences = separation_sentences(found)
    return Comparison(title, found, sentences, separation_notes(found), table)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _by_growth(cases: pd.DataFrame) -> pd.DataFrame:
    """Put the cases that leak and grow fastest first."""
    order = cases.assign(is_leak=cases["verdict"] == "leak").sort_values(
        ["is_leak", "heap_bytes_per_hour"], ascending=False, kind="stable"
    )
    return order.drop(columns="is_leak")


def _table(write: Writer, frame: pd.DataFrame, names: tuple[str, ...], limit: int) -> Table | None:
    """Write the columns that have values."""
    if not len(frame):
        return None
    columns = [Column.of(name) for name in names if name in frame and frame[name].notna().any()]
    return write.table(frame, columns, limit)


__all__ = ["FleetReport", "gather_fleet"]
