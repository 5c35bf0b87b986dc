"""Whatever happens to the files of the cache, a snapshot gives the same answers as without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from heapnb.errors import CacheChangedError
from heapnb.format import array_files, cache, read_snapshot, write_snapshot
from heapnb.format.cache_store import CacheStore
from heapnb.graph import HeapGraph, open_graph
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT

SAMPLE = ROOT / "tests" / "data" / "formats" / "bun.heapsnapshot.zst"
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
