"""Snapshots in Parquet: what reads them, what they refuse, what they leave on the disk."""

from __future__ import annotations

import dataclasses
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import orjson
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

import heapnb as hn
from heapnb.analysis.verification.cases import snapshots_of
from heapnb.errors import (
    HeapnbError,
    SnapshotFormatError,
    SnapshotNotFoundError,
    SnapshotTooLargeError,
    TruncatedSnapshotError,
)
from heapnb.fleet.inputs import find_inputs
from heapnb.format import parquet_layout as layout
from heapnb.format import parquet_writer
from heapnb.format.array_files import digest_of
from heapnb.mcp.roots import Roots
from heapnb.testing import SnapshotBuilder
from heapnb.timeline.side_files import side_file_of
from tests.conftest import SERIES_NAMES, all_samples, sample_series

SERIES = dict(zip(SERIES_NAMES, sample_series("listener_per_request"), strict=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small snapshot in Parquet."""
    builder = SnapshotBuilder.from_edges("root.cache>Map Map/table>table table[0]>User")
    builder.node("User", location=(7, 1, 2))
    return builder.snapshot().to_parquet(tmp_path / "app.heapsnapshot.parquet")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return a series of samples in Parquet, in a folder of its own."""
    place = tmp_path_factory.mktemp("series")
    made = []
    for name, file in SERIES.items():
        made.append(hn.load(file).to_parquet(place / f"{name}.heapsnapshot.parquet"))
    return made


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a table, and describe it anew: what a forger would do."""
    table = change(parquet.read_table(path, read_dictionary=[]))
    parquet.write_table(table, path)
    about = orjson.loads((path.parent / layout.DESCRIPTION).read_bytes())
    made = layout.describe_table(path, table.num_rows)
    about["tables"][path.stem] = {
        "rows": made.rows,
        "bytes": made.size_bytes,
        "xxh3_128": made.digest,
    }
    describe(path.parent, about)


def describe(folder: Path, about: dict[str, object]) -> None:
    about.pop("digest", None)
    about["digest"] = digest_of(orjson.dumps(about)).decode()
    (folder / layout.DESCRIPTION).write_bytes(orjson.dumps(about))


def with_column(name: str, values: object) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.column_names.index(name)
        kind = table.schema.field(name).type
        column = values if isinstance(values, pa.Array) else pa.array(values, kind)
        return table.set_column(place, pa.field(name, column.type), column)

    return change


def test_answers_are_the_same(series: list[Path]) -> None:
    expected = hn.diagnose(list(SERIES.values())).to_dict()
    assert expected["suspects"]
    assert hn.diagnose(series).to_dict() == expected
    last = hn.from_parquet(series[-1])
    other = hn.load(SERIES[SERIES_NAMES[-1]])
    assert np.array_equal(last.graph.retained_size, other.graph.retained_size)
    pd.testing.assert_frame_equal(last.constructors(), other.constructors())
    pd.testing.assert_frame_equal(hn.audit(series[-1]).table, hn.audit(other).table)


def test_a_redacted_snapshot_stays_redacted(tmp_path: Path) -> None:
    builder = SnapshotBuilder.from_edges("root.config>config config.password>text")
    builder = builder.node("text", type="string", name="hunter2-and-more")
    hn.redact(builder.snapshot(), tmp_path / "shared.heapsnapshot")
    redacted = hn.load(tmp_path / "shared.heapsnapshot")
    back = hn.from_parquet(redacted.to_parquet(tmp_path / "shared.heapsnapshot.parquet"))
    assert back.raw.strings.equals(redacted.raw.strings)
    assert not any("hunter2" in text for text in back.raw.strings.to_pylist())
    tables = b"".join(path.read_bytes() for path in Path(back.path or "").iterdir())
    assert b"hunter2" not in tables
    pd.testing.assert_frame_equal(hn.audit(back).table, hn.audit(redacted).table)


def test_other_tools_read_the_tables(folder: Path) -> None:
    nodes = pd.read_parquet(folder / "nodes.parquet")
    assert list(nodes) == [
        *("node_ordinal", "node_id", "node_type", "name_index", "self_size", "edge_count"),
        "detachedness",
    ]
    assert nodes["node_type"].tolist() == ["synthetic", "object", "object", "object"]
    strings = pl.read_parquet(folder / "strings.parquet")
    edges = pl.read_parquet(folder / "edges.parquet")
    assert edges.columns == ["from_ordinal", "to_ordinal", "edge_type", "name_or_index"]
    named = edges.filter(pl.col("edge_type") != "element").join(
        strings, left_on="name_or_index", right_on="string_index"
    )
    assert sorted(named["text"].to_list()) == ["cache", "table"]
    answer = duckdb.sql(
        f"""select s.text, n.node_id, l.line from '{folder}/nodes.parquet' n
        join '{folder}/strings.parquet' s on s.string_index = n.name_index
        join '{folder}/locations.parquet' l using (node_ordinal)"""
    )
    assert answer is not None
    assert answer.fetchall() == [("User", 7, 1)]
    metadata = parquet.read_metadata(folder / "nodes.parquet").metadata
    assert metadata[b"heapnb.version"] == b"1"
    assert metadata[b"heapnb.table"] == b"nodes"


def test_only_the_owner_reads_it(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_nothing_is_replaced_by_mistake(folder: Path, tmp_path: Path) -> None:
    snap = SnapshotBuilder.from_edges("root.a>A").snapshot()
    with pytest.raises(HeapnbError, match=r"exists\. Hint: choose another name, or force"):
        snap.to_parquet(folder)
    snap.to_parquet(folder, force=True)
    assert hn.from_parquet(folder).n_nodes == 2
    other = tmp_path / "documents"
    other.mkdir()
    (other / "thesis.txt").touch()
    for target in (other, tmp_path / "missing" / "s.parquet"):
        with pytest.raises(HeapnbError):
            snap.to_parquet(target, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "app.heapsnapshot.parquet",
        "documents",
    ]


def test_a_failure_leaves_nothing_behind(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(layout, "write_description", fail)
    snap = SnapshotBuilder.from_edges("root.a>A").snapshot()
    with pytest.raises(OSError, match="No space left"):
        snap.to_parquet(folder, force=True)
    assert hn.from_parquet(folder).n_nodes == 4
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize("name", ["nodes", "edges", "strings", "locations"])
def test_every_changed_byte_is_found(folder: Path, name: str) -> None:
    path = layout.table_path(folder, name)
    whole = path.read_bytes()
    for place in range(0, len(whole), 41):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(SnapshotFormatError, match=f"{name}.parquet is damaged: it was changed"):
            hn.from_parquet(folder)
    path.write_bytes(whole[:-20])
    with pytest.raises(TruncatedSnapshotError, match=rf"{name}\.parquet was cut off: it has"):
        hn.from_parquet(folder)
    path.unlink()
    with pytest.raises(SnapshotFormatError, match=rf"parquet lacks {name}\.parquet"):
        hn.load(folder)


def test_every_changed_byte_of_the_description_is_found(folder: Path) -> None:
    path = folder / layout.DESCRIPTION
    whole = path.read_bytes()
    expected = orjson.loads(whole)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            hn.from_parquet(folder, cache=False)
        except SnapshotFormatError:
            continue
        # Blanks between values do not count.
        assert orjson.loads(path.read_bytes()) == expected


def test_a_table_of_another_snapshot_is_found(folder: Path, tmp_path: Path) -> None:
    other = SnapshotBuilder.from_edges("root.cache>Map Map/table>table table[0]>Other").snapshot()
    other.to_parquet(tmp_path / "other.heapsnapshot.parquet")
    shutil.copy(tmp_path / "other.heapsnapshot.parquet" / "strings.parquet", folder)
    with pytest.raises(SnapshotFormatError, match=r"strings\.parquet"):
        hn.from_parquet(folder)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("edges", with_column("to_ordinal", [1, 2, 99])),
        ("edges", with_column("edge_type", ["property", "internal", "bridge"])),
        ("edges", with_column("name_or_index", [1, 99, 0])),
        ("nodes", with_column("name_index", [0, 1, 2, 1 << 31])),
        ("nodes", with_column("edge_count", [(1 << 32) - 1, 1, 1, 4])),
        ("nodes", with_column("self_size", pa.array([(1 << 64) - 1] * 4, pa.uint64()))),
        ("nodes", with_column("self_size", pa.array([1.5] * 4))),
        ("nodes", with_column("node_type", pa.array(["object"] * 4))),
        ("nodes", lambda table: table.drop_columns(["node_id"])),
        ("nodes", lambda table: table.slice(0, 3)),
        ("strings", with_column("text", pa.array(["a"] * 6, pa.string()))),
        ("strings", with_column("text", ["a" * 900] * 6)),
        ("strings", with_column("text", [""] * 6)),
        ("locations", with_column("node_ordinal", pa.array([77], pa.uint32()))),
        ("locations", with_column("line", pa.array([None], pa.int64()))),
    ],
)
def test_forged_tables_are_refused(
    folder: Path, table: str, change: Callable[[pa.Table], pa.Table]
) -> None:
    path = layout.table_path(folder, table)
    n_strings = parquet.read_metadata(layout.table_path(folder, "strings")).num_rows
    assert n_strings == 6
    rewrite(path, change)
    with pytest.raises(SnapshotFormatError):
        hn.from_parquet(folder)


def test_a_table_that_unpacks_to_too_much_is_refused(folder: Path) -> None:
    n_rows = 40_000_000

    def many(_: pa.Table) -> pa.Table:
        zeros = pa.array(np.zeros(n_rows, np.uint32))
        return pa.table({"from_ordinal": zeros, "to_ordinal": zeros, "name_or_index": zeros})

    rewrite(layout.table_path(folder, "edges"), many)
    with pytest.raises(SnapshotTooLargeError, match="unpacks to more than 200 times"):
        hn.from_parquet(folder)


def test_foreign_folders_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    with pytest.raises(HeapnbError, match=r"src: Is a directory, and it has no snapshot\.json"):
        hn.load(tmp_path / "src")
    (tmp_path / "src" / layout.DESCRIPTION).write_text('{"format": "another"}')
    with pytest.raises(SnapshotFormatError, match="src is a folder that heapnb did not write"):
        hn.load(tmp_path / "src")
    about = orjson.loads((folder / layout.DESCRIPTION).read_bytes())
    describe(folder, about | {"version": layout.VERSION + 1})
    with pytest.raises(SnapshotFormatError, match=r"has layout 2; .* pip install --upgrade heapnb"):
        hn.load(folder)
    with pytest.raises(SnapshotFormatError, match=r"nodes\.parquet is one table in Parquet"):
        hn.load(folder / "nodes.parquet")
    with pytest.raises(SnapshotFormatError, match="is a file, not a snapshot in Parquet"):
        hn.from_parquet(all_samples()[0])
    with pytest.raises(SnapshotNotFoundError):
        hn.from_parquet(tmp_path / "missing")


def test_the_cache_notices_a_new_snapshot(folder: Path) -> None:
    first = hn.load(folder)
    assert first.graph.retained_size.tolist()[0] == 48
    assert first.path == str(folder.resolve())
    SnapshotBuilder.from_edges("root.a>A", size=8).snapshot().to_parquet(folder, force=True)
    again = hn.load(folder)
    assert again.graph.retained_size.tolist() == [8, 8]


def test_doors_take_it_for_a_snapshot(series: list[Path], tmp_path: Path) -> None:
    place = series[0].parent
    assert {Path(one) for one in snapshots_of(place)} == set(series)
    assert {Path(one.url) for one in find_inputs(place)} == set(series)
    (alone,) = find_inputs(series[0])
    assert (alone.kind, alone.size) == (
        "snapshot",
        sum(f.stat().st_size for f in series[0].iterdir()),
    )
    roots = Roots([place])
    (case,), complete = roots.cases()
    assert complete
    assert [path.name for path in case.files] == sorted(path.name for path in series)
    side = place / "before.heapnb.json"
    side.write_bytes(
        orjson.dumps({"format": "heapnb-side-file", "version": 1, "time": "2026-01-01T00:00:00Z"})
    )
    found = side_file_of(series[0])
    assert found is not None
    assert found.time == "2026-01-01T00:00:00Z"
    side.unlink()


MEASURED = """
import sys
from pathlib import Path
import heapnb.format.parquet_writer as writer
from heapnb.format import read_snapshot
from heapnb.format.parquet_reader import read_parquet_snapshot
read_parquet_snapshot(Path(sys.argv[1]))
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
before = peak()
raw = read_parquet_snapshot(Path(sys.argv[2]))
reading = peak() - before
writer.write_parquet_snapshot(raw, sys.argv[2] + "2")
print(reading, peak() - before - reading)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_memory_stays_below_twice_the_columns(folder: Path, tmp_path: Path) -> None:
    n_nodes, n_edges = 2_000_000, 8_000_000
    small = hn.from_parquet(folder).raw
    random = np.random.default_rng(1)
    raw = dataclasses.replace(
        small,
        node_type=random.integers(0, 4, n_nodes, np.uint8),
        node_name=random.integers(0, 6, n_nodes, np.uint32),
        node_id=np.arange(n_nodes, dtype=np.uint32),
        self_size=random.integers(0, 1 << 16, n_nodes, np.uint32),
        first_edge=np.linspace(0, n_edges, n_nodes + 1).astype(np.uint32),
        detachedness=np.zeros(n_nodes, np.uint8),
        edge_type=np.zeros(n_edges, np.uint8),
        edge_name=random.integers(0, 6, n_edges, np.uint32),
        edge_to=random.integers(0, n_nodes, n_edges, np.uint32),
    )
    large = parquet_writer.write_parquet_snapshot(raw, tmp_path / "large.parquet")
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, str(folder), str(large)],
        capture_output=True,
        text=True,
        check=True,
    )
    reading, writing = map(int, ended.stdout.split())
    columns = n_nodes * 18 + n_edges * 9
    assert columns * 0.7 < reading < 2 * columns
    # Beside the columns, which are there already.
    assert writing < columns
