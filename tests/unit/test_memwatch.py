"""The words of memwatch: its numbers, its formats, and back again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

import heapnb as hn
from heapnb.analysis.series.memwatch import memwatch_size
from heapnb.testing import SnapshotBuilder
from tests.conftest import sample_cases, sample_series


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (-7, "-7 bytes"),
        (1024, "1024 bytes"),
        (1025, "1 kb"),
        (-1025, "-1 kb"),
        (66687, "65.12 kb"),
        (249232, "243.39 kb"),
        (239952, "234.33 kb"),
        (1024 * 1024, "1024 kb"),
        (1024 * 1024 + 1, "1 mb"),
        (1869904, "1.78 mb"),
        (2119136, "2.02 mb"),
        (12_949_672, "12.35 mb"),
        (-15 * 1024 * 1024 - 512 * 1024, "-15.5 mb"),
        (1_350_000_000, "1287.46 mb"),
        (20_000_000_000, "19073.5 mb"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert memwatch_size(size) == text


def heaps() -> tuple[SnapshotBuilder, SnapshotBuilder]:
    before = SnapshotBuilder.from_edges("root>gone root>kept root>text", size=100)
    before.node("text", type="string", name="some text")
    after = SnapshotBuilder.from_edges("root>kept root>new root>f root>code root>a root>m", size=50)
    after.node("kept", name="Kept", node_id=5)
    kinds = {"new": "object", "f": "closure", "code": "code", "a": "array", "m": "hidden"}
    for number, (key, kind) in enumerate(kinds.items()):
        name = "Session" if key == "new" else key
        after.node(key, type=kind, name=name, node_id=101 + 2 * number)
    return before, after


def test_what_memwatch_would_print() -> None:
    before, after = (hn.load(b.to_bytes(), progress=False) for b in heaps())
    assert hn.diff(before, after).to_memwatch() == {
        "before": {"nodes": 4, "time": None, "size_bytes": 300, "size": "300 bytes"},
        "after": {"nodes": 7, "time": None, "size_bytes": 300, "size": "300 bytes"},
        "change": {
            "size_bytes": 0,
            "size": "0 bytes",
            "freed_nodes": 2,
            "allocated_nodes": 5,
            "details": [
                {"what": "Array", "size_bytes": 50, "size": "50 bytes", "+": 1, "-": 0},
                {"what": "Closure", "size_bytes": 50, "size": "50 bytes", "+": 1, "-": 0},
                {"what": "Code", "size_bytes": 50, "size": "50 bytes", "+": 1, "-": 0},
                {"what": "Session", "size_bytes": 50, "size": "50 bytes", "+": 1, "-": 0},
                {"what": "String", "size_bytes": -100, "size": "-100 bytes", "+": 0, "-": 1},
                {"what": "gone", "size_bytes": -100, "size": "-100 bytes", "+": 0, "-": 1},
            ],
        },
    }


def test_the_time_is_that_of_the_file(tmp_path: Path) -> None:
    paths = [tmp_path / "a.heapsnapshot", tmp_path / "b.heapsnapshot"]
    for path, builder in zip(paths, heaps(), strict=True):
        path.write_bytes(builder.to_bytes())
        os.utime(path, (1_341_000_733.5, 1_341_000_733.5))
    printed = hn.diff(*paths).to_memwatch()
    assert printed["before"]["time"] == "2012-06-29T20:12:13.000Z"
    assert list(printed["after"]) == ["nodes", "time", "size_bytes", "size"]


@pytest.mark.parametrize("case", sample_cases())
def test_samples_agree_with_sets_of_ids(case: str, tmp_path: Path) -> None:
    before, _, after = (hn.load(path, progress=False) for path in sample_series(case))
    printed = hn.diff(before, after).to_memwatch()
    ids = [set(snap.nodes["node_id"]) for snap in (before, after)]
    change = printed["change"]
    assert change["freed_nodes"] == len(ids[0] - ids[1])
    assert change["allocated_nodes"] == len(ids[1] - ids[0])
    assert printed["after"]["size_bytes"] == after.nodes["self_size"].sum()
    what = [detail["what"] for detail in change["details"]]
    assert what == sorted(what, key=lambda name: name.encode())
    objects = after.nodes[after.nodes["node_type"] == "object"]
    new = objects[~objects["node_id"].isin(list(ids[0]))]
    counts = new["name"].value_counts()
    added = {detail["what"]: detail["+"] for detail in change["details"]}
    for name in counts[counts > 0].index.difference(["Array", "Native", "RegExp", "Number"]):
        assert added[name] == counts[name]
    # And back again.
    path = tmp_path / "diff.json"
    path.write_bytes(orjson.dumps(printed))
    read = hn.read_memwatch(path)
    assert read.to_dict() == printed
    assert read == hn.read_memwatch(printed)
    assert read.size_delta == change["size_bytes"]
    assert read.table["added_count"].sum() <= change["allocated_nodes"]
    assert "Memwatch" in repr(read)
    assert "<table" in read._repr_html_()


PRINTED: dict[str, Any] = {
    "before": {"nodes": 11625, "size_bytes": 1869904, "size": "1.78 mb"},
    "after": {"nodes": 21435, "size_bytes": 2119136, "size": "2.02 mb", "time": "2012-06-29"},
    "change": {
        "size_bytes": 249232,
        "size": "243.39 kb",
        "freed_nodes": 197,
        "allocated_nodes": 10007,
        "details": [
            {"what": "LeakingClass", "size_bytes": 239952, "size": "234.33 kb", "+": 9998, "-": 0}
        ],
    },
}


def test_reading_what_memwatch_printed() -> None:
    read = hn.read_memwatch(PRINTED)
    assert read.before.node_count == 11625
    assert read.before.time is None
    assert read.after.time is not None
    assert read.after.time.year == 2012
    assert read.table.to_dict("records") == [
        {
            "class_name": "LeakingClass",
            "added_count": 9998,
            "removed_count": 0,
            "count_delta": 9998,
            "size_delta": 239952,
        }
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"before": 1, "after": 2, "change": 3}',
        orjson.dumps(PRINTED | {"change": {**PRINTED["change"], "details": {"a": 1}}}),
        orjson.dumps(PRINTED | {"change": {**PRINTED["change"], "details": [{"what": 1}]}}),
        orjson.dumps(PRINTED | {"change": {**PRINTED["change"], "freed_nodes": "many"}}),
        orjson.dumps(PRINTED | {"before": {"nodes": 1.5, "size_bytes": 1}}),
        orjson.dumps(PRINTED | {"before": {"nodes": 1e300, "size_bytes": 1, "time": "soon"}}),
        orjson.dumps(PRINTED | {"before": []}),
    ],
)
def test_what_memwatch_did_not_print(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "diff.json"
    path.write_bytes(content)
    with pytest.raises(hn.HeapnbError, match=r"diff\.json") as caught:
        hn.read_memwatch(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(hn.HeapnbError, match="nothing"):
        hn.read_memwatch(tmp_path / "nothing.json")
