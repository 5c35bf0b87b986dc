"""What a report says, gathered from the analyses and cut to what a page can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from markupsafe import Markup

from heapnb.analysis.constructors import constructors
from heapnb.analysis.packages import packages
from heapnb.analysis.retention.big_drops import nodes_below_roots
from heapnb.analysis.series.series import Series
from heapnb.analysis.statistics import statistics
from heapnb.analysis.summary import summary
from heapnb.drawing.dot import retainer_graph
from heapnb.drawing.layout import TEXT_OF_SVG
from heapnb.errors import HeapnbError
from heapnb.graph.references import is_chain_step
from heapnb.reports.tables import Column, Table, Writer
from heapnb.views import charts, fmt, svg_parts, treemaps
from heapnb.views.code import code_html
from heapnb.views.describe import removal
from heapnb.views.masking import SECRETS, Masking

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
    from heapnb.analysis.series.cohorts import Cohorts

MOST_CARDS: Final = 20
"""Suspects that are shown in full."""

MOST_DRAWINGS: Final = 10
"""Suspects whose chain is drawn."""

MOST_ROWS: Final = 60
"""Rows of a table."""

MOST_SNAPSHOTS: Final = 60
"""Rows of the table of files."""

MOST_LINES: Final = svg_parts.N_COLOURS - 1
"""Lines of a chart."""

MOST_TILES: Final = 17
"""Tiles of a map."""

MOST_WARNINGS: Final = 30
MOST_CHAIN_STEPS: Final = 40
MOST_COUNT_COLUMNS: Final = 5
LARGEST_DRAWING: Final = 120_000
"""Characters of an SVG; the text of the chain has to do where it is larger."""

_LONGEST_SHORT_NAME: Final = 20

# The page has the style sheet of drawings once; its policy allows no other.
_STYLE_OF_SVG = re.compile(r"<style>.*?</style>", re.DOTALL)
_FILE_ENDINGS = re.compile(r"(\.heapsnapshot)?(\.(gz|zst))?$")


@dataclass(frozen=True)
class ChainStep:
    """One step of a retaining path in words."""

    text: str
    is_edge: bool


@dataclass(frozen=True)
class Source:
    """The lines of the program that create the leaking objects."""

    location: str
    lines: Markup
    is_cut: bool


@dataclass(frozen=True)
class Card:
    """A suspect with all that is known about it."""

    suspect: Suspect
    chain: tuple[ChainStep, ...]
    n_folded_steps: int
    drawing: Markup | None
    counts: Markup
    retained: Markup
    per_snapshot: tuple[tuple[str, int, int], ...]
    removal: str
    source: Source | None


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
    growth: Table | None
    survivors: Table | None
    cohorts: Table | None
    cohort_chart: Markup
    cohort_legend: tuple[str, ...]
    constructors: Table
    constructor_map: Markup
    packages: Table
    package_map: Markup
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


def gather(diagnosis: Diagnosis, masking: Masking = SECRETS) -> Report:
    """Run the analyses that a report shows.

    Parameters
    ----------
    diagnosis : Diagnosis
        The verdict and the suspects.
    masking : Masking
        The policy for likely secrets.

    Returns
    -------
    Report
    """
    write = Writer(masking)
    series = diagnosis.series
    suspects = diagnosis.suspects
    names = tuple(_short_name(write, snapshot.name) for snapshot in series.snapshots)
    sizes = tuple(int(snapshot.total_size) for snapshot in series.snapshots)
    grown = _grown_classes(series)
    title, lines = _trend_lines(write, suspects, grown)
    parts, total = _parts(series)
    cohorts = _cohorts(series)
    layers = _layers(cohorts, names)
    whose = packages(series.last).sort_values("retained_size", ascending=False, kind="stable")
    warnings = dict.fromkeys((*diagnosis.warnings, *series.warnings))
    return Report(
        diagnosis=diagnosis,
        write=write,
        cards=tuple(_card(write, suspect, names) for suspect in suspects[:MOST_CARDS]),
        other_suspects=_other_suspects(write, suspects[MOST_CARDS:]),
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
        growth=_growth(write, series, grown),
        survivors=_survivors(write, series),
        cohorts=_cohort_table(write, cohorts),
        cohort_chart=charts.stacked_columns(layers, names[1:], title="Survivors by cohort"),
        cohort_legend=tuple(layer.label for layer in layers),
        constructors=_constructors(write, series, total),
        constructor_map=_constructor_map(write, series),
        packages=_packages(write, whose, total),
        package_map=_package_map(write, whose),
        parts=parts,
        parts_chart=charts.stacked_bar(
            [(part.name, part.size) for part in parts], title="Heap of the last snapshot"
        ),
        total_size=total,
        files=_files(write, series),
        producer=write.text(summary(series.last).producer),
        warnings=tuple(write.text(text, 300) for text in list(warnings)[:MOST_WARNINGS]),
        n_more_warnings=max(0, len(warnings) - MOST_WARNINGS),
    )


def _short_name(write: Writer, name: str) -> str:
    """Leave out of a file's name what all snapshots end with, and often begin with."""
    text = write.text(_FILE_ENDINGS.sub("", name) or name)
    return fmt.shorten_start(text, _LONGEST_SHORT_NAME)


def _card(write: Writer, suspect: Suspect, names: Sequence[str]) -> Card:
    chain = suspect.words
    # The ends of a long chain tell most: what anchors it, and what it holds.
    n_folded = max(0, len(chain) - MOST_CHAIN_STEPS)
    if n_folded:
        half = MOST_CHAIN_STEPS // 2
        chain = chain[:half] + chain[-half:]
    return Card(
        suspect=suspect,
        chain=tuple(
            ChainStep(write.text(step.removeprefix(".") or step), is_chain_step(step))
            for step in chain
        ),
        n_folded_steps=n_folded,
        drawing=_drawing(write, suspect) if suspect.rank <= MOST_DRAWINGS else None,
        counts=charts.sparkline(suspect.count_per_snapshot),
        retained=charts.column_chart(
            suspect.retained_per_snapshot, names, title="Retained size per snapshot"
        ),
        per_snapshot=tuple(
            zip(names, suspect.count_per_snapshot, suspect.retained_per_snapshot, strict=True)
        )[-MOST_SNAPSHOTS:],
        removal=removal(suspect),
        source=_source(write, suspect),
    )


def _source(write: Writer, suspect: Suspect) -> Source | None:
    source = suspect.source
    if source is None:
        return None
    lines = code_html(source, write.masking)
    return Source(write.location(source.location), lines, source.is_cut)


def _drawing(write: Writer, suspect: Suspect) -> Markup | None:
    """Draw what keeps a suspect alive."""
    if suspect.path is None:
        return None
    try:
        svg = retainer_graph(suspect).to_svg()
    except HeapnbError:
        # Without Graphviz the chain beside it has to do.
        return None
    svg = _STYLE_OF_SVG.sub("", svg)
    if len(svg) > LARGEST_DRAWING:
        return None
    masked = TEXT_OF_SVG.sub(lambda match: write.masking.text(match[0]), svg)
    masked = masked.replace('role="img"', 'role="img" aria-label="Retaining path"', 1)
    return Markup(masked)  # noqa: S704  RetainerGraph's SVG is made to be inlined


def _other_suspects(write: Writer, suspects: Sequence[Suspect]) -> Table | None:
    import pandas as pd

    if not suspects:
        return None
    frame = pd.DataFrame(
        {
            "rank": [suspect.rank for suspect in suspects],
            "class_name": [suspect.class_name for suspect in suspects],
            "trend": [suspect.count_per_snapshot for suspect in suspects],
            "count_delta": [suspect.count_delta for suspect in suspects],
            "retained_delta": [suspect.retained_delta for suspect in suspects],
            "anchor": [suspect.anchor for suspect in suspects],
            "location": [suspect.location for suspect in suspects],
        }
    )
    return write.table(
        frame,
        [
            Column.of("class_name"),
            Column.of("rank"),
            Column.of("trend"),
            Column.of("count_delta"),
            Column.of("retained_delta"),
            Column.of("anchor"),
        ],
        MOST_ROWS,
    )


def _grown_classes(series: Series) -> pd.DataFrame | None:
    """List the classes that grew, with the number of their objects as a column ``trend``."""
    if len(series) < 2:  # noqa: PLR2004  growth needs a before and an after
        return None
    frame = series.growth()
    frame = frame[frame["count_delta"].gt(0) | frame["retained_delta"].gt(0)]
    counts = frame[[f"count_{i + 1}" for i in range(len(series))]].to_numpy()
    trends: list[Any] = counts.tolist()
    return frame.assign(trend=trends)


def _trend_lines(
    write: Writer, suspects: Sequence[Suspect], grown: pd.DataFrame | None
) -> tuple[str, list[charts.Line]]:
    """Choose what is drawn beside the size of the heap: the suspects, else what grew most."""
    if suspects:
        return "Retained by the suspects", [
            charts.Line(write.text(suspect.class_name), suspect.retained_per_snapshot)
            for suspect in suspects[:MOST_LINES]
        ]
    if grown is None:
        return "", []
    most = grown[grown["count_delta"].gt(0)].nlargest(MOST_LINES, "count_delta")
    return "Objects added since the first snapshot", [
        charts.Line(write.text(name), [count - counts[0] for count in counts])
        for name, counts in zip(most["class_name"], most["trend"], strict=True)
    ]


def _growth(write: Writer, series: Series, grown: pd.DataFrame | None) -> Table | None:
    if grown is None:
        return None
    n = len(series)
    shown = range(n) if n <= MOST_COUNT_COLUMNS else (0, n - 1)
    return write.table(
        grown,
        [
            Column.of("class_name"),
            Column.of("trend"),
            *(
                Column.of(f"count_{i + 1}", _short_name(write, series.snapshots[i].name))
                for i in shown
            ),
            Column.of("count_delta"),
            Column.of("shallow_delta"),
            Column.of("retained_delta"),
        ],
        MOST_ROWS,
    )


def _survivors(write: Writer, series: Series) -> Table | None:
    # The technique of three snapshots; ids of several processes mean nothing to each other.
    if len(series) < 3 or not series.one_process:  # noqa: PLR2004
        return None
    return write.table(
        series.survivors().table,
        [
            Column.of("class_name"),
            Column.of("count"),
            Column.of("shallow_size"),
            Column.of("retained_size"),
        ],
        MOST_ROWS,
    )


def _cohorts(series: Series) -> Cohorts | None:
    if len(series) < 3 or not series.one_process:  # noqa: PLR2004  as for survivors
        return None
    return series.cohorts()


def _layers(cohorts: Cohorts | None, names: Sequence[str]) -> list[charts.Line]:
    """Draw the objects added since the first snapshot, by the snapshot that first has them."""
    if cohorts is None:
        return []
    _, sizes = cohorts.totals()
    first, rest = sizes[1 : MOST_LINES + 1, 1:], sizes[MOST_LINES + 1 :, 1:]
    layers = [
        charts.Line(f"first seen in {name}", size.tolist())
        for name, size in zip(names[1:], first, strict=False)
    ]
    if len(rest):
        layers.append(charts.Line("first seen later", rest.sum(axis=0).tolist()))
    return layers


def _cohort_table(write: Writer, cohorts: Cohorts | None) -> Table | None:
    if cohorts is None:
        return None
    frame = cohorts.table
    numbers = range(2, len(cohorts.series) + 1)
    frame = frame.assign(
        born_count=sum(frame[f"births_{number}"] for number in numbers),
        gone_count=sum(frame[f"deaths_{number}"] for number in numbers),
    )
    return write.table(
        frame[(frame["born_count"] > 0) | (frame["gone_count"] > 0)],
        [
            Column.of("class_name"),
            Column.of("born_count"),
            Column.of("gone_count"),
            Column.of("survival_share"),
            Column.of("surviving_size"),
        ],
        MOST_ROWS,
    )


def _constructors(write: Writer, series: Series, total: int) -> Table:
    frame = constructors(series.last)
    frame = frame.sort_values("retained_size", ascending=False, kind="stable")
    frame = frame.assign(share=frame["retained_size"] / max(total, 1))
    return write.table(
        frame,
        [
            Column.of("class_name"),
            Column.of("distance"),
            Column.of("count"),
            Column.of("shallow_size"),
            Column.of("retained_size"),
            Column.of("share"),
        ],
        MOST_ROWS,
    )


def _constructor_map(write: Writer, series: Series) -> Markup:
    """Draw what nothing but the roots holds, by class: together it is the whole heap."""
    heap = series.last
    nodes = nodes_below_roots(heap)
    classes = heap.class_index[nodes]
    # Sizes of a heap are well below 2**53.
    sizes = np.bincount(classes, weights=heap.retained_size[nodes].astype(np.float64))
    order = np.argsort(-sizes, kind="stable")
    largest, rest = order[:MOST_TILES], order[MOST_TILES:]
    names = heap.class_names.take(pa.array(largest)).to_pylist()
    tiles = [(write.text(name), int(sizes[i])) for name, i in zip(names, largest, strict=True)]
    tiles.append(("other classes", int(sizes[rest].sum())))
    return treemaps.treemap(tiles, title="The heap by what holds it")


def _package_map(write: Writer, whose: pd.DataFrame) -> Markup:
    tiles = [
        (write.text(name), int(size))
        for name, size in zip(whose["package"], whose["retained_size"], strict=True)
    ]
    return treemaps.treemap(tiles[:MOST_TILES], title="Retained size by package")


def _packages(write: Writer, whose: pd.DataFrame, total: int) -> Table:
    return write.table(
        whose.assign(share=whose["retained_size"] / max(total, 1)),
        [
            Column.of("package"),
            Column.of("version"),
            Column.of("count"),
            Column.of("shallow_size"),
            Column.of("retained_size"),
            Column.of("share"),
        ],
        MOST_ROWS,
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


def _files(write: Writer, series: Series) -> Table:
    return write.table(
        series.table,
        [
            Column.of("name"),
            Column.of("file_size"),
            Column.of("total_size"),
            Column.of("n_nodes"),
            Column.of("n_edges"),
        ],
        MOST_SNAPSHOTS,
    )
