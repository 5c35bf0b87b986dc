"""Earlier snapshots of a series are opened again with the options of the first time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.analysis.series.series_data import SnapshotGoneError
from heapnb.graph import HeapGraph, open_graph
from heapnb.testing import SnapshotBuilder
from heapnb.widgets.opening import workbench_of

ROUNDS = ("root.app>App", "root.app>App App.cache>Map", "root.app>App App.cache>Map Map.a>Item")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"s{number}.heapsnapshot" for number in range(3)]
    for path, edges in zip(paths, ROUNDS, strict=True):
        path.write_bytes(SnapshotBuilder.from_edges(edges).to_bytes())
    return paths


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Note the options of every opening."""
    noted: list[dict[str, Any]] = []

    def note(path: object, **options: Any) -> HeapGraph:
        noted.append(options)
        return open_graph(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("heapnb.graph.sources.open_graph", note)
    return noted


def test_all_options_of_the_first_time_count(
    files: list[Path], asked: list[dict[str, Any]], tmp_path: Path
) -> None:
    series = hn.load_series(files, cache=False, salvage=True, source_root=tmp_path)
    assert series.one_process
    del asked[:]
    workbench = workbench_of(series)
    assert workbench.open_base(0).n_nodes == 2
    series.sql("select count(*) from nodes where snapshot = 2")
    assert len(asked) == 2
    for options in asked:
        assert options["cache"] is False
        assert options["salvage"] is True
        assert options["source_files"] is series.last.source_files is not None


def test_a_query_may_ask_for_the_cache(files: list[Path], asked: list[dict[str, Any]]) -> None:
    series = hn.load_series(files, cache=False)
    del asked[:]
    series.sql("select count(*) from nodes where snapshot = 1", cache=True)
    assert [options["cache"] for options in asked] == [True]


def test_the_last_one_is_open_already(files: list[Path], asked: list[dict[str, Any]]) -> None:
    series = hn.load_series(files)
    del asked[:]
    assert series.reopen(2) is series.last
    assert series.reopen(-1) is series.last
    assert not asked


def test_a_file_that_changed_is_refused(files: list[Path]) -> None:
    series = hn.load_series(files)
    files[0].write_bytes(SnapshotBuilder.from_edges("root>a a>b b>c").to_bytes())
    with pytest.raises(SnapshotGoneError, match="has changed"):
        series.reopen(0)
    with pytest.raises(SnapshotGoneError, match="has changed"):
        workbench_of(series).open_base(0)
