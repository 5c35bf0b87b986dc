"""Whatever happens to the files of the cache, a snapshot gives the same answers as without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from heapnb._typing import AnyArray
from heapnb.errors import CacheChangedError
from heapnb.format import array_files, cache, read_snapshot, write_snapshot
from heapnb.format.cache_store import DESCRIPTION, CacheStore, read_description
from heapnb.graph import HeapGraph, open_graph
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT

SAMPLE = ROOT / "tests" / "data" / "formats" / "bun.heapsnapshot.zst"
WITH_SCOPES = ROOT / "tests" / "data" / "contexts" / "workerd.heapsnapshot.zst"
ALL = 0
"""Map every array, as large ones are."""


@pytest.fixture(autouse=True)
def cache_in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's cache out of the tests."""
    directory = tmp_path / "cache"
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(directory))
    return directory


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "app.heapsnapshot"
    write_snapshot(read_snapshot(SAMPLE), path)
    return path


def small(path: Path, edges: str) -> Path:
    path.write_bytes(SnapshotBuilder.from_edges(edges).to_bytes())
    return path


def filled(path: Path) -> HeapGraph:
    raw, store = cache.read_cached(path)
    graph = HeapGraph(raw, store)
    assert graph.retained_size[graph.root] >= 0
    assert store is not None
    store.wait()
    return graph


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="one of the damages is a pipe")
@pytest.mark.parametrize(
    ("mapped_from", "every"),
    [
        (ALL, 11),
        pytest.param(ALL, 1, marks=pytest.mark.slow),
        pytest.param(1 << 40, 1, marks=pytest.mark.slow),
    ],
)
def test_damage_to_every_file(tmp_path: Path, mapped_from: int, every: int) -> None:
    snapshot = small(tmp_path / "app.heapsnapshot", "root.a>Map Map.b>b b.c>c root.d>b c.e>d")
    other = small(tmp_path / "other.heapsnapshot", "root.a>Map Map.b>b b.f>c root.d>c c.e>d")
    attack = ("tests.unit.cache_attack", str(snapshot), str(other))
    ended = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", *attack, str(mapped_from), str(every)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    cases = [orjson.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, (cases[-1:], ended.stderr)
    answered = [case for case in cases if case["state"] == "ends"]
    assert len(answered) >= 400 // every
    assert [case for case in answered if not (case["same"] and case["whole"])] == []


def test_a_copy_has_its_own_name_and_path(snapshot: Path, tmp_path: Path) -> None:
    filled(snapshot)
    linked = tmp_path / "link.heapsnapshot"
    linked.symlink_to(snapshot)
    assert cache.cache_key(linked) == cache.cache_key(snapshot)
    copied = tmp_path / "copy.heapsnapshot"
    shutil.copy2(snapshot, copied)
    for path in (linked, copied):
        source = open_graph(path).raw.source
        assert (source.name, source.path) == (path.name, str(path.resolve()))


def test_a_changed_file_of_the_same_size_and_time(snapshot: Path) -> None:
    before = filled(snapshot)
    status = snapshot.stat()
    content = snapshot.read_bytes()
    # The self size of the second node.
    stride = len(before.raw.meta.node_fields)
    place = content.index(b'"nodes":[') + len(b'"nodes":[')
    for _ in range(stride + before.raw.meta.node_fields.index("self_size")):
        place = content.index(b",", place) + 1
    with snapshot.open("r+b") as file:
        file.seek(place)
        file.write(b"1" if content[place : place + 1] != b"1" else b"2")
    os.utime(snapshot, ns=(status.st_atime_ns, status.st_mtime_ns))
    changed = snapshot.stat()
    assert changed.st_size == status.st_size
    assert changed.st_mtime_ns == status.st_mtime_ns
    assert open_graph(snapshot).self_size[1] != before.self_size[1]


def test_a_file_that_changes_while_it_is_read_is_not_cached(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path, **options: object) -> object:
        raw = read_snapshot(path)
        with snapshot.open("ab") as file:
            file.write(b" ")
        return raw

    monkeypatch.setattr(cache, "read_snapshot", read)
    _, store = cache.read_cached(snapshot)
    assert store is None
    assert cache.list_entries() == []


@pytest.mark.parametrize("change", ["cut", "overwritten"])
def test_a_mapped_file_that_changes_in_place_is_noticed(
    snapshot: Path, cache_in_tmp: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(array_files, "_MAPPED_FROM", ALL)
    filled(snapshot)
    graph = open_graph(snapshot)
    (path,) = cache_in_tmp.glob("*/edge_to.array")
    path.chmod(0o600)
    if change == "cut":
        os.truncate(path, 512)
    else:
        path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(CacheChangedError, match="load the snapshot again"):
        graph.first_retainer  # noqa: B018  computing it would read beyond the file's end
    assert cache.list_entries() == []
    assert open_graph(snapshot).first_retainer[-1] == graph.n_edges


def test_an_entry_that_goes_while_it_is_mapped_does_no_harm(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(array_files, "_MAPPED_FROM", ALL)
    expected = filled(snapshot).distance.copy()
    graph = open_graph(snapshot)
    cache.clear()
    assert (graph.distance == expected).all()


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b"garbage", b'{"entry": "KEY"}', b'{"entry": "KEY", "source": 5}']
)
def test_a_description_with_other_content(
    snapshot: Path, cache_in_tmp: Path, content: bytes
) -> None:
    """As another version of heapnb, or another program, could have written it."""
    expected = filled(snapshot).distance.copy()
    (path,) = cache_in_tmp.glob("*/snapshot.json")
    content = content.replace(b"KEY", path.parent.name.encode())
    path.unlink()
    path.write_bytes(array_files.digest_of(content) + b"\n" + content)
    (entry,) = cache.list_entries()
    assert entry.name == "(incomplete)"
    assert (filled(snapshot).distance == expected).all()
    (entry,) = cache.list_entries()
    assert entry.name == snapshot.name


def forge(entry: Path, name: str, change: Callable[[AnyArray], AnyArray]) -> None:
    """Replace an array by another one, with hashes that fit, as only somebody who means it does."""
    path = entry / f"{name}.array"
    values = array_files.read_array(path, entry.name, name).values.copy()
    path.unlink()
    array_files.write_array(str(path), entry.name, name, change(values))


def forge_description(entry: Path, change: Callable[[dict[str, Any]], object]) -> None:
    description = read_description(entry)
    change(description)
    content = orjson.dumps(description)
    path = entry / DESCRIPTION
    path.unlink()
    path.write_bytes(array_files.digest_of(content) + b"\n" + content)


def last(value: int) -> Callable[[AnyArray], AnyArray]:
    """Change the last value."""

    def change(values: AnyArray) -> AnyArray:
        values[-1] = value
        return values

    return change


def typed(dtype: str) -> Callable[[AnyArray], AnyArray]:
    return lambda values: values.astype(dtype)


def shorter(values: AnyArray) -> AnyArray:
    return values[:-1]


def swapped(values: AnyArray) -> AnyArray:
    """Exchange two different neighbours in the middle."""
    place = int(np.flatnonzero(np.diff(values.astype(np.int64)))[len(values) // 3])
    values[[place, place + 1]] = values[[place + 1, place]]
    return values


COLUMN_FORGERIES = [
    *(("edge_to", change) for change in (last(2**32 - 1), typed("int64"), shorter)),
    *(("edge_to", change) for change in (typed("float64"), typed("uint8"))),
    *(("edge_name", change) for change in (lambda values: values | np.uint32(1 << 31), shorter)),
    *(("edge_type", change) for change in (last(255), typed("uint32"), shorter)),
    *(("first_edge", change) for change in (last(2**31), swapped, shorter, typed("int32"))),
    ("first_edge", lambda values: values + np.uint32(1)),
    *(("node_type", change) for change in (last(255), typed("int8"), shorter)),
    *(("node_name", change) for change in (last(2**32 - 1), typed("float64"), shorter)),
    *(("node_id", change) for change in (typed("float64"), shorter)),
    *(("self_size", change) for change in (typed("int32"), shorter)),
    ("self_size", lambda values: np.full(len(values), 2**62, np.uint64)),
    ("detachedness", shorter),
    *(("string_offsets", change) for change in (last(2**40), swapped, typed("int32"))),
    ("string_offsets", lambda values: values[:0]),
    ("string_offsets", lambda values: values - 5),
    *(("string_text", change) for change in (last(0xFF), shorter)),
]
DESCRIPTION_FORGERIES: list[Callable[[dict[str, Any]], object]] = [
    lambda found: found["header"].update(root_index=7 * 10**9),
    lambda found: found["header"].update(root_index=-7),
    lambda found: found["header"]["meta"].pop("node_fields"),
    lambda found: found["header"]["meta"]["edge_types"][0].__delitem__(slice(2, None)),
    lambda found: found["header"]["meta"]["edge_types"][0].clear(),
    lambda found: found.update(header=[]),
    lambda found: found.update(header={}),
    lambda found: found.update(optional=["trace_node_id"]),
    lambda found: found.update(has_scopes=True),
    lambda found: found.update(optional=5),
    lambda found: found.update(warnings=5),
    lambda found: found.update(extra_sections=[]),
    lambda found: found.update(source={"name": 5}),
    lambda found: found["source"].update(size_bytes="many"),
]


@pytest.mark.parametrize(("name", "change"), COLUMN_FORGERIES)
def test_forged_columns_are_not_used(
    snapshot: Path, cache_in_tmp: Path, name: str, change: Callable[[AnyArray], AnyArray]
) -> None:
    expected = filled(snapshot)
    (entry,) = cache_in_tmp.iterdir()
    forge(entry, name, change)
    assert CacheStore(entry).load_snapshot() is None
    assert not entry.exists()
    assert (filled(snapshot).retained_size == expected.retained_size).all()
    assert CacheStore(entry).load_snapshot() is not None


@pytest.mark.parametrize("change", DESCRIPTION_FORGERIES)
def test_forged_descriptions_are_not_used(
    snapshot: Path, cache_in_tmp: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    expected = filled(snapshot)
    (entry,) = cache_in_tmp.iterdir()
    forge_description(entry, change)
    assert CacheStore(entry).load_snapshot() is None
    assert len(cache.list_entries()) == 0
    assert (filled(snapshot).retained_size == expected.retained_size).all()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("scope_script", last(2**40)),
        ("scope_script", last(-1)),
        ("scope_depth", last(99)),
        ("scope_variable_count", last(2**62)),
        ("scope_variable_count", last(7)),
        ("scope_use_count", shorter),
        ("scope_variable_name", last(2**32 - 1)),
        ("scope_use_slot", shorter),
        ("location_node", last(2**32 - 1)),
        ("location_node", typed("int64")),
        ("location_line", shorter),
        ("location_column", typed("float64")),
    ],
)
def test_forged_scopes_and_locations_are_not_used(
    tmp_path: Path, cache_in_tmp: Path, name: str, change: Callable[[AnyArray], AnyArray]
) -> None:
    path = tmp_path / "app.heapsnapshot"
    write_snapshot(read_snapshot(WITH_SCOPES), path)
    filled(path)
    (entry,) = cache_in_tmp.iterdir()
    assert CacheStore(entry).load_snapshot() is not None
    forge(entry, name, change)
    assert CacheStore(entry).load_snapshot() is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner")
def test_files_of_another_user_are_not_trusted(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(snapshot)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert CacheStore(cache.cache_directory() / cache.cache_key(snapshot)).load_snapshot() is None


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_the_user_can_read_what_is_cached(snapshot: Path, cache_in_tmp: Path) -> None:
    filled(snapshot)
    (entry,) = cache_in_tmp.iterdir()
    assert entry.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in entry.iterdir()} == {0o400}
