"""Summary, Statistics, Retainers and Comparison equal the engine's, on every sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heapnb import frames
from heapnb.analysis.constructors import class_sums, constructors
from heapnb.analysis.retention.retainers import retainers, retaining_edges, shown_distances
from heapnb.analysis.series.diff import diff
from heapnb.analysis.statistics import statistics
from heapnb.format import read_snapshot
from heapnb.graph import HeapGraph
from heapnb.graph.locations import script_names
from tests.conftest import all_samples, sample_cases, sample_series
from tests.oracle import oracle


@dataclass(frozen=True)
class Sample:
    """A snapshot of the project, and what the engine says about it."""

    graph: HeapGraph
    expected: oracle.Expected


def series_and_name(path: Path) -> tuple[str, str]:
    """Return under which names the engine's answers for a sample are kept."""
    return path.parent.name, path.name.split(".")[0]


@pytest.fixture(
    scope="module", params=all_samples(), ids=lambda path: "/".join(series_and_name(path))
)
def sample(request: pytest.FixtureRequest) -> Sample:
    path: Path = request.param
    return Sample(HeapGraph(read_snapshot(path)), oracle.expected(*series_and_name(path)))


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


def test_summary(sample: Sample) -> None:
    found = constructors(sample.graph)
    expected = pd.DataFrame(
        {
            "class_name": row["name"],
            "location": shown_location(sample.graph, row["location"]),
            "count": row["count"],
            "shallow_size": row["self"],
            "retained_size": row["maxRet"],
            "distance": frames.known_distance(row["distance"]),
        }
        for row in sample.expected["summary"]
    )
    assert list(found) == list(expected)
    assert sorted_rows(found) == sorted_rows(expected)
    assert found["retained_size"].is_monotonic_decreasing
    distances = sorted(row["distance"] for row in sample.expected["summary"])
    assert sorted(class_sums(sample.graph).distance.tolist()) == distances


def test_summary_by_name(sample: Sample) -> None:
    found = constructors(sample.graph, by_name=True)
    how = {"count": "sum", "self": "sum", "maxRet": "sum", "distance": "min"}
    expected = pd.DataFrame(sample.expected["summary"]).groupby("name").agg(how)
    expected["distance"] = frames.distances(expected["distance"].to_numpy())
    assert sorted_rows(found) == sorted_rows(expected.reset_index())


def test_statistics(sample: Sample) -> None:
    expected = sample.expected["statistics"]
    native, heap = expected["native"], expected["v8heap"]
    found = statistics(sample.graph)
    assert found.to_dict() == {
        "total": expected["total"],
        "native": {"total": native["total"], "typed_arrays": native["typedArrays"]},
        "v8_heap": {
            "total": heap["total"],
            "code": heap["code"],
            "js_arrays": heap["jsArrays"],
            "strings": heap["strings"],
            "system": heap["system"],
        },
    }
    assert found.table["size"].sum() == expected["total"]


def test_retainers(sample: Sample) -> None:
    for expected in sample.expected["retainers"]:
        node = sample.graph.ordinal_of(expected["node_id"])
        found = retainers(sample.graph, node)
        assert len(found) == expected["row_count"]
        n_rows = len(expected["rows"])
        rows = found.head(n_rows).drop(columns=["location", "distance"])
        shown = [
            {name: value for name, value in row.items() if name != "distance"}
            for row in expected["rows"]
        ]
        assert rows.rename(columns={"name": "node_name"}).to_dict("records") == shown
        _, sources = retaining_edges(sample.graph, node)
        distances = np.sort(shown_distances(sample.graph.distance[sources]))[:n_rows].tolist()
        assert distances == [row["distance"] for row in expected["rows"]]
        known = [frames.known_distance(distance) for distance in distances]
        assert found["distance"].astype(object).replace({pd.NA: None}).tolist()[:n_rows] == known


@pytest.mark.parametrize("case", sample_cases())
def test_comparison(case: str) -> None:
    graphs = {
        path.name.split(".")[0]: HeapGraph(read_snapshot(path)) for path in sample_series(case)
    }
    for comparison in oracle.expected_comparisons(case):
        before, after = graphs[comparison["base"]], graphs[comparison["other"]]
        comparing = diff(before, after)
        expected = pd.DataFrame(
            {
                "class_name": row["name"],
                "location": shown_location(after, row["location"]),
                "added_count": row["addedCount"],
                "removed_count": row["removedCount"],
                "count_delta": row["countDelta"],
                "added_size": row["addedSize"],
                "removed_size": row["removedSize"],
                "size_delta": row["sizeDelta"],
                "added_ids": row["added_ids_sha256"],
                "removed_ids": row["removed_ids_sha256"],
            }
            for row in comparison["rows"]
        )
        found = comparing.constructors()
        for column, nodes in (("added_ids", comparing.added), ("removed_ids", comparing.removed)):
            found[column] = [
                digest_of_members(nodes, name, place)
                for name, place in zip(found["class_name"], found["location"], strict=True)
            ]
        # A script that was loaded twice has two rows that read alike.
        for frame in (found, expected):
            twins = frame.duplicated(["class_name", "location"], keep=False)
            frame.loc[twins, ["added_ids", "removed_ids"]] = None
        assert sorted_rows(found) == sorted_rows(expected)


def digest_of_members(nodes: pd.DataFrame, class_name: str, location: str | float) -> str:
    """Digest the ids of the nodes of one row of a comparison."""
    place = nodes["location"]
    is_there = place.isna() if pd.isna(location) else place == location
    return oracle.digest_of_ids(nodes["node_id"][(nodes["class_name"] == class_name) & is_there])
