"""Small files that unpack to much, and endless values: a short error, in linear time and memory."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
import pytest
import zstandard

import heapnb as hn
from heapnb.analysis.packages import package_of
from heapnb.cli.github import _file_below
from heapnb.errors import HeapnbError, SnapshotFormatError, SnapshotTooLargeError
from heapnb.format import limits, read_snapshot
from heapnb.format.meta import DEEPEST
from heapnb.graph.locations import short_script
from heapnb.graph.source_files import MOST_PARTS, _files_below
from heapnb.kernels import parse
from heapnb.testing import SnapshotBuilder

MB = 1_000_000
WHOLE = SnapshotBuilder.from_edges("root.a>Map Map.b>b").to_bytes()
NODES = WHOLE[: WHOLE.index(b'"nodes":[') + len(b'"nodes":[')]
STRINGS = WHOLE[: WHOLE.index(b'"strings":[') + len(b'"strings":[')]
ENDLESS = {
    "blanks before": (b"", b" "),
    "blanks in an array": (NODES, b"\n"),
    "blanks behind a number": (NODES + b"1", b" "),
    "a number": (NODES, b"7"),
    "a string": (STRINGS + b'"', b"x"),
    "an escaped string": (STRINGS + b'"', b"\\u00e9"),
    "an array of numbers": (NODES, b"0,"),
    "an array of strings": (STRINGS, b'"",'),
    "a key": (b'{"', b"k"),
    "a section": (NODES[:-9] + b'"other":[', b"[],"),
    "depth": (NODES[:-9] + b'"other":', b"["),
    "a word": (NODES[:-9] + b'"other":', b"t"),
    "keys": (b"{", b'"%d":1,'),
}


def endless(kind: str, size: int) -> bytes:
    start, unit = ENDLESS[kind]
    if kind == "keys":
        return start + b"".join(unit % number for number in range(size // 10))
    return start + unit * (size // len(unit))


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the bytes that kernels look through."""
    counts: list[int] = []

    def counted(kernel: Callable[..., Any]) -> Callable[..., Any]:
        def call(data: Any, start: int, stop: int, *others: Any) -> Any:
            counts.append(int(stop) - int(start))
            return kernel(data, start, stop, *others)

        return call

    for name in ("scan_block", "parse_strings", "skip_value"):
        monkeypatch.setattr(parse, name, counted(getattr(parse, name)))
    return counts


@pytest.mark.parametrize("kind", [kind for kind in ENDLESS if kind != "keys"])
def test_endless_values_take_linear_time(kind: str, scanned: list[int]) -> None:
    size = 4 * MB
    with pytest.raises(SnapshotFormatError):
        read_snapshot(endless(kind, size), block_bytes=1 << 16)
    assert sum(scanned) < 8 * size


@pytest.mark.parametrize("kind", ENDLESS)
def test_endless_values_take_linear_memory(kind: str) -> None:
    data = endless(kind, 8 * MB)
    tracemalloc.start()
    with pytest.raises(SnapshotFormatError):
        read_snapshot(data, block_bytes=1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Blocks of 1 MB take their constant share; arrays count as reserved, not as touched.
    assert peak < 10 * len(data) + 32 * MB


@pytest.fixture
def lower_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ratio count from 8 MB on."""
    monkeypatch.setattr(limits, "_ALWAYS", 8 * MB)


@pytest.mark.usefixtures("lower_floor")
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("kind", ["blanks before", "a string", "an array of numbers"])
def test_what_unpacks_to_far_too_much(kind: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(endless(kind, 10 * MB))
    assert len(packed) < 30_000
    with pytest.raises(SnapshotTooLargeError, match="unpacks to more than 200 times") as caught:
        read_snapshot(packed)
    assert "--max-size" in str(caught.value)
    with pytest.raises(SnapshotTooLargeError):
        read_snapshot(packed, salvage=True)


def test_a_larger_ratio_can_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_ALWAYS", 1000)
    packed = zstandard.compress(WHOLE[:-1] + b" " * 400_000 + b"}")
    with pytest.raises(SnapshotTooLargeError, match="unpacks to more than"):
        hn.load(packed)
    assert hn.load(packed, max_size=MB).n_nodes == 3
    monkeypatch.setenv(limits.SIZE_VARIABLE, "1 MB")
    assert hn.load(packed).n_nodes == 3


def test_the_size_is_limited_by_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(limits, "_memory", lambda: 100)
    path = tmp_path / "app.heapsnapshot"
    path.write_bytes(WHOLE)
    for source in (WHOLE, path, gzip.compress(WHOLE)):
        with pytest.raises(SnapshotTooLargeError, match="larger than this machine's memory holds"):
            hn.load(source, cache=False)
        assert hn.load(source, cache=False, max_size=MB).n_nodes == 3


def test_a_size_that_the_user_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SnapshotTooLargeError, match="larger than allowed: more than 100 bytes"):
        hn.load(WHOLE, max_size=100)
    with pytest.raises(HeapnbError, match="max_size must be greater than 0"):
        hn.load(WHOLE, max_size=0)
    monkeypatch.setenv(limits.SIZE_VARIABLE, "much")
    with pytest.raises(HeapnbError, match="HEAPNB_MAX_SIZE=much is not a size"):
        hn.load(WHOLE)


def test_real_files_are_far_from_the_limit() -> None:
    sample = Path(__file__).parents[1] / "data" / "formats" / "node-8.heapsnapshot.zst"
    text = zstandard.open(sample).read()
    assert len(text) < limits.HIGHEST_RATIO / 5 * len(zstandard.compress(text, 15))


def test_many_sections() -> None:
    sections: dict[str, list[int]] = {f"s{number}": [] for number in range(2000)}
    with pytest.raises(SnapshotFormatError, match="more than 1,000 sections"):
        read_snapshot(orjson.dumps(sections))


def test_long_keys_are_cut_in_messages() -> None:
    with pytest.raises(SnapshotFormatError) as caught:
        read_snapshot(b'{"' + b"k" * 100_000 + b'":[')
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("depth", [90, 110, 500, 1100, 100_000])
@pytest.mark.parametrize("unit", [(b"[", b"1", b"]"), (b'{"a":', b"1", b"}")])
def test_deeply_nested_sections(
    depth: int, unit: tuple[bytes, bytes, bytes], tmp_path: Path
) -> None:
    nested = unit[0] * depth + unit[1] + unit[2] * depth
    target = tmp_path / "redacted.heapsnapshot"
    hn.redact(WHOLE[:-1] + b',"other":' + nested + b"}", target)
    # Numbers alone hold no secret.
    is_kept = depth < DEEPEST or unit[0] == b"["
    assert (b'"other":' + (nested if is_kept else b"[]")) in target.read_bytes()
    in_header = WHOLE.replace(b'"snapshot":{', b'"snapshot":{"other":' + nested + b",", 1)
    if depth < DEEPEST - 1:
        assert hn.load(in_header).n_nodes == 3
        return
    with pytest.raises(SnapshotFormatError, match=r"nested more than|depth") as caught:
        hn.load(in_header)
    assert len(str(caught.value)) < 300


LONG_PATHS = {
    "many folders": "/srv/" + "a/" * 20_000 + "app.js",
    "many packages": "/srv/" + "node_modules/a/" * 20_000 + "app.js",
    "a long folder": "/srv/" + "a" * 100_000 + "/lib/app.js",
    "a NUL": "/srv/a\0b/lib/app.js",
}


@pytest.mark.parametrize("kind", LONG_PATHS)
def test_long_paths_of_scripts(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each end of the path would be looked up: the square of its length."""
    lookups: list[Path] = []
    is_file = Path.is_file

    def counted(path: Path) -> bool:
        lookups.append(path)
        return is_file(path)

    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "app.js").write_text("//")
    monkeypatch.setattr(Path, "is_file", counted)
    path = LONG_PATHS[kind]
    expected = "lib/app.js" if "/lib/" in path else None
    assert _file_below(tmp_path, PurePosixPath(path)) == expected
    found = list(_files_below([tmp_path], path))
    assert found == ([tmp_path / expected] if expected else [])
    assert len(lookups) <= 2 * MOST_PARTS
    place = f"{path}:1:1"
    assert len(short_script(path)) <= len(path)
    assert package_of(place) is not None
