"""What a report says, gathered from the analyses and cut to what a page can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from markupsafe import Markup

from heapnb.analysis.packages import packages
from heapnb.analysis.retention.dominator_map import dominator_map
from heapnb.analysis.series.series import Series
from heapnb.analysis.statistics import statistics
from heapnb.analysis.summary import summary
from heapnb.reports.allocated import Allocated, recorded_of, sampled_of
from heapnb.reports.cards import Card, card_of
from heapnb.reports.growth import Growth, growth_of
from heapnb.reports.listings import (
    cohort_layers,
    cohort_table,
    cohorts_of,
    constructor_table,
    file_table,
    grown_classes,
    growth_table,
    package_table,
    survivor_table,
    suspect_table,
    trend_lines,
)
from heapnb.reports.memory import Memory, memory_of
from heapnb.reports.over_time import OverTime, over_time_of
from heapnb.reports.tables import Table, Writer
from heapnb.views import charts, fmt, treemaps
from heapnb.views.masking import SECRETS, Masking
from heapnb.views.snapshot_names import short_names

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect

MOST_CARDS: Final = 10
"""Suspects that are shown in full; of the others there is a row each."""

MOST_WARNINGS: Final = 30


@dataclass(frozen=True)
class Part:
    """A part of the heap."""

    name: str
    size: int
    share: float | None
    number: int


@dataclass(frozen=True)
class Report:
    """All that the template shows."""

    diagnosis: Diagnosis
    write: Writer
    cards: tuple[Card, ...]
    other_suspects: Table | None
    snapshot_names: tuple[str, ...]
    sizes: tuple[int, ...]
    size_chart: Markup
    trend_title: str
    trend_chart: Markup
    trend_legend: tuple[str, ...]
    growth: Growth | None
    grown: Table | None
    survivors: Table | None
    cohorts: Table | None
    cohort_chart: Markup
    cohort_legend: tuple[str, ...]
    memory: Memory | None
    over_time: OverTime | None
    allocated: tuple[Allocated, ...]
    constructors: Table
    heap_map: Markup
    packages: Table
    parts: tuple[Part, ...]
    parts_chart: Markup
    total_size: int
    files: Table
    producer: str
    warnings: tuple[str, ...]
    n_more_warnings: int

    @property
    def series(self) -> Series:
        """The snapshots."""
        return self.diagnosis.series

    @property
    def culprit(self) -> Suspect | None:
        """What to look at first, if the verdict is a leak."""
        suspects = self.diagnosis.suspects
        return suspects[0] if suspects and self.diagnosis.verdict != "no-leak" else None


def gather(
    diagnosis: Diagnosis, masking: Masking = SECRETS, timeline: Sequence[Any] = ()
) -> Report:
    """Run the analyses that a report shows.

    Parameters
    ----------
    diagnosis : Diagnosis
        The verdict and the suspects.
    masking : Masking
        The policy for likely secrets.
    timeline : sequence
        Logs for the section on what happened over time; see `heapnb.timeline`.

    Returns
    -------
    Report
    """
    write = Writer(masking)
    series = diagnosis.series
    suspects = diagnosis.suspects
    texts = [write.text(snapshot.name) for snapshot in series.snapshots]
    names = tuple(short_names(texts, series.times))
    sizes = tuple(int(snapshot.total_size) for snapshot in series.snapshots)
    grown = grown_classes(series)
    title, lines = trend_lines(write, suspects, grown)
    parts, total = _parts(series)
    cohorts = cohorts_of(series)
    layers = cohort_layers(cohorts, names)
    whose = packages(series.last).sort_values("retained_size", ascending=False, kind="stable")
    warnings = dict.fromkeys((*diagnosis.warnings, *series.warnings))
    return Report(
        diagnosis=diagnosis,
        write=write,
        cards=tuple(card_of(write, suspect, names) for suspect in suspects[:MOST_CARDS]),
        other_suspects=suspect_table(write, suspects[MOST_CARDS:]),
        snapshot_names=names,
        sizes=sizes,
        size_chart=charts.column_chart(sizes, names, title="Heap size per snapshot"),
        trend_title=title,
        trend_chart=charts.line_chart(
            lines,
            names,
            title=title,
            format_value=fmt.format_bytes if suspects else fmt.format_count_delta,
        ),
        trend_legend=tuple(line.label for line in lines),
        growth=None if grown is None else growth_of(write, grown, cohorts, len(series)),
        grown=growth_table(write, series, grown, names),
        survivors=survivor_table(write, series),
        cohorts=cohort_table(write, cohorts),
        cohort_chart=charts.stacked_columns(layers, names[1:], title="Survivors by cohort"),
        cohort_legend=tuple(layer.label for layer in layers),
        memory=memory_of(write, series, names),
        over_time=over_time_of(write, series, timeline),
        allocated=tuple(
            one
            for one in (recorded_of(write, series), sampled_of(write, diagnosis.heap_profile))
            if one is not None
        ),
        constructors=constructor_table(write, series, total),
        heap_map=_heap_map(write, diagnosis),
        packages=package_table(write, whose, total),
        parts=parts,
        parts_chart=charts.stacked_bar(
            [(part.name, part.size) for part in parts], title="Heap by kind"
        ),
        total_size=total,
        files=file_table(write, series),
        producer=write.text(summary(series.last).producer),
        warnings=tuple(write.text(text, 300) for text in list(warnings)[:MOST_WARNINGS]),
        n_more_warnings=max(0, len(warnings) - MOST_WARNINGS),
    )


def _heap_map(write: Writer, diagnosis: Diagnosis) -> Markup:
    """Draw the heap by its dominators, with the objects of the first suspect marked."""
    suspects = diagnosis.suspects
    marked = suspects[0].nodes.astype(np.int64) if suspects else None
    return treemaps.nested_treemap(
        dominator_map(diagnosis.series.last, marked),
        title="The heap by dominators",
        masking=write.masking,
    )


def _parts(series: Series) -> tuple[tuple[Part, ...], int]:
    """Divide the heap of the last snapshot as DevTools' Statistics does."""
    facts = statistics(series.last).to_dict()
    heap, native = facts["v8_heap"], facts["native"]
    named = [
        ("Code", heap["code"]),
        ("Strings", heap["strings"]),
        ("Arrays of JavaScript", heap["js_arrays"]),
        ("Typed arrays", native["typed_arrays"]),
        ("Engine", heap["system"]),
    ]
    total = int(facts["total"])
    rest = total - sum(int(size) for _, size in named)
    sizes = [*named, ("Other objects", max(rest, 0))]
    return tuple(
        Part(name, int(size), size / total if total else None, number)
        for number, (name, size) in enumerate(sizes)
    ), total
