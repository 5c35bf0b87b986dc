"""The tables of a report, each from one analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from heapnb.analysis.constructors import constructors
from heapnb.analysis.series.series import Series
from heapnb.reports.tables import Column, Table, Writer
from heapnb.views import charts, svg_parts

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.diagnosis.suspects import Suspect
    from heapnb.analysis.series.cohorts import Cohorts

MOST_ROWS: Final = 60
"""Rows of a table."""

MOST_LINES: Final = svg_parts.N_COLOURS - 1
"""Lines of a chart."""

MOST_COUNT_COLUMNS: Final = 5
"""Snapshots up to which each has a column of counts."""


def grown_classes(series: Series) -> pd.DataFrame | None:
    """List the classes that grew, with the number of their objects as a column ``trend``."""
    if len(series) < 2:  # noqa: PLR2004  growth needs a before and an after
        return None
    frame = series.growth()
    frame = frame[frame["count_delta"].gt(0) | frame["retained_delta"].gt(0)]
    counts = frame[[f"count_{i + 1}" for i in range(len(series))]].to_numpy()
    trends: list[Any] = counts.tolist()
    return frame.assign(trend=trends)


def growth_table(
    write: Writer, series: Series, grown: pd.DataFrame | None, names: Sequence[str]
) -> Table | None:
    """Make the table of classes that grew, as programs read it."""
    if grown is None:
        return None
    n = len(series)
    shown = range(n) if n <= MOST_COUNT_COLUMNS else (0, n - 1)
    return write.table(
        grown,
        [
            Column.of("class_name"),
            Column.of("trend"),
            *(Column.of(f"count_{i + 1}", names[i]) for i in shown),
            Column.of("count_delta"),
            Column.of("shallow_delta"),
            Column.of("retained_delta"),
        ],
        MOST_ROWS,
    )


def survivor_table(write: Writer, series: Series) -> Table | None:
    """Make the table of survivors; None for fewer than three snapshots of one process."""
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


def cohorts_of(series: Series) -> Cohorts | None:
    """Return the cohorts; None for fewer than three snapshots of one process."""
    if len(series) < 3 or not series.one_process:  # noqa: PLR2004  as for survivors
        return None
    return series.cohorts()


def cohort_layers(cohorts: Cohorts | None, names: Sequence[str]) -> list[charts.Line]:
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


def cohort_table(write: Writer, cohorts: Cohorts | None) -> Table | None:
    """Make the table of cohorts by class."""
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


def constructor_table(write: Writer, series: Series, total: int) -> Table:
    """Make the table of classes in the last snapshot."""
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


def package_table(write: Writer, whose: pd.DataFrame, total: int) -> Table:
    """Make the table of packages."""
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


def file_table(write: Writer, series: Series) -> Table:
    """Make the table of snapshots."""
    return write.table(
        series.table,
        [
            Column.of("name"),
            Column.of("file_size"),
            Column.of("total_size"),
            Column.of("n_nodes"),
            Column.of("n_edges"),
        ],
        MOST_ROWS,
    )


def suspect_table(write: Writer, suspects: Sequence[Suspect]) -> Table | None:
    """Make the table of suspects without a card."""
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


def trend_lines(
    write: Writer, suspects: Sequence[Suspect], grown: pd.DataFrame | None
) -> tuple[str, list[charts.Line]]:
    """Choose what is drawn beside the size of the heap: the suspects, else what grew most."""
    if suspects:
        return "Retained by the suspects", [
            charts.Line(write.text(suspect.subject.replace("`", "")), suspect.retained_per_snapshot)
            for suspect in suspects[:MOST_LINES]
        ]
    if grown is None:
        return "", []
    most = grown[grown["count_delta"].gt(0)].nlargest(MOST_LINES, "count_delta")
    return "Objects added since the first snapshot", [
        charts.Line(write.text(name), [count - counts[0] for count in counts])
        for name, counts in zip(most["class_name"], most["trend"], strict=True)
    ]
