"""Summary, Statistics, Retainers and Comparison equal the engine's, on every sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from heapnb.analysis.constructors import constructors
from heapnb.format import read_snapshot
from heapnb.graph import HeapGraph
from heapnb.places import script_names
from tests.conftest import all_samples
from tests.oracle import oracle

SAMPLES = all_samples()


def series_and_name(path: Path) -> tuple[str, str]:
    """Return under which names the engine's answers for a sample are kept."""
    return path.parent.name, path.name.split(".")[0]


def open_sample(path: Path) -> HeapGraph:
    return HeapGraph(read_snapshot(path))


def of_every_sample() -> Any:
    return pytest.mark.parametrize(
        "path", SAMPLES, ids=lambda path: "/".join(series_and_name(path))
    )


def shown_location(graph: HeapGraph, location: oracle.Location | None) -> str | None:
    """Write a location of the engine as heapnb does: people count from 1."""
    if location is None:
        return None
    script = location["script_id"]
    name = script_names(graph).get(script, f"script {script}")
    return f"{name}:{location['line'] + 1}:{location['column'] + 1}"


def sorted_rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return sorted(plain.itertuples(index=False, name=None), key=str)


@of_every_sample()
def test_summary(path: Path) -> None:
    graph = open_sample(path)
    found = constructors(graph)
    assert list(found.columns) == [
        "class_name",
        "location",
        "count",
        "shallow_size",
        "retained_size",
        "distance",
    ]
    expected = [
        (
            row["name"],
            shown_location(graph, row["location"]),
            row["count"],
            row["self"],
            row["maxRet"],
            row["distance"],
        )
        for row in oracle.expected(*series_and_name(path))["summary"]
    ]
    assert sorted_rows(found) == sorted(expected, key=str)


@of_every_sample()
def test_summary_by_name(path: Path) -> None:
    graph = open_sample(path)
    found = constructors(graph, by_name=True)
    rows = pd.DataFrame(oracle.expected(*series_and_name(path))["summary"])
    sums = rows.groupby("name").agg(
        {"count": "sum", "self": "sum", "maxRet": "sum", "distance": "min"}
    )
    assert sorted_rows(found) == sorted_rows(sums.reset_index())
