"""The on-disk cache: complete or absent, whoever writes it and however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from heapnb._typing import AnyArray
from heapnb.errors import HeapnbError
from heapnb.format import array_files, cache, read_snapshot, write_snapshot
from heapnb.format.cache_store import CacheStore
from heapnb.graph import HeapGraph, distances, open_graph
from tests.conftest import ROOT
from tests.property.test_round_trip import assert_same

SAMPLE = Path(__file__).parents[1] / "data" / "formats" / "node-18.heapsnapshot.zst"


@pytest.fixture(autouse=True)
def cache_in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's cache out of the tests."""
    directory = tmp_path / "cache"
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(directory))
    return directory


@pytest.fixture
def snapshot_path(tmp_path: Path) -> Path:
    """Return a snapshot file of the test's own."""
    path = tmp_path / "app.heapsnapshot"
    write_snapshot(read_snapshot(SAMPLE), path)
    return path


def fill(path: Path) -> HeapGraph:
    """Open a snapshot and wait until everything is in the cache."""
    raw, store = cache.read_cached(path)
    assert store is not None
    graph = HeapGraph(raw, store)
    for name in ("retained_size", "distance", "class_key", "class_keys", "retaining_edge"):
        getattr(graph, name)
    store.wait()
    return graph


def open_in_other_process(path: str) -> int:
    """Open a snapshot with the cache, as another process would."""
    return int(fill(Path(path)).retained_size[0])


def test_second_opening_gives_the_same(snapshot_path: Path) -> None:
    first = fill(snapshot_path)
    second = open_graph(snapshot_path)
    assert_same(first.raw, second.raw)
    assert first.raw.meta == second.raw.meta
    assert first.raw.source == second.raw.source
    for name in ("retained_size", "distance", "dominator", "class_key", "class_keys"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name
    assert first.class_names.equals(second.class_names)


def test_columns_are_mapped_once_they_are_written(
    snapshot_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(array_files, "_MAPPED_FROM", 0)
    graph = open_graph(snapshot_path)
    store = graph.results.store
    assert isinstance(store, CacheStore)
    store.wait()
    assert graph.raw is store.written
    assert_same(read_snapshot(snapshot_path), graph.raw)
    assert not graph.edge_to.flags.writeable
    assert isinstance(base_of(graph.edge_to), pa.Buffer)
    assert graph.retained_size[graph.root] > 0


def test_columns_stay_if_another_process_replaces_their_files(
    snapshot_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced(path: Path, *_: object) -> None:
        raise array_files.DamagedArrayError(str(path))

    monkeypatch.setattr(array_files, "_map", replaced)
    monkeypatch.setattr(array_files, "_MAPPED_FROM", 0)
    graph = open_graph(snapshot_path)
    store = graph.results.store
    assert isinstance(store, CacheStore)
    store.wait()
    assert_same(read_snapshot(snapshot_path), graph.raw)
    assert not isinstance(base_of(graph.edge_to), pa.Buffer)


def base_of(array: AnyArray) -> object:
    """Return what owns the memory of an array."""
    owner: object = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    return owner.obj if isinstance(owner, memoryview) else owner


def test_second_opening_computes_nothing(
    snapshot_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(snapshot_path)
    monkeypatch.setattr(cache, "read_snapshot", None)
    monkeypatch.setattr(HeapGraph, "_dominators", None)
    monkeypatch.setattr(distances, "distances_from_roots", None)
    monkeypatch.setattr(HeapGraph, "classes_under", None)
    graph = open_graph(snapshot_path)
    assert graph.retained_size[0] > 0
    assert len(graph.distance) == len(graph.class_key) == graph.n_nodes
    assert not graph.retained_size.flags.writeable


def test_a_changed_file_is_read_again(snapshot_path: Path) -> None:
    before = fill(snapshot_path).n_nodes
    write_snapshot(read_snapshot(SAMPLE.parent / "bun.heapsnapshot.zst"), snapshot_path, force=True)
    assert open_graph(snapshot_path).n_nodes != before


def test_it_can_be_left_off(snapshot_path: Path, cache_in_tmp: Path) -> None:
    assert open_graph(snapshot_path, cache=False).n_nodes > 0
    assert not cache_in_tmp.exists()


@pytest.mark.parametrize("damage", ["half", "garbage", "missing"])
@pytest.mark.parametrize("name", ["node_id.array", "retained_size.array", "snapshot.json"])
def test_a_damaged_entry_is_made_anew(
    snapshot_path: Path, cache_in_tmp: Path, damage: str, name: str
) -> None:
    expected = fill(snapshot_path).retained_size.copy()
    (path,) = cache_in_tmp.glob(f"*/{name}")
    if damage == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif damage == "garbage":
        path.write_bytes(b"garbage" * 100)
    else:
        path.unlink()
    assert np.array_equal(fill(snapshot_path).retained_size, expected)
    assert np.array_equal(open_graph(snapshot_path).retained_size, expected)


def test_two_processes_at_once(snapshot_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        results = set(processes.map(open_in_other_process, [str(snapshot_path)] * 4))
    assert results == {int(open_graph(snapshot_path).retained_size[0])}


def test_list_and_clear(snapshot_path: Path) -> None:
    assert cache.list_entries() == []
    fill(snapshot_path)
    (entry,) = cache.list_entries()
    assert entry.name == "app.heapsnapshot"
    assert entry.path == str(snapshot_path)
    assert entry.size_bytes > 1_000_000
    assert cache.clear() == entry.size_bytes
    assert cache.list_entries() == []


def test_what_was_not_used_for_longest_makes_room(
    tmp_path: Path, cache_in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = read_snapshot(SAMPLE)
    paths = [tmp_path / f"{name}.heapsnapshot" for name in "abcd"]
    for number, path in enumerate(paths):
        write_snapshot(raw, path)
        os.utime(path, (number, number))
    for number, path in enumerate(paths[:3]):
        fill(path)
        description = cache_in_tmp / cache.cache_key(path) / "snapshot.json"
        for file in description.parent.iterdir():
            os.utime(file, (1_000 + number, 1_000 + number))
    size = max(entry.size_bytes for entry in cache.list_entries())
    # The first one is used once more, so that the second one has to go.
    assert CacheStore(cache_in_tmp / cache.cache_key(paths[0])).load_snapshot() is not None
    monkeypatch.setenv(cache.SIZE_VARIABLE, f"{3.5 * size / 1000:.0f} kB")
    fill(paths[3])
    _, store = cache.read_cached(paths[2])
    assert store is not None
    assert {entry.name for entry in cache.list_entries()} == {path.name for path in paths} - {
        paths[1].name
    }


def test_the_last_one_stays_whatever_the_limit(
    snapshot_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.SIZE_VARIABLE, "1")
    fill(snapshot_path)
    assert len(cache.list_entries()) == 1


def test_a_limit_that_is_no_size(snapshot_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.SIZE_VARIABLE, "much")
    with pytest.raises(HeapnbError, match="HEAPNB_CACHE_SIZE=much is not a size"):
        cache.read_cached(snapshot_path)


def test_what_a_killed_process_left_is_removed(snapshot_path: Path, cache_in_tmp: Path) -> None:
    fill(snapshot_path)
    (entry,) = cache_in_tmp.iterdir()
    old, new = entry / "a.part", entry / "b.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 10**6,) * 2)
    cache.remove_stale_parts()
    assert not old.exists()
    assert new.exists()


def test_a_directory_that_cannot_be_written_costs_only_the_cache(
    snapshot_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(blocked / "below"))
    assert fill(snapshot_path).retained_size[0] > 0


def test_a_home_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    """As in a container: the first command of a user without a home answers, and says nothing."""
    blocked = tmp_path / "home"
    blocked.write_text("not a directory")
    kept = {"PATH", "PYTHONPATH", "SYSTEMROOT"}
    environment = {name: value for name, value in os.environ.items() if name in kept}
    ended = subprocess.run(
        [sys.executable, "-m", "heapnb", "constructors", str(SAMPLE), "--all"],
        env=environment | {"HOME": str(blocked), "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("Class")
    assert ended.stderr == ""
