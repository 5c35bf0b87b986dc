"""Sentences about a fleet: what leaks where, what separates two groups, what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from heapnb.fleet.fleet import Fleet
from heapnb.fleet.questions import ALPHA, Separation, SharedLeaks
from heapnb.views import fmt
from heapnb.views.columns import is_missing

_MOST_NAMED: Final = 3
_MOST_PLACES: Final = 6
_SMALLEST_SHOWN: Final = 0.0001

Row = Mapping[str, Any]


def p_text(value: float) -> str:
    """Write a p-value.

    Examples
    --------
    >>> p_text(0.0213), p_text(1e-9), p_text(1.0)
    ('p = 0.021', 'p < 0.0001', 'p = 1')
    """
    if value < _SMALLEST_SHOWN:
        return f"p < {_SMALLEST_SHOWN:.4f}"
    return f"p = {value:.2g}"


def leak_name(row: Row) -> str:
    """Name a leak: the class, and what holds it.

    Examples
    --------
    >>> leak_name({"class_name": "Entry", "anchor": "the variable `cache`"})
    '`Entry`, held by the variable `cache`'
    """
    anchor = row["anchor"]
    name = f"`{fmt.clean(row['class_name'])}`"
    return name if not anchor else f"{name}, held by {fmt.clean(anchor, 200)}"


def fleet_sentences(fleet: Fleet, leaks: SharedLeaks) -> tuple[str, ...]:
    """Say what was scanned, and what leaks in most pods."""
    rows = fleet.case_rows
    said = [_scanned(rows)]
    if not leaks.case_count:
        return (*said, "No case has a snapshot that could be read.")
    verdicts = Counter(row["verdict"] for row in rows if row["verdict"] is not None)
    parts = [f"{verdicts[name]:,} {words}" for name, words in _VERDICTS.items() if verdicts[name]]
    said.append(f"Cases: {', '.join(parts)}.")
    if not leaks.rows:
        return (*said, "No leak was found.")
    said += [leak_sentence(row, leaks, rows) for row in leaks.rows[:_MOST_NAMED]]
    more = len(leaks.rows) - _MOST_NAMED
    if more > 0:
        said.append(f"{fmt.plural(more, 'further leak')}: see the table.")
    return tuple(said)


_VERDICTS: Final = {
    "leak": "with a leak",
    "no-leak": "without one",
    "undecided": "undecided",
}


def _scanned(rows: Sequence[Row]) -> str:
    pods = {row["pod"] or row["host"] for row in rows} - {None}
    builds = {row["build"] for row in rows} - {None}
    n_files = sum(row["snapshot_count"] or 0 for row in rows)
    n_read = sum(row["read_count"] or 0 for row in rows)
    said = f"{fmt.plural(len(rows), 'case')} (processes and threads)"
    if pods:
        said += f" of {fmt.plural(len(pods), 'pod')}"
    if builds:
        said += f" and {fmt.plural(len(builds), 'build')}"
    said += f", {fmt.plural(n_files, 'snapshot')}"
    return f"{said}, of which {n_read:,} count." if n_read < n_files else f"{said}."


def leak_sentence(row: Row, leaks: SharedLeaks, cases: Sequence[Row]) -> str:
    """Say where one leak is, and how fast it grows."""
    n_pods = len({one["pod"] or one["host"] for one in cases if one["verdict"]} - {None})
    where = f"{row['case_count']:,} of {fmt.plural(leaks.case_count, 'case')}"
    if n_pods:
        where += f", in {row['pod_count']:,} of {fmt.plural(n_pods, 'pod')}"
    said = f"{leak_name(row)}: {where}{_builds(row, cases)}."
    if row["bytes_per_hour"] is not None:
        said += f" It grows by {rate_sentence(row)}."
    elif row["retained_delta"]:
        said += f" It grew by {fmt.format_bytes(row['retained_delta'])} in all of them together."
    if row["case_count"] > 1:
        said += f" {places_text(row)} leak the same thing."
    return said


def _builds(row: Row, cases: Sequence[Row]) -> str:
    builds = sorted({one["build"] for one in cases if one["verdict"] and one["build"]})
    its = [name for name in builds if name in row["builds"].split(", ")]
    if len(builds) < 2 or not its:  # noqa: PLR2004  one build tells nothing
        return ""
    if its == builds:
        return ", in all builds"
    return f", only in {'build' if len(its) == 1 else 'builds'} {', '.join(map(fmt.clean, its))}"


def places_text(row: Row) -> str:
    """List the pods and workers that have a leak.

    Examples
    --------
    >>> places_text({"where": "a, b worker 3"})
    'a and b worker 3'
    """
    places = [fmt.clean(one) for one in row["where"].split(", ")]
    if len(places) > _MOST_PLACES:
        more = len(places) - _MOST_PLACES + 1
        return f"{', '.join(places[: _MOST_PLACES - 1])} and {more:,} others"
    return " and ".join([", ".join(places[:-1]), places[-1]] if places[1:] else places)


def rate_sentence(row: Row) -> str:
    """Write the growth per hour, with the range over the series."""
    text = f"{fmt.format_bytes(row['bytes_per_hour'])} per hour"
    if row["timed_count"] < 2:  # noqa: PLR2004  one value has no range
        return text
    low, high = (fmt.format_bytes(row[f"{end}_per_hour"]) for end in ("lowest", "highest"))
    return f"{text} (median of {row['timed_count']:,} series, {low} to {high})"


def separation_sentences(found: Separation) -> tuple[str, ...]:
    """Say which leaks separate two groups, how sure that is, and what could not be told."""
    first, second = found.first, found.second
    names = tuple(fmt.clean(one.name) for one in (first, second))
    said = []
    if not found.can_tell:
        said.append(
            f"{fmt.plural(len(first), 'pod')} of {names[0]} and {len(second):,} of {names[1]} are"
            " too few to show a difference: even a leak in all of the first and none of the second"
            f" gives {p_text(found.smallest_p)}, above {ALPHA}. Add pods."
        )
    said += [_difference(row, found, names) for row in found.separating[:_MOST_NAMED]]
    hints = [row for row in found.rows if row["answer"] == "hint"]
    said += [
        f"{_counted(row, found, names)} This is a hint only: {p_text(row['p_value'])}, but"
        f" {p_text(row['adjusted_p'])} for all {len(found.rows):,} leaks that were tested."
        for row in hints[:_MOST_NAMED]
    ]
    said += [_faster(row, names) for row in found.rows if _is_faster(row)][:_MOST_NAMED]
    if found.can_tell and not said:
        said.append(
            f"No leak separates {names[0]} ({fmt.plural(len(first), 'pod')}) from {names[1]}"
            f" ({fmt.plural(len(second), 'pod')})."
        )
    if first.heap_rate is not None and second.heap_rate is not None:
        said.append(
            f"Whole heaps grow by {fmt.format_bytes(first.heap_rate)} per hour in {names[0]} and by"
            f" {fmt.format_bytes(second.heap_rate)} in {names[1]} (medians; rank sum test,"
            f" {p_text(found.heap_p)})."
        )
    return tuple(said)


def separation_notes(found: Separation) -> tuple[str, ...]:
    """Say what the numbers do not show."""
    notes = []
    if found.separating:
        notes.append(
            "A difference is an association, not a cause: pods with other traffic"
            " can leak other things."
        )
    if found.mixed_pods:
        n_mixed = fmt.plural(len(found.mixed_pods), "pod")
        notes.append(f"{n_mixed} with processes of both groups left out.")
    if found.unknown_count:
        n_unknown = fmt.plural(found.unknown_count, "pod")
        notes.append(f"{n_unknown} without a value of {found.label} for these groups left out.")
    return tuple(notes)


def _difference(row: Row, found: Separation, names: tuple[str, ...]) -> str:
    tests = "the only leak" if len(found.rows) == 1 else f"{len(found.rows):,} leaks"
    adjusted = (
        "" if len(found.rows) == 1 else f"; adjusted for {tests}: {p_text(row['adjusted_p'])}"
    )
    return (
        f"{_counted(row, found, names)} Fisher's exact test: {p_text(row['p_value'])}{adjusted}."
        f" Odds ratio {_ratio(row['odds_ratio'])}, 95% interval {_ratio(row['odds_low'])} to"
        f" {_ratio(row['odds_high'])}."
    )


def _counted(row: Row, found: Separation, names: tuple[str, ...]) -> str:
    return (
        f"{leak_name(row)}: {counted(row['first_count'], len(found.first))} pods of {names[0]},"
        f" {counted(row['second_count'], len(found.second))} of {names[1]}."
    )


def counted(count: int, of: int) -> str:
    """Write a share as numbers.

    Examples
    --------
    >>> counted(3, 1200)
    '3 of 1,200'
    """
    return f"{count:,} of {of:,}"


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"  # noqa: PLR2004  two digits


def _is_faster(row: Row) -> bool:
    both = row["first_count"] and row["second_count"] and row["answer"] != "separates"
    adjusted = row["adjusted_rate_p"]
    return bool(both and adjusted is not None and adjusted <= ALPHA)


def _faster(row: Row, names: tuple[str, ...]) -> str:
    rates = [fmt.format_bytes(row[name]) for name in ("first_rate", "second_rate")]
    return (
        f"{leak_name(row)} is in both groups, at different rates: {rates[0]} per hour in"
        f" {names[0]}, {rates[1]} in {names[1]} (medians; rank sum test, adjusted"
        f" {p_text(row['adjusted_rate_p'])})."
    )


def failures_sentence(fleet: Fleet) -> str | None:
    """Say what could not be read; None if all could."""
    failures = fleet.failures
    if not len(failures):
        return None
    first = failures.iloc[0]
    name = first["case"] if is_missing(first["file"]) else str(first["file"]).rpartition("/")[2]
    more = len(failures) - 1
    said = f"Not read: {fmt.clean(str(name))}: {fmt.clean(str(first['error']), 300)}"
    return f"{said} And {fmt.plural(more, 'other')}." if more else said


__all__ = [
    "counted",
    "failures_sentence",
    "fleet_sentences",
    "leak_name",
    "leak_sentence",
    "p_text",
    "places_text",
    "rate_sentence",
    "separation_notes",
    "separation_sentences",
]
