"""Damages every file of a cache entry in many ways, and says what the next opening answers.

Runs as a process of its own, because a wrong answer may also be a crash:
``python -m tests.unit.cache_attack SNAPSHOT OTHER MAPPED_FROM EVERY`` writes JSON lines.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path
from unittest import mock

import orjson

from heapnb._typing import AnyArray
from heapnb.analysis.constructors import constructors
from heapnb.format import array_files, cache
from heapnb.format.cache_store import CacheStore
from heapnb.graph import HeapGraph

Damage = Callable[[Path], object]

_SHARES = (0.0, 0.3, 0.6, 1.0)
_PAGE = 4096


def answer(path: Path) -> list[object]:
    """Open a snapshot through the cache, and add up everything that a view could show."""
    raw, store = cache.read_cached(path)
    graph = HeapGraph(raw, store)
    arrays = [
        *(raw.node_type, raw.node_name, raw.node_id, raw.self_size, raw.first_edge),
        *(raw.edge_type, raw.edge_name, raw.edge_to, raw.detachedness),
        *(graph.retained_size, graph.distance, graph.dominator, graph.dominated),
        *(graph.shallow_size, graph.retaining_edge, graph.class_key, graph.class_keys),
    ]
    sums = [0 if array is None else zlib.crc32(array.tobytes()) for array in arrays]
    table = constructors(graph)
    texts = zlib.crc32("\n".join([*raw.strings.to_pylist(), table.to_csv()]).encode())
    if store is not None:
        store.wait()
    return [*sums, texts, raw.source.name, sorted(raw.extra_sections), list(raw.warnings)]


def flip(share: float, bit: int) -> Damage:
    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[int(share * (len(content) - 1))] ^= 1 << bit
        path.write_bytes(content)

    return damage


def cut(keep: Callable[[int], int]) -> Damage:
    return lambda path: os.truncate(path, max(keep(path.stat().st_size), 0))


def swap(path: Path) -> None:
    """Exchange two equally long halves of the values."""
    content = path.read_bytes()
    middle = (len(content) - 256) // 2
    first, second = content[256 : 256 + middle], content[256 + middle : 256 + 2 * middle]
    path.write_bytes(content[:256] + second + first + content[256 + 2 * middle :])


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def damages(other: Path) -> Iterator[tuple[str, Damage]]:
    """Yield each way to damage a file; ``other`` is the entry of another snapshot."""
    for share in _SHARES:
        yield f"a bit at {share}", flip(share, int(7 * share))
    yield "empty", cut(lambda _: 0)
    yield "one byte less", cut(lambda size: size - 1)
    yield "eight bytes less", cut(lambda size: size - 8)
    yield "half", cut(lambda size: size // 2)
    yield "to a page", cut(lambda size: (size - 1) // _PAGE * _PAGE)
    yield "header only", cut(lambda _: 256)
    yield "longer", cut(lambda size: size + 64)
    yield "zeros", lambda path: path.write_bytes(bytes(path.stat().st_size))
    yield "halves swapped", swap
    yield "of another snapshot", lambda path: shutil.copy(other / path.name, path)
    yield "missing", lambda path: path.unlink()
    yield "a folder", as_folder
    yield "a pipe", as_pipe
    yield "of another array", _other_array


def _other_array(path: Path) -> None:
    names = sorted(file.name for file in path.parent.iterdir() if file.name != path.name)
    shutil.copy(path.parent / names[len(path.name) % len(names)], path)


def _restore(entry: Path, good: Path) -> None:
    entry.mkdir(exist_ok=True)
    for file in good.iterdir():
        damaged = entry / file.name
        if damaged.is_dir():
            damaged.rmdir()
        if not damaged.is_file() or damaged.read_bytes() != file.read_bytes():
            damaged.unlink(missing_ok=True)
            shutil.copy(file, damaged)
            damaged.chmod(0o600)


def main(snapshot: Path, other: Path, mapped_from: int, every: int) -> None:
    array_files._MAPPED_FROM = mapped_from  # type: ignore[misc]
    expected = answer(snapshot)
    answer(other)
    loaded: set[str] = set()
    load = CacheStore.load

    def noted(store: CacheStore, name: str) -> AnyArray | None:
        array = load(store, name)
        if array is not None:
            loaded.add(name)
        return array

    with mock.patch.object(CacheStore, "load", noted):
        answer(snapshot)
    entry = cache.cache_directory() / cache.cache_key(snapshot)
    other_entry = cache.cache_directory() / cache.cache_key(other)
    good = snapshot.parent / f"good-{mapped_from}"
    shutil.copytree(entry, good)
    names = (*sorted(f"{name}.array" for name in loaded), "snapshot.json")
    for name, (what, damage) in islice(product(names, damages(other_entry)), 0, None, every):
        _restore(entry, good)
        # The other entry lacks some arrays.
        with contextlib.suppress(FileNotFoundError):
            damage(entry / name)
        say({"file": name, "damage": what, "state": "starts"})
        is_same = answer(snapshot) == expected
        # A deleted entry is complete once the snapshot was opened again.
        is_whole = _agree(entry, good) or (answer(snapshot) == expected and _agree(entry, good))
        ends = {"file": name, "damage": what, "state": "ends"}
        say({**ends, "same": is_same, "whole": is_whole})


def _agree(entry: Path, good: Path) -> bool:
    return all(
        (entry / file.name).is_file() and (entry / file.name).read_bytes() == file.read_bytes()
        for file in good.iterdir()
    )


def say(case: dict[str, object]) -> None:
    sys.stdout.buffer.write(orjson.dumps(case) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
