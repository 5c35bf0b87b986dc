"""How a fleet shows itself: sentences, its leaks, two groups of pods, heaps over time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from markupsafe import Markup

from heapnb.errors import HeapnbError
from heapnb.fleet.fleet import Fleet
from heapnb.fleet.questions import Separation, SharedLeaks
from heapnb.schema import Kind
from heapnb.views import fmt
from heapnb.views.gc_charts import titled
from heapnb.views.rows import Rows
from heapnb.views.time_charts import Trace, time_chart
from heapnb.views.view_parts import Fact, View
from heapnb.views.wording.fleet import (
    counted,
    failures_sentence,
    fleet_sentences,
    separation_notes,
    separation_sentences,
)

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS: Final = 15
_MOST_TRACES: Final = 60
_TITLE: Final = "Heap used since the first snapshot of each case"


def fleet_view(fleet: Fleet) -> View:
    """Collect what there is to show of a fleet: its leaks, and what separates its pods."""
    leaks = fleet.shared()
    failed = failures_sentence(fleet)
    parts = [separation_view(one, title=title) for title, one in separations(fleet)]
    return View(
        title="Fleet",
        lead=fleet_sentences(fleet, leaks),
        drawing=heap_chart(fleet),
        table=leak_rows(leaks, fleet) if leaks.rows else None,
        notes=(*fleet.warnings, *([] if failed is None else [failed])),
        parts=tuple(parts),
    )


def separations(fleet: Fleet) -> list[tuple[str, Separation]]:
    """Compare the groups that a fleet has by itself: killed and healthy, and its two builds."""
    found = []
    if fleet.has_outcomes:
        found.append(("Killed and healthy pods", fleet.separating()))
    builds = fleet.builds
    if len(builds) == 2:  # noqa: PLR2004  of more, the user says which
        control, canary = sorted(builds, key=_version)
        try:
            found.append((f"Build {canary} against {control}", fleet.compare(control, canary)))
        except HeapnbError:
            # Each pod had processes of both.
            return found
    return found


def _version(name: str) -> list[tuple[int, str]]:
    """Order builds by their numbers: the later one is the canary."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def leak_rows(leaks: SharedLeaks, fleet: Fleet) -> Rows:
    """Choose what a table of leaks shows."""
    rows = leaks.rows[:_MOST_ROWS]
    n_pods = len({one["pod"] or one["host"] for one in fleet.case_rows if one["verdict"]} - {None})
    columns: dict[str, list[Any]] = {
        "class_name": [row["class_name"] for row in rows],
        "anchor": [row["anchor"] for row in rows],
        "kind": [row["kind"] for row in rows],
    }
    if n_pods:
        columns["pods"] = [counted(row["pod_count"], n_pods) for row in rows]
    columns["cases"] = [counted(row["case_count"], leaks.case_count) for row in rows]
    if any(row["builds"] for row in rows):
        columns["builds"] = [row["builds"] or None for row in rows]
    if any(row["bytes_per_hour"] is not None for row in rows):
        columns["bytes_per_hour"] = [row["bytes_per_hour"] for row in rows]
    columns["retained_delta"] = [row["retained_delta"] for row in rows]
    return Rows(columns)


def shared_view(leaks: SharedLeaks) -> View:
    """Collect what there is to show of the leaks of a fleet."""
    lead = f"{fmt.plural(len(leaks.rows), 'leak')} in {fmt.plural(leaks.case_count, 'case')}."
    return View(title="Leaks of the fleet", lead=(lead,), table=leaks.table)


def separation_view(found: Separation, title: str = "Comparison of pods") -> View:
    """Collect what there is to show of two groups of pods."""
    return View(
        title=title,
        lead=separation_sentences(found),
        facts=(
            Fact(fmt.clean(found.first.name), len(found.first), Kind.COUNT),
            Fact(fmt.clean(found.second.name), len(found.second), Kind.COUNT),
            Fact("leaks tested", len(found.rows), Kind.COUNT),
        ),
        table=separation_rows(found) if found.rows else None,
        notes=separation_notes(found),
    )


def separation_rows(found: Separation) -> Rows:
    """Choose what a table of two groups shows."""
    rows = found.rows[:_MOST_ROWS]
    n_1, n_0 = len(found.first), len(found.second)
    return Rows(
        {
            "class_name": [row["class_name"] for row in rows],
            "anchor": [row["anchor"] for row in rows],
            found.first.name: [counted(row["first_count"], n_1) for row in rows],
            found.second.name: [counted(row["second_count"], n_0) for row in rows],
            "adjusted_p": [row["adjusted_p"] for row in rows],
            "answer": [row["answer"] for row in rows],
        }
    )


def heap_chart(fleet: Fleet) -> Markup | None:
    """Draw the heap of each case over the time since its first snapshot; killed ones stand out."""
    traces = _traces(fleet)
    if not traces:
        return None
    return titled([(_TITLE, time_chart(traces, title=_TITLE))])


def _traces(fleet: Fleet) -> list[Trace]:
    from heapnb.fleet.labels import KILLED

    numbers = _heaps(fleet)
    labels: dict[str, str] = {}
    traces = []
    chosen = [(name, part) for name, part in numbers.groupby("case", sort=True) if len(part) > 1]
    for _, part in chosen[:_MOST_TRACES]:
        outcome = part["outcome"].iloc[0]
        killed = isinstance(outcome, str) and outcome.lower() in KILLED
        group = "killed" if killed else "others" if fleet.has_outcomes else "cases"
        at = part["time"].to_numpy("datetime64[ms]").astype(np.float64)
        values = part["heap"].to_numpy(np.float64, na_value=np.nan)
        # One label for each group: the legend names groups, not cases.
        label = "" if group in labels else group
        labels[group] = label
        traces.append(Trace(label, at - at[0], values, number=1 if killed else 0))
    return traces


def _heaps(fleet: Fleet) -> pd.DataFrame:
    """Return the size of each heap over time, from logs where they are, else of snapshots."""
    columns = ["case", "outcome", "time", "heap"]
    logged = fleet.memory.rename(columns={"heap_used": "heap"})
    taken = fleet.snapshots.rename(columns={"total_size": "heap"})
    logged = logged.dropna(subset=["time", "heap"])
    taken = taken.dropna(subset=["time", "heap"])
    frame = logged if len(logged) >= len(taken) else taken
    return frame[columns].sort_values(["case", "time"], kind="stable")


def _fleet_chart(fleet: Fleet) -> View:
    return View(title=_TITLE, drawing=heap_chart(fleet), table=_heaps(fleet))


def views_of_fleets() -> dict[type, Callable[[Any], View]]:
    """Return the describers by type."""
    return {Fleet: fleet_view, SharedLeaks: shared_view, Separation: separation_view}


def charts_of_fleets() -> dict[type, Callable[[Any], View]]:
    """Return the functions that draw, by type."""
    return {Fleet: _fleet_chart}


__all__ = [
    "charts_of_fleets",
    "fleet_view",
    "heap_chart",
    "leak_rows",
    "separation_view",
    "separations",
    "views_of_fleets",
]
