"""Damaged files give a clear error or a consistent graph: never a crash, never nonsense."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb.errors import SnapshotFormatError
from heapnb.format import read_snapshot
from heapnb.format.source import open_source
from heapnb.graph import HeapGraph

FORMATS = Path(__file__).parents[1] / "data" / "formats"
PRODUCERS = ["bun", "node-12", "node-24"]
SMALL_BLOCK = 1 << 14

FRAGMENTS = [
    b",",
    b"]",
    b"[",
    b'"',
    b"{",
    b"}",
    b"-1",
    b"1.5",
    b"1e9",
    b"4294967296",
    b"99999999999999999999",
    b"\\",
    b"\0",
    b"null",
    b'"nodes":[',
]
NUMBERS = [b"-1", b"1.5", b"1e3", b"0", b"7", b"4294967295", b"4294967296", b"9" * 18, b"9" * 19]


@cache
def snapshot_bytes(producer: str) -> bytes:
    """Return one of the committed snapshots, unpacked."""
    source = open_source(FORMATS / f"{producer}.heapsnapshot.zst")
    buffer = bytearray(16 << 20)
    return bytes(buffer[: source.read_into(memoryview(buffer))])


def replace_number(data: bytes, near: int, number: bytes) -> bytes:
    """Replace the first number at or behind a place."""
    start = near
    while start < len(data) and not data[start : start + 1].isdigit():
        start += 1
    stop = start
    while stop < len(data) and data[stop : stop + 1].isdigit():
        stop += 1
    return data[:start] + number + data[stop:]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of the real files with one thing wrong; half of the damage is near its start."""
    data = snapshot_bytes(draw(st.sampled_from(PRODUCERS)))
    place = draw(st.one_of(st.integers(0, 3000), st.integers(0, len(data) - 1)))
    other = draw(st.integers(0, len(data) - 1))
    length = draw(st.integers(1, 60))
    return draw(
        st.sampled_from(
            [
                data[:place],
                data[:place] + data[place + length :],
                data[:place] + data[place : place + length] + data[place:],
                data[:place] + data[other : other + length] + data[place + length :],
                data[:place] + draw(st.binary(min_size=1, max_size=1)) + data[place + 1 :],
                data[:place] + draw(st.sampled_from(FRAGMENTS)) + data[place:],
                replace_number(data, place, draw(st.sampled_from(NUMBERS))),
            ]
        )
    )


def check_graph(graph: HeapGraph) -> None:
    """Compute everything, and check what holds for every graph."""
    total = int(graph.shallow_size.sum(dtype=np.uint64))
    assert int(graph.retained_size[graph.root]) == total
    assert int(graph.self_size.sum(dtype=np.uint64)) == total
    assert graph.dominator[graph.root] == graph.root
    assert len(graph.distance) == len(graph.class_key) == graph.n_nodes
    assert int(graph.class_key.max()) < len(graph.class_keys)
    assert len(np.unique(graph.dominated)) == graph.n_nodes - 1


@given(damaged(), st.sampled_from([SMALL_BLOCK, 8 << 20]))
def test_damage_is_an_error_with_a_place_or_harmless(data: bytes, block_bytes: int) -> None:
    error: SnapshotFormatError | None = None
    try:
        raw = read_snapshot(data, block_bytes=block_bytes)
    except SnapshotFormatError as caught:
        error = caught
    if error is None:
        check_graph(HeapGraph(raw))
        return
    assert error.section
    if error.byte_offset is None:
        assert error.section == "snapshot"
    else:
        assert 0 <= error.byte_offset <= len(data)


@given(damaged())
def test_salvage_never_makes_it_worse(data: bytes) -> None:
    try:
        raw = read_snapshot(data, salvage=True)
    except SnapshotFormatError:
        return
    check_graph(HeapGraph(raw))


@pytest.mark.parametrize("producer", PRODUCERS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_salvage_reads_what_a_truncated_file_holds(producer: str, share: float) -> None:
    data = snapshot_bytes(producer)
    cut = data[: int(len(data) * share)]
    with pytest.raises(SnapshotFormatError):
        read_snapshot(cut)
    raw = read_snapshot(cut, salvage=True)
    assert any("truncated" in warning for warning in raw.warnings)
    whole = read_snapshot(data)
    assert 0 < raw.n_nodes <= whole.n_nodes
    assert np.array_equal(raw.node_id, whole.node_id[: raw.n_nodes])
    check_graph(HeapGraph(raw))
