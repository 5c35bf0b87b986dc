"""The cache as untrusted input: each file of an entry, damaged."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import numpy as np

from heapnb.format import RawSnapshot, read_snapshot
from heapnb.format.cache_store import CacheStore
from heapnb.graph import HeapGraph
from tests.fuzz.fuzz_snapshots import READERS as SNAPSHOTS
from tests.fuzz.fuzz_snapshots import check_graph, same_columns
from tests.fuzz.harness import Reader, as_file
from tests.fuzz.mutation import Structure

_HEAD = 8
"""The first bytes of an input name the file that the rest replaces."""


@cache
def _snapshot() -> RawSnapshot:
    return read_snapshot(tuple(SNAPSHOTS[0].inputs())[1])


@cache
def _entry() -> dict[str, bytes]:
    """Return the files of an entry, written once in each process."""
    store = CacheStore(as_file(b"", "whole/entry/x").parent)
    store.save_snapshot(_snapshot())
    HeapGraph(_snapshot(), store=store).retained_size.sum()
    store.wait()
    found = {path.name: path.read_bytes() for path in sorted(store.directory.iterdir())}
    found.pop("x")
    return found


def _inputs() -> tuple[bytes, ...]:
    return tuple(b"%-8d" % place + content for place, content in enumerate(_entry().values()))


def _check_entry(data: bytes) -> None:
    try:
        place = int(data[:_HEAD])
    except ValueError:
        return
    names = list(_entry())
    folder = as_file(b"", "damaged/entry/x").parent
    shutil.rmtree(folder)
    for name, content in _entry().items():
        as_file(content, f"damaged/entry/{name}")
    Path(folder / names[place % len(names)]).write_bytes(data[_HEAD:])
    store = CacheStore(folder)
    try:
        _check_loaded(store)
    finally:
        # The next input replaces the files.
        store.wait()


def _check_loaded(store: CacheStore) -> None:
    found = store.load_snapshot()
    if found is None:
        return
    assert same_columns(found, _snapshot()), "a damaged entry gives other columns"
    graph, whole = HeapGraph(found, store=store), HeapGraph(_snapshot())
    check_graph(graph)
    for name in ("retained_size", "distance", "dominator", "shallow_size"):
        assert np.array_equal(getattr(graph, name), getattr(whole, name)), name


READERS = (Reader("cache", _inputs, _check_entry, _check_entry, Structure.TEXT),)
