"""The purposes of mappings, against what V8 said about the same processes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import zstandard

from heapnb.timeline import smaps
from heapnb.timeline.smaps import MemoryMap, SmapsError, is_smaps, parse_smaps
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "data" / "smaps"
NODES = sorted(path.stem for path in FOLDER.glob("*.json"))
MB = 1_000_000


def text_of(name: str) -> str:
    with (FOLDER / f"{name}.smaps.zst").open("rb") as stream:
        return zstandard.ZstdDecompressor().stream_reader(stream).read().decode()


def read(name: str) -> tuple[MemoryMap, dict[str, Any]]:
    return parse_smaps(text_of(name)), json.loads((FOLDER / f"{name}.json").read_text())


@pytest.mark.parametrize("name", NODES)
def test_pages_of_v8(name: str) -> None:
    found, stated = read(name)
    assert found.areas[smaps.V8] == pytest.approx(stated["main"] + sum(stated["workers"]), rel=0.12)


@pytest.mark.parametrize("name", NODES)
def test_workers_have_stacks(name: str) -> None:
    found, stated = read(name)
    assert found.n_v8_threads == len(stated["workers"])
    # Threads of libuv and of V8's platform, the workers, the main thread.
    assert 8 <= found.count(smaps.STACK) <= 20
    assert 0 < found.areas[smaps.STACK] < MB


@pytest.mark.parametrize("name", NODES)
def test_buffers_are_in_the_allocator(name: str) -> None:
    found, stated = read(name)
    assert stated["arrayBuffers"] > 20 * MB
    assert stated["arrayBuffers"] < found.malloc < stated["arrayBuffers"] + 30 * MB
    # Each worker has an arena of its own.
    assert found.count(smaps.ARENA) >= 3


@pytest.mark.parametrize("name", NODES)
def test_nothing_is_lost(name: str) -> None:
    found, _ = read(name)
    assert sum(found.areas.values()) == found.rss == found.table["rss"].sum()
    assert found.areas[smaps.CODE] > 25 * MB
    assert found.areas[smaps.OTHER] < MB
    assert found.allocator is None


def mapping(header: str, rss: int = 4) -> str:
    return f"{header}\nSize:  8 kB\nRss:  {rss} kB\nAnonymous:  {rss} kB\nSwap:  1 kB\n"


LIBRARY = mapping("7f71e1a44000-7f71e1b9a000 r-xp 00000000 fe:00 1  /usr/lib/libc.so.6")


@pytest.mark.parametrize(
    ("header", "area"),
    [
        ("00400000-00b6f000 r--p 00000000 fe:00 1  /usr/bin/node", smaps.CODE),
        ("2d926000-2dd26000 rw-p 00000000 00:00 0  [heap]", smaps.HEAP),
        ("7ffd1000-7ffd9000 rw-p 00000000 00:00 0  [stack]", smaps.STACK),
        ("144190c0000-14419100000 rw-p 00000000 00:00 0 ", smaps.V8),
        # Not aligned as V8 aligns its pages.
        ("144190c1000-14419100000 rw-p 00000000 00:00 0 ", smaps.MAPPED),
        # Aligned, but where the kernel puts mappings without a wish.
        ("7f71b8fc0000-7f71b9000000 rw-p 00000000 00:00 0 ", smaps.MAPPED),
        ("7f71bafc3000-7f71bafff000 rwxp 00000000 00:00 0 ", smaps.V8),
        ("7f71a0000000-7f71a4000000 rw-p 00000000 00:00 0 ", smaps.ARENA),
        ("7f71b8fbd000-7f71b97bd000 rw-s 00000000 00:05 1  /dev/shm/pool", smaps.SHARED),
        ("7f71b8fbd000-7f71b97bd000 rw-p 0 00:00 0  [anon: glibc: pthread stack: 7]", smaps.STACK),
        ("7f71b8fbd000-7f71b97bd000 rw-p 0 00:00 0  [anon: glibc: malloc arena]", smaps.ARENA),
        ("7f71b8fbd000-7f71b97bd000 rw-s 0 00:0e 1  anon_inode:[io_uring]", smaps.OTHER),
    ],
)
def test_rules(header: str, area: str) -> None:
    found = parse_smaps(mapping(header) + LIBRARY)
    assert next(one.area for one in found.mappings if one.path != "/usr/lib/libc.so.6") == area


def test_neighbours_tell_stacks_and_arenas() -> None:
    guard = "7f71b8fbc000-7f71b8fbd000 ---p 00000000 00:00 0 "
    stack = "7f71b8fbd000-7f71b97bd000 rw-p 00000000 00:00 0 "
    arena = "7f7190000000-7f7190021000 rw-p 00000000 00:00 0 "
    rest = "7f7190021000-7f7194000000 ---p 00000000 00:00 0 "
    text = "".join(mapping(one) for one in (arena, rest, guard, stack)) + LIBRARY
    areas = [one.area for one in parse_smaps(text).mappings]
    assert areas == [smaps.ARENA, smaps.OTHER, smaps.OTHER, smaps.STACK, smaps.CODE]


def test_another_allocator_is_recognised() -> None:
    library = mapping("7f71e0000000-7f71e0100000 r-xp 0 fe:00 1  /usr/lib/libjemalloc.so.2")
    assert parse_smaps(library + LIBRARY).allocator == "jemalloc"


def test_units_are_bytes() -> None:
    (one,) = parse_smaps(mapping("00400000-00b6f000 r--p 00000000 fe:00 1  /bin/node")).mappings
    assert (one.rss, one.anonymous, one.swap, one.size) == (4096, 4096, 1024, 0x76F000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no line is a mapping"),
        ("hello\n", "no line is a mapping"),
        ("00400000-00b6f000 r--p 00000000 fe:00 1  /usr/bin/node\n", "in line 1 has no line `Rss"),
        (LIBRARY + "7f72e1a44000-7f72e1b9a000 r-xp 0 fe:00 1  /b\nSize: 4 kB\n", "in line 6"),
    ],
)
def test_other_files_are_refused(text: str, message: str) -> None:
    with pytest.raises(SmapsError, match=message):
        parse_smaps(text, name="x.smaps")


def test_rollups_are_told_apart() -> None:
    rollup = "00400000-7ffe6273f000 ---p 00000000 00:00 0   [rollup]\nRss:   52920 kB\n"
    assert not is_smaps(rollup)
    assert is_smaps(LIBRARY)
    with pytest.raises(SmapsError, match="no line is a mapping"):
        parse_smaps(rollup)
