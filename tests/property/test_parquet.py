"""A snapshot in Parquet is the same snapshot: every column, and the file written from it."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heapnb import vocab
from heapnb.format import RawSnapshot, parquet_writer, read_snapshot
from heapnb.format.parquet_reader import read_parquet_snapshot
from heapnb.format.parquet_writer import write_parquet_snapshot
from heapnb.format.ranges import is_sound
from heapnb.format.raw import Locations, Scopes
from heapnb.format.writer import to_bytes
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, all_samples
from tests.unit.test_scope_sections import with_scopes

FILES = sorted(
    {*all_samples(), *(ROOT / "tests" / "data").rglob("*.zst")}
    - {path for path in (ROOT / "tests" / "data").rglob("*.zst") if ".heap" not in path.name}
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
NAMED = [name for name in vocab.V8_EDGE_TYPES if name not in vocab.INDEXED_EDGE_TYPES]


def assert_identical(one: Any, other: Any, where: str = "raw") -> None:
    """Compare everything, types of numbers included; only the source may differ."""
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, where
        assert np.array_equal(one, other), where
        assert not other.flags.writeable or where.startswith("raw."), where
    elif isinstance(one, RawSnapshot | Locations | Scopes):
        assert type(one) is type(other), where
        for field in dataclasses.fields(one):
            if field.name != "source":
                name = f"{where}.{field.name}"
                assert_identical(getattr(one, field.name), getattr(other, field.name), name)
    elif hasattr(one, "equals"):
        assert one.equals(other), where
    else:
        assert one == other, where


def round_trip(raw: RawSnapshot, folder: Path) -> RawSnapshot:
    back = read_parquet_snapshot(write_parquet_snapshot(raw, folder / "s.heapsnapshot.parquet"))
    assert_identical(raw, back)
    assert to_bytes(raw) == to_bytes(back)
    return back


@st.composite
def heaps(draw: st.DrawFn) -> RawSnapshot:
    """Draw a heap with some of all that a file may have."""
    builder = SnapshotBuilder()
    keys = ["root", *(f"n{i}" for i in range(draw(st.integers(0, 12))))]
    for key in keys[1:]:
        builder.node(
            key,
            type=draw(st.sampled_from(vocab.V8_NODE_TYPES)),
            name=draw(TEXTS),
            size=draw(st.sampled_from([0, 16, 4096, 5 << 30])),
            node_id=draw(st.integers(1, 1 << draw(st.sampled_from([8, 40])))),
            detachedness=draw(st.integers(0, 2)),
            location=draw(st.none() | st.tuples(*[st.integers(-1, 1 << 20)] * 3)),
        )
    for _ in range(draw(st.integers(0, 20))):
        kind = draw(st.sampled_from(vocab.V8_EDGE_TYPES))
        name = draw(TEXTS) if kind in NAMED else draw(st.integers(0, (1 << 32) - 1))
        builder.edge(draw(st.sampled_from(keys)), draw(st.sampled_from(keys)), name, type=kind)
    raw = builder.raw(header={"extra_native_bytes": draw(st.integers(0, 1 << 40))})
    numbers = st.lists(st.integers(-(1 << 40), 1 << 40), max_size=12).map(
        lambda some: np.array(some, np.int64)
    )
    traces = st.lists(st.integers(1, 1 << 31), min_size=len(keys), max_size=len(keys)).map(
        lambda some: np.array(some, np.uint32)
    )
    return dataclasses.replace(
        raw,
        locations=draw(st.sampled_from([raw.locations, None])),
        detachedness=draw(st.sampled_from([raw.detachedness, None])),
        trace_node_id=draw(st.none() | traces),
        samples=draw(st.none() | numbers),
        trace_function_infos=draw(st.none() | numbers),
        trace_tree=draw(st.none() | st.just(b"[1,2,3,4,[]]")),
        extra_sections=draw(
            st.dictionaries(
                TEXTS.filter(lambda name: name != "trace_tree"), st.binary(), max_size=3
            )
        ),
        warnings=tuple(draw(st.lists(TEXTS, max_size=2))),
    )


@given(raw=heaps(), rows=st.integers(1, 30))
@settings(max_examples=150)
def test_any_heap(raw: RawSnapshot, rows: int) -> None:
    assert is_sound(raw)
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(parquet_writer, "ROWS_PER_BATCH", rows)
        patched.setattr(parquet_writer, "_TEXT_PER_BATCH", rows)
        patched.setattr(parquet_writer, "_PART_BYTES", rows)
        round_trip(raw, Path(folder))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_real_heaps(path: Path, tmp_path: Path) -> None:
    raw = read_snapshot(path)
    back = round_trip(raw, tmp_path)
    assert back.source.size_bytes == raw.source.size_bytes


def test_scopes_of_scripts(tmp_path: Path) -> None:
    raw = read_snapshot(orjson.dumps(with_scopes()))
    assert raw.scopes is not None
    assert round_trip(raw, tmp_path).scopes is not None


def test_types_of_one_name(tmp_path: Path) -> None:
    """A producer may list a name twice; an index must not become another one."""
    document = orjson.loads(SnapshotBuilder.from_edges("root.a>A A.b>B B.c>C").to_bytes())
    types = document["snapshot"]["meta"]["node_types"][0]
    types[4] = types[3]
    types.append(f"{types[3]} (4)")
    raw = read_snapshot(orjson.dumps(document))
    raw = dataclasses.replace(raw, node_type=np.array([9, 3, 4, len(types) - 1], np.uint8))
    assert round_trip(raw, tmp_path).node_type.tolist() == raw.node_type.tolist()


def test_parts_make_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import parquet

    raw = read_snapshot(all_samples()[0])
    monkeypatch.setattr(parquet_writer, "ROWS_PER_BATCH", 1000)
    round_trip(raw, tmp_path)
    edges = parquet.ParquetFile(tmp_path / "s.heapsnapshot.parquet" / "edges.parquet")
    assert edges.num_row_groups == -(-raw.n_edges // 1000)
    from_ordinal = edges.read(["from_ordinal"])["from_ordinal"].to_numpy()
    assert np.array_equal(from_ordinal, np.repeat(np.arange(raw.n_nodes), np.diff(raw.first_edge)))
